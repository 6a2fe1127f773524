-- A rule about groups of rows (uniqueness, a dependency, different values) where rows changed (pg_temp.cadastre_delta):
-- {failures, parts} as they are now, from those known before; null where it must be asked of all rows. Groups into which and
-- out of which no row went are as they were. Of the others the rows are asked: where nothing failed before, nothing fails
-- elsewhere now. Of a dependency whose pairs are kept (quality.carry_pairs) no row is. Internal.
drop function if exists quality.carry_groups(uuid, jsonb, jsonb);
create or replace function quality.carry_groups(p_dataset uuid, p_check uuid, p_rule jsonb, p_known jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  n record := data.dataset_names(p_dataset);
  groups text;
  named text;
  tuple text;
  fields text;
  touched bigint;
  gone bigint;
  come bigint;
begin
  if p_known #> '{parts,pairs}' is not null then
    return quality.carry_pairs(p_dataset, p_check, p_rule, p_known);
  end if;
  select string_agg(g.g, ', ' order by g.no), string_agg(format('%s as c%s', g.g, g.no), ', ' order by g.no) into groups, named
    from jsonb_array_elements_text(p_rule #> '{carry,groups}') with ordinality g (g, no);
  select string_agg(g, ', ') into tuple from jsonb_array_elements_text(p_rule #> '{carry,tuple}') g;
  drop table if exists pg_temp.cadastre_touched, pg_temp.cadastre_group;
  execute format($q$
    create temp table cadastre_touched on commit drop as
    select distinct x.* from (
      select %1$s from pg_temp.cadastre_delta t where t.side$ <> 'seen' and t.change_type <> 'delete'
       group by %2$s having count(*) filter (where t.side$ = 'old') <> count(*) filter (where t.side$ = 'new')) x $q$, named, tuple);
  get diagnostics touched = row_count;
  if touched = 0 then
    return p_known;
  elsif (p_known ->> 'failures')::bigint > 0 and p_rule -> 'fails' <> 'null' then
    return null;
  end if;
  analyze pg_temp.cadastre_touched;
  select string_agg(format('t.%I', f), ', ') into fields from jsonb_array_elements_text(p_rule -> 'fields') f;
  execute format('create temp table cadastre_group on commit drop as select %s from %s t where (%s) in (select * from pg_temp.cadastre_touched)',
    fields, n.current_table, groups);
  if p_rule ->> 'fails' is not null then
    come := quality.check_relation(p_dataset, null, 'pg_temp.cadastre_group', 'pg_temp.cadastre_group', jsonb_build_array(p_rule)) #>> '{0,failures}';
    return case when come = 0 then p_known end;
  end if;
  execute format($q$
    select count(*) filter (where x.there > 0), count(*) filter (where x.was > 0)
      from (select sum(y.there) as there, sum(y.was) as was
              from (select %1$s as g, 1 as there, 1 as was from pg_temp.cadastre_group t
                    union all
                    select %1$s, 0, case t.side$ when 'old' then 1 else -1 end from pg_temp.cadastre_delta t
                     where t.side$ <> 'seen' and t.change_type <> 'delete' and (%1$s) in (select * from pg_temp.cadastre_touched)) y
             where y.g is not null group by y.g) x $q$, groups) into come, gone;
  return jsonb_set(p_known, '{parts,d}', to_jsonb((p_known #>> '{parts,d}')::bigint + come - gone));
end
$$;
comment on function quality.carry_groups(uuid, uuid, jsonb, jsonb) is 'A rule about groups of rows, from what was known and what changed. Internal.';
