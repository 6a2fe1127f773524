-- Takes back a request of one's own that nobody has decided. One's own, so no permission is asked.
create or replace function access.withdraw_request(request_id uuid) returns access.requests
language plpgsql security definer
set search_path = ''
as $$
declare
  who record := private.identity();
  result access.requests;
begin
  update access.requests r set status = 'withdrawn', decided_at = clock_timestamp()
   where r.org_id = who.org_id and r.id = withdraw_request.request_id and r.user_id = who.user_id and r.status = 'pending'
     and not who.read_only
  returning * into result;
  if result.id is null then
    perform core.raise('AC028', 'there is no such request of yours to decide', 'It may have been decided already.', 'request_id');
  end if;
  perform audit.record('request.withdraw', 'request', result.id::text, '{}');
  return result;
end
$$;
comment on function access.withdraw_request(uuid) is 'Takes back your own pending request. Errors: AC028 not pending.';
revoke execute on function access.withdraw_request(uuid) from public;
grant execute on function access.withdraw_request(uuid) to cadastre_user;
