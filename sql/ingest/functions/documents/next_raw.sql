-- What is to be written of a file next, in the order in which its runs ended. Documents tell of one run of the file: the last
-- that succeeded, else the last there is; what replays made of single lines is written over it. "superseded": there is
-- nothing to write, another run's state counts, or the run goes on and its end will say more.
create or replace function ingest.next_raw(p_file uuid)
returns table (run_id uuid, generation bigint, attempts int, superseded boolean, is_replay boolean, root_run uuid, dataset_id uuid,
               dataset_name text, merged boolean, changed_by uuid, reason text, quality_score float8, told_to bigint,
               file_name text, object_key text, rewritten_as text, reading jsonb, inspection jsonb, schema_key text)
language plpgsql stable security definer
set search_path = ''
as $$
declare
  max_depth constant int := 1000;
begin
  perform core.require('run.execute');
  return query
  with recursive w as (
    select x.* from private.raw_due x
     where x.org_id = private.org_id() and x.file_id = p_file and not x.given_up
     order by x.generation limit 1
  ), chain as (
    select r.id, r.replay_of, 1 as depth from w join ingest.runs r on r.org_id = w.org_id and r.id = w.run_id
    union all
    select r.id, r.replay_of, c.depth + 1 from chain c join ingest.runs r on r.org_id = private.org_id() and r.id = c.replay_of
     where c.depth < max_depth
  )
  select r.id, w.generation, w.attempts,
         case when r.replay_of is not null then r.status <> 'succeeded'
              else r.status not in ('succeeded', 'held', 'failed', 'cancelled')
                or exists (select from ingest.runs o
                            where o.org_id = r.org_id and o.file_id = r.file_id and o.id <> r.id and o.replay_of is null and o.undo_of is null
                              and (o.status = 'succeeded' and (r.status <> 'succeeded' or o.merged_at > r.merged_at)
                                   or r.status <> 'succeeded' and o.status in ('held', 'failed', 'cancelled') and o.created_at > r.created_at
                                      and exists (select from ingest.inspections i where i.org_id = o.org_id and i.run_id = o.id))) end,
         r.replay_of is not null, (select c.id from chain c where c.replay_of is null limit 1), r.dataset_id, r.dataset_name,
         r.status = 'succeeded', coalesce(r.released_by, r.requested_by), r.reason,
         case when r.status = 'succeeded' then case when r.read_rows = 0 then 1 else 1 - r.rejected_rows::float8 / r.read_rows end end,
         w.told_to, f.file_name, f.object_key, f.rewritten_as, r.options, i.content, g.schema_key
    from w
    join ingest.runs r on r.org_id = w.org_id and r.id = w.run_id
    join ingest.files f on f.org_id = r.org_id and f.id = r.file_id
    join tenancy.organizations g on g.id = r.org_id
    left join ingest.inspections i on i.org_id = r.org_id and i.run_id = r.id;
end
$$;
comment on function ingest.next_raw(uuid) is 'What of a file is to be written to the document store next; no row: nothing. For the worker.';
revoke execute on function ingest.next_raw(uuid) from public;
grant execute on function ingest.next_raw(uuid) to cadastre_worker;
