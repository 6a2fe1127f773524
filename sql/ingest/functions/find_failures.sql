-- One pass over the typed rows keeps only those that break a rule; rows that failed by type get all their other
-- reasons too. Internal.
create or replace function ingest.find_failures(p_run ingest.runs, p_columns text[], p_rules jsonb) returns void
language plpgsql
set search_path = ''
as $$
declare
  raw text := ingest.landing_name(p_run.id, p_run.lease_generation, 'raw');
  typed text := ingest.landing_name(p_run.id, p_run.lease_generation, 'typed');
  fail text := ingest.landing_name(p_run.id, p_run.lease_generation, 'fail');
  broken text;
  listed text;
  guarded text;
  safe text;
  rejecting text;
begin
  if jsonb_array_length(p_rules) = 0 then
    return;
  end if;
  select string_agg(format('(%s)', r ->> 'fails'), ' or ' order by r -> 'no'),
         string_agg(format('case when %s then %s end', r ->> 'fails', r ->> 'no'), ', ' order by r -> 'no'),
         -- A value that is not of its type is not missing besides.
         string_agg(format('case when %s and %s <> all (t.types) then %s end', '(' || (r ->> 'fails') || ')', r ->> 'place', r ->> 'no'), ', ' order by r -> 'no'),
         format('%L::int[]', array_agg((r ->> 'no')::int) filter (where r ->> 'severity' in ('error', 'critical')))
    into broken, listed, guarded, rejecting
    from jsonb_array_elements(p_rules) r;
  if rejecting is null then rejecting := '''{}''::int[]'; end if;
  if to_regclass(fail) is null then
    execute format('create unlogged table %s (line bigint, types int[], rules int[], rejected boolean)', fail);
  elsif to_regclass(raw) is not null then
    select string_agg(format('case when %s then %s end as %I', f.valid, f.typed, f.name), ', ' order by f.place)
      into safe from ingest.landed_fields(p_run.dataset_id, p_columns) f;
    execute format(
      'update %1$s f set rules = array_remove(array[%2$s]::int[], null)
         from (select r.line, x.types, %3$s from %4$s r join %1$s x on x.line = r.line) t
        where t.line = f.line', fail, guarded, safe, raw);
  end if;
  execute format(
    'insert into %1$s (line, types, rules, rejected)
     select x.line, ''{}'', x.rules, x.rules && %2$s
       from (select t.line, array_remove(array[%3$s]::int[], null) as rules from %4$s t where %5$s) x',
    fail, rejecting, listed, typed, broken);
end
$$;
comment on function ingest.find_failures(ingest.runs, text[], jsonb) is 'Notes rows of a run that break rules in the fail table. Internal.';
