-- Rejected events as rejected rows: the event itself as raw text, its values by the contract's fields, so that it is
-- fixed and replayed like a row of a file. Internal.
create or replace function ingest.keep_events(p_run ingest.runs, p_columns text[]) returns void
language plpgsql
set search_path = ''
as $$
begin
  execute format(
    'insert into ingest.rejected_rows (org_id, run_id, line, dataset_id, raw, record)
     select $1, $2, e.line, $3, left(e.body::text, 1000000), r.record
       from ingest.stream_events e join %s o on o.line = e.line and o.reason <> ''duplicate''
      cross join lateral (
        select jsonb_object_agg(f.name, coalesce(e.body ->> f.name, e.body ->> f.source_name)) as record from data.fields f
         where f.org_id = $1 and f.dataset_id = $3 and f.name = any ($4)) r
      where e.org_id = $1 and e.run_id = $2
     on conflict do nothing', ingest.landing_name(p_run.id, p_run.lease_generation, 'out'))
    using p_run.org_id, p_run.id, p_run.dataset_id, p_columns;
end
$$;
comment on function ingest.keep_events(ingest.runs, text[]) is 'Stores a batch''s rejected events as rejected rows. Internal.';
