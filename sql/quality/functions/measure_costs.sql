-- What each deployed rule costs: its time over up to 100,000 of the rows in force, less that of reading them, best of three
-- (the machine has other work). Kept with the rule, in milliseconds per 100,000 rows. Rules that are SQL are not measured.
create or replace function quality.measure_costs(dataset_id uuid) returns int
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  n record;
  r record;
  many bigint;
  began timestamptz;
  took numeric;
  read numeric := 1e9;
  best numeric;
  counted bigint;
  measured int := 0;
  sampled constant int := 100000;
  least_rows constant int := 100;
  rounds constant int := 3;
  most constant int := 200;
begin
  perform core.require('quality.view');
  perform data.require_on('quality.execute', measure_costs.dataset_id);
  n := data.dataset_names(measure_costs.dataset_id);
  if not exists (select from quality.rules q where q.org_id = private.org_id() and q.dataset_id = measure_costs.dataset_id and q.enabled
                    and q.cost_version is distinct from q.deployed_version and q.deployed_version is not null) then
    return 0;
  end if;
  drop table if exists pg_temp.cadastre_costs;
  execute format('create temp table cadastre_costs on commit drop as select t.* from %s t limit %s', n.current_table, sampled);
  get diagnostics many = row_count;
  if many < least_rows then
    return 0;
  end if;
  for i in 1..rounds loop
    began := clock_timestamp();
    perform count(*) from pg_temp.cadastre_costs t where t.org_id is null;
    read := least(read, extract(epoch from clock_timestamp() - began));
  end loop;
  for r in select a.* from quality.active_rules(measure_costs.dataset_id) a
            join quality.rules q on q.org_id = private.org_id() and q.id = a.rule_id and q.cost_version is distinct from a.version limit most loop
    best := 1e9;
    for i in 1..rounds loop
      began := clock_timestamp();
      if r.prepare is not null then
        drop table if exists pg_temp.cadastre_costs_bad;
        execute 'create temp table cadastre_costs_bad on commit drop as '
          || quality.fill_prepare(r.prepare, 'pg_temp.cadastre_costs', 'pg_temp.cadastre_costs');
      end if;
      execute format('select %s from pg_temp.cadastre_costs t', coalesce(r.measure, format('count(*) filter (where %s)', replace(r.fails, '{bad}', 'pg_temp.cadastre_costs_bad'))));
      took := extract(epoch from clock_timestamp() - began);
      best := least(best, took);
    end loop;
    update quality.rules q set cost_ms = round(greatest(0, best - read) * 1000 * 100000 / many, 2), cost_version = r.version
     where q.org_id = private.org_id() and q.id = r.rule_id;
    measured := measured + 1;
  end loop;
  return measured;
end
$$;
comment on function quality.measure_costs(uuid) is
  'Measures what deployed rules cost (quality.rules.cost_ms, milliseconds per 100,000 rows) where their version was not yet; gives how many. Needs quality.execute. Error DS001.';
grant execute on function quality.measure_costs(uuid) to cadastre_user, cadastre_worker;
