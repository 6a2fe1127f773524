-- The next file that an erasure has not looked through, or has not finished: of its datasets by name (a copy that was a
-- duplicate has its own bytes), and inputs of pipelines whose results were loaded into them. How the file was read comes
-- from its run: `reading` are the upload's options, `inspection` what was found. `is_input`: its columns are not the
-- contract's.
create or replace function ingest.next_erasure_file(p_erasure uuid)
returns table (file_id uuid, dataset_id uuid, dataset_name text, file_name text, object_key text, rewritten_as text, is_input boolean,
               reading jsonb, inspection jsonb, schema_key text, lines text)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform core.require('run.execute');
  return query
    with e as (select x.* from data.erasures x where x.org_id = private.org_id() and x.id = p_erasure),
    d as (select x.id, x.name from e join data.datasets x on x.org_id = e.org_id and x.id = any (e.dataset_ids)),
    ours as (
      select f.id, d.id as dataset, false as input from e join ingest.files f on f.org_id = e.org_id join d on d.name = f.dataset_name
       where not exists (select from ingest.pipeline_runs p where p.org_id = f.org_id and p.file_id = f.id)
      union all
      select p.file_id, d.id, true
        from e join ingest.pipeline_runs p on p.org_id = e.org_id and p.file_id is not null
        join ingest.runs r on r.org_id = p.org_id and (r.id = p.run_id or r.id in (
               select s.run_id from ingest.pipeline_run_steps s where s.org_id = p.org_id and s.pipeline_run_id = p.id))
        join d on d.name = r.dataset_name)
    select f.id, o.dataset, d.name, f.file_name, f.object_key, f.rewritten_as, o.input,
           coalesce(r.options, '{}'), i.content, g.schema_key, x.lines::text
      from (select distinct on (u.id) u.* from ours u order by u.id, u.dataset) o
      join d on d.id = o.dataset
      join ingest.files f on f.org_id = private.org_id() and f.id = o.id
      join tenancy.organizations g on g.id = f.org_id
      left join private.erasure_files x on x.org_id = f.org_id and x.erasure_id = p_erasure and x.file_id = f.id
      -- A duplicate was read by nobody: as the file that it is the same as.
      left join lateral (
        select y.id, y.options from ingest.runs y
         where y.org_id = f.org_id and y.file_id = coalesce(f.duplicate_of, f.id) and y.replay_of is null
         order by (y.status = 'succeeded') desc, y.created_at desc limit 1) r on true
      left join ingest.inspections i on i.org_id = f.org_id and i.run_id = r.id
     where x.is_done is not true
     order by (x.lines is not null) desc, f.id limit 1;
end
$$;
comment on function ingest.next_erasure_file(uuid) is 'The next file that an erasure has to look through. For the worker.';
revoke execute on function ingest.next_erasure_file(uuid) from public;
grant execute on function ingest.next_erasure_file(uuid) to cadastre_worker;
