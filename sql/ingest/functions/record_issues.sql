-- Explodes the failing rows, and only those, into issues for people, at most max_issues of them, by line. Internal.
create or replace function ingest.record_issues(p_run ingest.runs, p_columns text[], p_rules jsonb, p_source text) returns void
language plpgsql
set search_path = ''
as $$
declare
  raw text := ingest.landing_name(p_run.id, p_run.lease_generation, 'raw');
  fail text := ingest.landing_name(p_run.id, p_run.lease_generation, 'fail');
  source text;
  max_issues constant int := 10000;
begin
  -- Values: as written where the row did not fit its types, else as read.
  source := format('select t.line$ as line, to_jsonb(t.*) as record, false as as_text from %s t join few on few.row_ctid = t.ctid', p_source);
  if to_regclass(raw) is not null then
    source := source || format(' union all select t.line, to_jsonb(t.*), true from %s t join few on few.line = t.line where cardinality(few.types) > 0', raw);
  end if;
  execute format($q$
    with few as materialized (select * from %1$s where not done order by line limit %2$s),
    records as (%3$s),
    rule as (select * from jsonb_to_recordset($1) r (no int, field text, place int, rule text, severity text, message text, remedy text, rejects boolean)),
    field as (select * from ingest.landed_fields($2, $3)),
    header as (select c.place, c.name from ingest.inspections i cross join jsonb_array_elements_text(i.content -> 'columns') with ordinality c (name, place)
                where i.org_id = $4 and i.run_id = $5)
    insert into ingest.row_issues (org_id, run_id, line, column_name, rule, severity, rejected, value, message, remedy)
    select $4, $5, i.line, i.field, i.rule, i.severity, i.rejects, left(i.value, 1000),
           left(format('%%s; found %%s', i.message, coalesce(quote_literal(left(i.value, 100)), 'nothing')), 2000), i.remedy
      from (
        select few.line, r.field, r.rule, r.severity, r.message, r.remedy, r.rejects,
               records.record ->> case when records.as_text then 'c' || r.place else r.field end as value
          from few join records using (line) cross join unnest(few.rules) n (no) join rule r on r.no = n.no
        union all
        select few.line, f.name, 'type', case when few.rejected then 'error' else 'warning' end,
               format('%%s must be %%s%%s', f.name, ingest.describe_type(f.type), case when not few.rejected then ' and was left out' end),
               'Correct the value, or widen the field''s type.', few.rejected, records.record ->> ('c' || f.place)
          from few join records using (line) cross join unnest(few.types) n (place) join field f on f.place = n.place
        union all
        select few.line, header.name, 'unknown_column', 'error', format('%%s is not in the dataset''s contract', header.name),
               'Add the field to the contract and load the file again, or take the value out of the file.', true, records.record ->> ('c' || n.place)
          from few join records using (line) cross join unnest(few.types) n (place) join header on header.place = n.place
         where $3[n.place] is null
      ) i
     order by i.line limit %2$s
    on conflict do nothing $q$, fail, max_issues, source)
    using p_rules, p_run.dataset_id, p_columns, p_run.org_id, p_run.id;
end
$$;
comment on function ingest.record_issues(ingest.runs, text[], jsonb, text) is 'Writes issues of failing rows, bounded. Internal.';
