-- A snapshot deletes what the file does not hold, and a rejected row is held by the file: the keys of rejected rows
-- are kept, so that a rejected replacement never deletes the live row. A key that cannot be read is kept as nulls.
-- Called before rejected rows leave the typed table. Internal.
create or replace function ingest.keep_keys(p_run ingest.runs, p_columns text[]) returns void
language plpgsql
set search_path = ''
as $$
declare
  raw text := ingest.landing_name(p_run.id, p_run.lease_generation, 'raw');
  fail text := ingest.landing_name(p_run.id, p_run.lease_generation, 'fail');
  typed text := ingest.landing_name(p_run.id, p_run.lease_generation, 'typed');
  out_table text := ingest.landing_name(p_run.id, p_run.lease_generation, 'out');
  kept text := ingest.landing_name(p_run.id, p_run.lease_generation, 'keys');
  names text;
  safe text;
begin
  if p_run.mode <> 'snapshot' then
    return;
  end if;
  select string_agg(format('t.%I', f.name), ', ' order by f.place),
         string_agg(format('case when %s then %s end', f.valid, f.typed), ', ' order by f.place)
    into names, safe
    from ingest.landed_fields(p_run.dataset_id, p_columns) f where f.is_key;
  execute format('create unlogged table %s as select t.line, %s from %s t join %s o on o.line = t.line', kept, names, typed, out_table);
  if to_regclass(raw) is not null and to_regclass(fail) is not null then
    execute format('insert into %s select r.line, %s from %s r join %s f on f.line = r.line where cardinality(f.types) > 0',
      kept, safe, raw, fail);
  end if;
end
$$;
comment on function ingest.keep_keys(ingest.runs, text[]) is 'Keeps the keys of a snapshot''s rejected rows. Internal.';
