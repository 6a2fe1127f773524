-- The first rows that failed each deployed rule, whole, before rejected ones leave the source. Internal.
create or replace function ingest.keep_failing_rows(p_run ingest.runs, p_rules jsonb, p_source text) returns void
language plpgsql
set search_path = ''
as $$
declare
  kept constant int := 100;
begin
  if not exists (select from jsonb_array_elements(p_rules) r where r ? 'rule_id') then
    return;
  end if;
  execute format($q$
    insert into quality.failing_rows (org_id, dataset_id, check_id, rule_name, no, line, record)
    select $2, $3, $4, x.rule, x.place, x.line, (select jsonb_object_agg(v.key, v.value) from jsonb_each(to_jsonb(t.*)) v where right(v.key, 1) <> '$')
      from (select r.rule, f.line, f.row_ctid, row_number() over (partition by r.no order by f.line) as place
              from %1$s f cross join unnest(f.rules) n (no) join jsonb_to_recordset($1) r (no int, rule text, rule_id uuid) on r.no = n.no and r.rule_id is not null
             where not f.done and f.row_ctid is not null) x
      join %2$s t on t.ctid = x.row_ctid
     where x.place <= %3$s
    on conflict do nothing $q$, ingest.landing_name(p_run.id, p_run.lease_generation, 'fail'), p_source, kept)
    using p_rules, p_run.org_id, p_run.dataset_id, p_run.id;
end
$$;
comment on function ingest.keep_failing_rows(ingest.runs, jsonb, text) is 'Keeps the first failing rows of each rule. Internal.';
