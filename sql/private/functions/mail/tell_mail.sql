--! owner: cadastre_system
-- What became of a leased mail. A failed one is leased again when its time comes.
create or replace function private.tell_mail(p_id uuid, p_error text default null)
returns boolean
language plpgsql security definer
set search_path = ''
as $$
begin
  update private.mails m
     set sent_at = case when p_error is null then clock_timestamp() end, error = left(p_error, 500)
   where m.id = p_id and m.sent_at is null;
  return found;
end
$$;
comment on function private.tell_mail(uuid, text) is
  'Marks a mail as sent, or notes why not. The gateways only.';
revoke execute on function private.tell_mail(uuid, text) from public;
grant execute on function private.tell_mail(uuid, text) to cadastre_gateway;
