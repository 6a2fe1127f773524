-- Rules about the load as a whole (row count, null share, freshness, ...), over what was landed. Rules over fields that
-- the file does not bring rest. Internal.
create or replace function ingest.measure_load(p_run ingest.runs, p_columns text[]) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  rules jsonb;
begin
  select jsonb_agg(to_jsonb(r) || jsonb_build_object('no', r.no)) into rules
    from (select row_number() over () as no, a.* from quality.active_rules(p_run.dataset_id) a
           where a.measure is not null and a.scope = 'batch' and a.fields <@ p_columns) r;
  if rules is null then
    return '[]';
  end if;
  return (select jsonb_agg(r.r || m.m)
            from jsonb_array_elements(rules) r (r)
            join jsonb_array_elements(quality.measure_rules(ingest.landing_name(p_run.id, p_run.lease_generation, 'typed'), rules)) m (m)
              on m.m ->> 'no' = r.r ->> 'no');
end
$$;
comment on function ingest.measure_load(ingest.runs, text[]) is 'Asks a dataset''s rules about loads as a whole. Internal.';
