-- A file that was read becomes a run, and the cursor moves, in one transaction: a crash before it reads again, one after
-- it does not. Without a key there was nothing new, and the cursor alone moves; a pull of a range moves none.
--
-- The same bytes are loaded once, but not where another file came between: what went from A to B and back to A is A.
-- Where rows have no key that would double them, so there the earlier file counts.
create or replace function ingest.submit_pulled(
  p_pull uuid, p_lease int, p_cursor jsonb, p_file_name text default null, p_object_key text default null, p_size bigint default null,
  p_sha256 bytea default null, p_options jsonb default '{}', p_object text default null, p_version text default null
) returns uuid
language plpgsql security definer
set search_path = ''
as $$
declare
  p ingest.source_pulls;
  s ingest.sources;
  target record;
  again boolean;
  run ingest.runs;
begin
  perform core.require('run.execute');
  p := ingest.assert_pull(p_pull, p_lease);
  select * into s from ingest.sources x where x.org_id = p.org_id and x.id = p.source_id for no key update;
  if p_object_key is not null then
    target := ingest.resolve_target(s.dataset_name, s.mode, s.key_fields);
    again := target.mode <> 'append' and p_sha256 is distinct from (
      select f.sha256 from ingest.runs r join ingest.files f on f.org_id = r.org_id and f.id = r.file_id
       where r.org_id = p.org_id and f.dataset_name = s.dataset_name and f.duplicate_of is null
         and r.status in ('queued', 'running', 'waiting', 'held', 'succeeded')
       order by f.created_at desc limit 1);
    run := ingest.submit_file(s.dataset_name, p_file_name, p_object_key, p_size, p_sha256, s.mode, s.key_fields,
                              coalesce(p_options, '{}') || s.options
                              || case when p_options ? 'dialect' and s.options ? 'dialect'
                                      then jsonb_build_object('dialect', (p_options -> 'dialect') || (s.options -> 'dialect')) else '{}' end,
                              again);
  end if;
  if p_object is not null then
    insert into ingest.source_objects (org_id, source_id, name, version) values (s.org_id, s.id, p_object, coalesce(p_version, ''))
    on conflict (org_id, source_id, name) do update set version = excluded.version, seen_at = clock_timestamp();
  end if;
  if p.range is null then
    update ingest.sources x set cursor = p_cursor, last_pulled_at = clock_timestamp() where x.org_id = s.org_id and x.id = s.id;
  end if;
  update ingest.source_pulls x
     set cursor_after = case when x.range is null then p_cursor else x.cursor_before end,
         files = x.files + case when run.id is null then 0 else 1 end, bytes = x.bytes + coalesce(p_size, 0),
         run_ids = case when run.id is null then x.run_ids else x.run_ids || run.id end
   where x.org_id = p.org_id and x.id = p.id;
  perform core.notify('pulls:' || p.org_id, p.id);
  return run.id;
end
$$;
comment on function ingest.submit_pulled(uuid, int, jsonb, text, text, bigint, bytea, jsonb, text, text) is
  'Submits what a pull read and moves its source''s cursor; gives the run, null where there was nothing new. Errors: IN007, those of submit_file.';
grant execute on function ingest.submit_pulled(uuid, int, jsonb, text, text, bigint, bytea, jsonb, text, text) to cadastre_worker;
