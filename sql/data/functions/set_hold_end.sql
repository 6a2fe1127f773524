-- Gives a hold in force another end, or none. Later or none keeps more, so whoever may place holds may; sooner ends it
-- sooner, which is for those who may release it. It is told anew before it ends.
create or replace function data.set_hold_end(hold_id uuid, until timestamptz, reason text) returns data.legal_holds
language plpgsql security definer
set search_path = ''
as $$
declare
  h data.legal_holds;
  before timestamptz;
begin
  perform core.require('compliance.create');
  if coalesce(length(trim(set_hold_end.reason)), 0) not between 1 and 1000 then
    perform core.raise('22023', 'another end needs a reason', 'Say why, in up to 1,000 characters.', 'reason');
  end if;
  perform data.check_hold_end(set_hold_end.until);
  select * into h from data.legal_holds x where x.org_id = private.org_id() and x.id = set_hold_end.hold_id and x.released_at is null for update;
  if h.id is null then
    perform core.raise('RT002', 'there is no such hold in force', 'List them: cadastre hold list.', 'hold_id');
  end if;
  before := h.ends_at;
  if set_hold_end.until < coalesce(before, 'infinity') then
    perform core.require('compliance.approve');
  end if;
  update data.legal_holds x set ends_at = set_hold_end.until, noticed_at = null where x.org_id = h.org_id and x.id = h.id returning * into h;
  h.keys := null;
  perform audit.record('hold.end', 'hold', h.id::text, jsonb_build_object('dataset', h.dataset_id, 'before', before, 'ends_at', h.ends_at, 'reason', trim(set_hold_end.reason)));
  return h;
end
$$;
comment on function data.set_hold_end(uuid, timestamptz, text) is
  'Gives a legal hold another end, or none (null). Needs compliance.create; a sooner one compliance.approve. Errors: 22023, 42501, RT002.';
revoke execute on function data.set_hold_end(uuid, timestamptz, text) from public;
grant execute on function data.set_hold_end(uuid, timestamptz, text) to cadastre_user, cadastre_worker;
