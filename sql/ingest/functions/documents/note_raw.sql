-- Notes that a run ends and its raw records are to follow into the document store, with the lines that it set aside: only its
-- landing tables know all of them, and they go with it. In the transaction that ends the run, before it does: with that end
-- or not at all. A run that stopped before its file was opened has nothing to follow. Internal.
create or replace function ingest.note_raw(p_run ingest.runs) returns void
language plpgsql
set search_path = ''
as $$
declare
  aside text := ingest.landing_name(p_run.id, p_run.lease_generation, 'out');
  rejected int8multirange := '{}';
  duplicates int8multirange := '{}';
  most constant int := 1000000;
  told_to bigint;
begin
  if p_run.replay_of is null
     and not exists (select from ingest.inspections i where i.org_id = p_run.org_id and i.run_id = p_run.id)
     and not exists (select from ingest.stream_events e where e.org_id = p_run.org_id and e.run_id = p_run.id) then
    return;
  end if;
  if to_regclass(aside) is not null then
    execute format(
      'select coalesce(range_agg(int8range(x.line, x.line, ''[]'')) filter (where x.reason <> ''duplicate''), ''{}''),
              coalesce(range_agg(int8range(x.line, x.line, ''[]'')) filter (where x.reason = ''duplicate''), ''{}''),
              case when count(*) = %2$s then max(x.line) + 1 end
         from (select o.line, o.reason from %1$s o order by o.line limit %2$s) x', aside, most)
      into rejected, duplicates, told_to;
  end if;
  insert into private.raw_due as w (org_id, run_id, file_id, rejected, duplicates, told_to)
  values (p_run.org_id, p_run.id, p_run.file_id, rejected, duplicates, told_to)
  on conflict (org_id, run_id) do update
    set generation = default, rejected = excluded.rejected, duplicates = excluded.duplicates, told_to = excluded.told_to,
        attempts = 0, error = null, given_up = false;
  -- One at a time within an organization, and one a file: what comes while it runs is looked at by the next.
  perform core.enqueue('ingest__describe_raw', json_build_object('orgId', p_run.org_id, 'fileId', p_run.file_id),
    'raw:' || p_run.org_id, 'raw:' || p_run.file_id);
end
$$;
comment on function ingest.note_raw(ingest.runs) is 'Lets a run''s raw records follow it into the document store. Internal.';
