-- A snapshot deletes what the file does not hold, and a rejected row is held by the file: the keys of rejected rows
-- are kept, so that a rejected replacement never deletes the live row. A key that cannot be read is kept as nulls.
-- Called before rejected rows leave their source. Internal.
create or replace function ingest.keep_keys(p_run ingest.runs, p_columns text[], p_source text) returns void
language plpgsql
set search_path = ''
as $$
declare
  raw text := ingest.landing_name(p_run.id, p_run.lease_generation, 'raw');
  fail text := ingest.landing_name(p_run.id, p_run.lease_generation, 'fail');
  kept text := ingest.landing_name(p_run.id, p_run.lease_generation, 'keys');
  columns text;
  names text;
  safe text;
begin
  if p_run.mode <> 'snapshot' then
    return;
  end if;
  select string_agg(format('%I %s', f.name, f.type), ', ' order by f.place),
         string_agg(format('t.%I', f.name), ', ' order by f.place),
         string_agg(format('case when %s then %s end', f.valid, f.typed), ', ' order by f.place)
    into columns, names, safe
    from ingest.landed_fields(p_run.dataset_id, p_columns) f where f.is_key;
  if to_regclass(kept) is null then
    execute format('create ' || ingest.landing_kind() || ' table %s (line$ bigint, %s)', kept, columns);
  end if;
  execute format('insert into %s select t.line$, %s from %s t join %s f on f.row_ctid = t.ctid where f.rejected and not f.done',
    kept, names, p_source, fail);
  if to_regclass(raw) is not null then
    execute format('insert into %s select r.line, %s from %s r join %s f on f.line = r.line where cardinality(f.types) > 0 and f.rejected and not f.done',
      kept, safe, raw, fail);
  end if;
end
$$;
comment on function ingest.keep_keys(ingest.runs, text[], text) is 'Keeps the keys of a snapshot''s rejected rows. Internal.';
