--! owner: cadastre_system
-- Fair sharing between organizations (docs/explanation/decisions/0005-pipelines.md): everybody's first open run before
-- anybody's second. A run gets the turn that is being served, or the one after its organization's last while that still
-- has runs waiting, so that a later file of one organization never overtakes an earlier one. Without the turn being
-- served, whoever queued much would wait behind every newcomer. Past the largest turn, first come is first served.
--
-- Two submissions of one organization at once meet at its row here, and the second gets the later turn.
create or replace function private.take_turn(p_org uuid, p_run uuid) returns int
language plpgsql security definer
set search_path = ''
as $$
declare
  served int := greatest(coalesce(core.turn_served(), 1), 1);
  given int;
  -- Priorities of jobs are smallint.
  max_turn constant int := 32000;
begin
  insert into private.turns as t (org_id, turn) values (p_org, least(served, max_turn))
  on conflict (org_id) do update
    set turn = least(max_turn, greatest(served, case
          when exists (select from ingest.runs r where r.org_id = p_org and r.status = 'queued' and r.id <> p_run)
            or exists (select from ingest.pipeline_runs r where r.org_id = p_org and r.status = 'queued' and r.id <> p_run)
          then t.turn + 1 end))
  returning turn into given;
  return given;
end
$$;
comment on function private.take_turn(uuid, uuid) is 'The turn (1 to 32000) of an organization''s new run (a load or a pipeline''s) among everybody''s; lower ones are loaded first.';
revoke execute on function private.take_turn(uuid, uuid) from public;
grant execute on function private.take_turn(uuid, uuid) to cadastre_owner;
