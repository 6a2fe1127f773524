-- Whoever asked for an erasure takes it back while it waits for the other person.
create or replace function data.withdraw_erasure(erasure_id uuid) returns data.erasures
language plpgsql security definer
set search_path = ''
as $$
declare
  e data.erasures;
begin
  perform core.require('compliance.delete');
  select * into e from data.erasures x where x.org_id = private.org_id() and x.id = withdraw_erasure.erasure_id and x.state = 'approval' for update;
  if e.id is null then
    perform core.raise('RT013', 'there is no such erasure to decide on', 'It may have been decided, withdrawn, or have waited too long.', 'erasureId');
  elsif e.requested_by is distinct from private.user_id() then
    perform core.raise('42501', 'only who asked withdraws it', 'Whoever may approve compliance can refuse it.', 'erasureId');
  end if;
  return data.end_request(e.id, e.requested_by, '', 'erasure.withdraw');
end
$$;
comment on function data.withdraw_erasure(uuid) is 'Takes back an erasure of one''s own that waits for approval. Needs compliance.delete. Errors: 42501, RT013.';
revoke execute on function data.withdraw_erasure(uuid) from public;
grant execute on function data.withdraw_erasure(uuid) to cadastre_user, cadastre_worker;
