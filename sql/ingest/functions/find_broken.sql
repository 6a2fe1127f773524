-- One pass over typed rows keeps only those that break a rule. p_source: the typed landing table, or the difference
-- (the rows that are not as they were) where the others are known to meet the rules. Returns how many it found. Internal.
drop function if exists ingest.find_broken(ingest.runs, jsonb, text);
create or replace function ingest.find_broken(p_run ingest.runs, p_rules jsonb, p_source text) returns bigint
language plpgsql
set search_path = ''
-- Nothing is known of the landed rows, and the planner takes most of them for failing: too many to gather, it thinks.
set parallel_tuple_cost = 0
set parallel_setup_cost = 0
as $$
declare
  fail text := ingest.landing_name(p_run.id, p_run.lease_generation, 'fail');
  found_table text := ingest.landing_name(p_run.id, p_run.lease_generation, 'rule');
  broken text;
  listed text;
  rejecting text;
  many bigint;
begin
  if jsonb_array_length(p_rules) = 0 then
    return 0;
  end if;
  select string_agg(format('(%s)', r ->> 'fails'), ' or ' order by r -> 'no'),
         string_agg(format('case when %s then %s end', r ->> 'fails', r ->> 'no'), ', ' order by r -> 'no'),
         format('%L::int[]', coalesce(array_agg((r ->> 'no')::int) filter (where (r ->> 'rejects')::boolean), '{}'))
    into broken, listed, rejecting
    from jsonb_array_elements(p_rules) r;
  -- By itself, because CREATE TABLE AS may run parallel.
  execute format('drop table if exists %s', found_table);
  execute format(
    'create ' || ingest.landing_kind() || ' table %s as
     select t.line$ as line, t.ctid as row_ctid, array_remove(array[%s]::int[], null) as rules from %s t where t.line$ is not null and (%s)',
    found_table, listed, p_source, broken);
  execute format('insert into %s (line, row_ctid, types, rules, rejected, done) select line, row_ctid, ''{}'', rules, rules && %s, false from %s',
    fail, rejecting, found_table);
  get diagnostics many = row_count;
  return many;
end
$$;
comment on function ingest.find_broken(ingest.runs, jsonb, text) is 'Notes typed rows that break rules in the fail table. Internal.';
