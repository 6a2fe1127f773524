-- A backfill of the asking organization, locked, in one of the given states, for whoever may start what it starts. Internal.
create or replace function ingest.find_backfill(p_backfill uuid, p_states text[]) returns ingest.backfills
language plpgsql
set search_path = ''
as $$
declare
  b ingest.backfills;
begin
  -- Before it is known what it starts: nobody else learns which there are.
  if not private.has_permission('pipeline.execute') then
    perform core.require('datasource.execute');
  end if;
  select * into b from ingest.backfills x where x.org_id = private.org_id() and x.id = p_backfill for no key update;
  if b.id is null then
    perform core.raise('IN005', 'no such backfill', 'Check its id; you see only your organization''s.');
  elsif b.state <> all (p_states) then
    perform core.raise('IN006', format('the backfill is %s', b.state), format('This is possible only while it is %s.', array_to_string(p_states, ' or ')));
  end if;
  perform ingest.require_target(b.source_id);
  return b;
end
$$;
comment on function ingest.find_backfill(uuid, text[]) is 'Locks a backfill. Errors: 42501, IN005, IN006. Internal.';
