-- Ends looking as somebody else: always one's own right, also while read-only, so no permission is asked.
create or replace function access.end_view_as() returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  who record := private.identity();
  gone access.view_as;
begin
  -- Before the end, so that the event tells whom they looked as.
  if who.read_only then
    perform audit.record('view.end', 'user', who.user_id::text, '{}');
  end if;
  update access.view_as v set ended_at = clock_timestamp()
   where v.org_id = who.org_id and v.user_id = who.actor_id and v.ended_at is null
  returning * into gone;
  return gone.id is not null;
end
$$;
comment on function access.end_view_as() is 'Ends looking as somebody else; false when you did not.';
revoke execute on function access.end_view_as() from public;
grant execute on function access.end_view_as() to cadastre_user;
