-- Ends a hold. The row stays: who held what from when to when is part of the record.
create or replace function data.release_hold(hold_id uuid, reason text) returns data.legal_holds
language plpgsql security definer
set search_path = ''
as $$
declare
  h data.legal_holds;
begin
  perform core.require('compliance.approve');
  if coalesce(length(trim(release_hold.reason)), 0) not between 1 and 1000 then
    perform core.raise('22023', 'a release needs a reason', 'Say why, in up to 1,000 characters.', 'reason');
  end if;
  update data.legal_holds x
     set released_at = clock_timestamp(), released_by = private.user_id(), release_reason = trim(release_hold.reason),
         -- What it covered is no longer to be told by its values.
         keys = null
   where x.org_id = private.org_id() and x.id = release_hold.hold_id and x.released_at is null
  returning * into h;
  if h.id is null then
    perform core.raise('RT002', 'there is no such hold in force', 'List them: cadastre hold list.', 'hold_id');
  end if;
  perform audit.record('hold.release', 'hold', h.id::text, jsonb_build_object('dataset', h.dataset_id, 'reason', h.release_reason));
  return h;
end
$$;
comment on function data.release_hold(uuid, text) is 'Ends a legal hold. Needs compliance.approve. Errors: 22023, RT002.';
grant execute on function data.release_hold(uuid, text) to cadastre_user, cadastre_worker;
