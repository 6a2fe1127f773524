-- Within one file the first row of a key counts. Later ones that say the same are duplicates, later ones that say
-- something else are rejected by rule unique_key. Typed values are compared, so 1.0 and 1.00 are the same. Internal.
create or replace function ingest.find_duplicates(p_run ingest.runs, p_columns text[]) returns void
language plpgsql
set search_path = ''
as $$
declare
  typed text := ingest.landing_name(p_run.id, p_run.lease_generation, 'typed');
  out_table text := ingest.landing_name(p_run.id, p_run.lease_generation, 'out');
  keys text;
  same text;
begin
  select string_agg(format('t.%I', f.name), ', ' order by f.place) filter (where f.is_key),
         coalesce(string_agg(format('a.%1$I is not distinct from b.%1$I', f.name), ' and ') filter (where not f.is_key), 'true')
    into keys, same
    from ingest.landed_fields(p_run.dataset_id, p_columns) f;
  execute format(
    'insert into %1$s (line, first_line, reason)
     select r.line, r.first_line, case when %2$s then ''duplicate'' else ''unique_key'' end
       from (select t.line$ as line, first_value(t.line$) over (partition by %3$s order by t.line$) as first_line from %4$s t) r
       join %4$s a on a.line$ = r.line
       join %4$s b on b.line$ = r.first_line
      where r.line <> r.first_line', out_table, same, keys, typed);
end
$$;
comment on function ingest.find_duplicates(ingest.runs, text[]) is 'Notes later rows of a key in the out table. Internal.';
