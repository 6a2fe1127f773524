-- Rules that a dataset's rows, taken for right, suggest: definitions for quality.put_rule, each with its confidence and
-- what speaks for it. Nothing is saved. How sure a rule is comes from how often its like was met once only (the chance
-- that the next row brings something new): lists of values and patterns are suggested where that is at most 0.5 %.
-- Ranges leave room on both sides.
create or replace function quality.suggest_rules(dataset_id uuid) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  n record;
  profile uuid;
  patterns jsonb;
  characters jsonb;
  dependencies jsonb;
  suggested jsonb;
begin
  perform core.require('quality.view');
  perform data.require_on('quality.execute', suggest_rules.dataset_id);
  n := data.dataset_names(suggest_rules.dataset_id);
  perform quality.require_whole(suggest_rules.dataset_id);
  profile := quality.make_profile(suggest_rules.dataset_id, null, 50000);
  patterns := quality.suggest_patterns(suggest_rules.dataset_id);
  characters := quality.suggest_characters(suggest_rules.dataset_id);
  dependencies := quality.suggest_dependencies(suggest_rules.dataset_id);
  with c as (
    select c.*, c.row_count - c.nulls - c.empties as present,
           case when c.type ~ '^(integer|bigint|numeric)' then 'number'
                when c.type = 'text' and c.types_seen <> '{}' and c.types_seen - 'integer' - 'numeric' = '{}' then 'number' else c.type end as family,
           case when c.types_seen - 'integer' = '{}' and not exists (select from pg_temp.cadastre_values v where v.p = c.position and v.v ~ '^0[0-9]') then 'integer' else 'numeric' end as number_type,
           p.p as pattern,
           -- Codes: digits always of one length.
           jsonb_array_length(p.p -> 'patterns') = 1 and p.p -> 'patterns' ->> 0 ~ '^\[0-9\]\{([4-9]|[1-9][0-9])\}$' as is_code
      from quality.column_profiles c
      left join lateral (select p from jsonb_array_elements(patterns) p where p ->> 'field' = c.field_name) p on true
     where c.org_id = n.org_id and c.dataset_id = suggest_rules.dataset_id and c.profile_id = profile and c.field_name <> all (n.key_fields)
  ), closed as (
    select c.*, c.type <> 'jsonb' and c.present >= 50 and c.unseen_share <= 0.005 and c.distinct_count <= 1000
                -- Beside a value that nearly every row has, the others count by themselves.
                and (c.distinct_count <= 10 or c.unseen_share * c.present <= 0.05 * (c.present - coalesce((c.top_values -> 0 ->> 1)::bigint, 0))) and c.distinct_count * 5 <= c.present
                and not (c.family = 'number' and c.distinct_count > 30 and not coalesce(c.is_code, false)) and c.family not in ('date', 'timestamptz', 'boolean') as is_closed
      from c
  ), rules as (
    select c.position, 1 as place, c.field_name || '_is_there' as name, 'required' as kind, array[c.field_name] as fields, '{}'::jsonb as parameters, 'completeness' as dimension,
           1 - 1.0 / (c.row_count + 1) as confidence, format('none of %s rows lacks it', c.row_count) as evidence
      from closed c where c.nulls + c.empties = 0 and c.row_count >= 30
    union all
    select c.position, 2, c.field_name || '_values', 'allowed_values', array[c.field_name],
           jsonb_build_object('values', (select jsonb_agg(v.v order by v.v) from pg_temp.cadastre_values v where v.p = c.position) || '[""]'), 'validity',
           1 - c.unseen_share, format('%s values, %s %% of the rows have one that was met once', c.distinct_count, round(100 * c.unseen_share, 2))
      from closed c where c.is_closed
    union all
    select c.position, 3, c.field_name || '_type', 'type', array[c.field_name], jsonb_build_object('type', c.number_type), 'validity',
           1 - 1.0 / (c.present + 1), format('all of %s values are %s', c.present, c.number_type)
      from closed c where c.type = 'text' and c.family = 'number' and c.present >= 30 and not coalesce(c.is_code, false)
    union all
    select c.position, 4, c.field_name || '_pattern', 'pattern', array[c.field_name], jsonb_build_object('pattern', c.pattern -> 'patterns' || '[""]'), 'validity',
           (c.pattern ->> 'confidence')::numeric, format('%s shapes in %s values', jsonb_array_length(c.pattern -> 'patterns'), c.pattern ->> 'rows')
      from closed c where c.pattern is not null and (c.family <> 'number' or c.is_code) and not c.is_closed
    union all
    -- Numbers kept as text are written one way: 01907 is not 1907, nor 7.0 seven.
    select c.position, 4, c.field_name || '_pattern', 'pattern', array[c.field_name],
           jsonb_build_object('pattern', jsonb_build_array('-?(0|[1-9][0-9]*)' || case when w.decimals = 0 then '' when w.shortest = w.longest and w.plain = 0 then format('\.[0-9]{%s}', w.longest)
             when w.zeros = 0 and w.decimals >= 200 then '(\.[0-9]*[1-9])?' else '(\.[0-9]+)?' end, '')), 'validity',
           1 - 1.0 / (c.present + 1), format('all of %s numbers are written like that', c.present)
      from closed c
      cross join lateral (
        select bool_and(v.v ~ '^-?(0|[1-9][0-9]*)(\.[0-9]+)?$') as is_plain, coalesce(sum(v.n) filter (where v.v ~ '\.'), 0) as decimals, coalesce(sum(v.n) filter (where v.v !~ '\.'), 0) as plain,
               min(length(split_part(v.v, '.', 2))) filter (where v.v ~ '\.') as shortest, max(length(split_part(v.v, '.', 2))) as longest, count(*) filter (where v.v ~ '\..*0$') as zeros
          from pg_temp.cadastre_values v where v.p = c.position) w
     where c.type = 'text' and c.family = 'number' and c.present >= 50 and not coalesce(c.is_code, false) and not c.is_closed and w.is_plain
    union all
    select c.position, 5, c.field_name || '_range', 'range', array[c.field_name],
           jsonb_build_object('type', case when c.type = 'text' then 'numeric' else c.type end, 'min', b.low, 'max', b.high), 'validity', 0.95,
           format('from %s to %s', trim_scale(b.least), trim_scale(b.most))
      from closed c
      cross join lateral (select min(v.v::numeric) as least, max(v.v::numeric) as most from pg_temp.cadastre_values v
                           where v.p = c.position and v.v not in ('NaN', 'Infinity', '-Infinity')) l
      cross join lateral (
        select l.least, l.most, case when l.least >= 0 then greatest(0, l.least - (l.most - l.least)) else l.least - (l.most - l.least) end as low, l.most + (l.most - l.least) as high) x
      cross join lateral (select x.least, x.most, case when c.type in ('integer', 'bigint') then floor(x.low) else x.low end as low,
                                 case when c.type in ('integer', 'bigint') then ceil(x.high) else x.high end as high) b
     where c.family = 'number' and c.present >= 50 and not coalesce(c.is_code, false) and b.most > b.least and (c.type <> 'integer' or b.high < 2147483647)
    union all
    select c.position, 6, c.field_name || '_length', 'length', array[c.field_name], jsonb_build_object('max', ceil(c.longest * 1.5 + 5)), 'validity', 0.9,
           format('the longest of %s has %s', c.present, c.longest)
      from closed c where c.type = 'text' and c.family = 'text' and c.present >= 50 and not c.is_closed and c.pattern is null
    union all
    select c.position, 6, c.field_name || '_characters', 'pattern', array[c.field_name], jsonb_build_object('pattern', jsonb_build_array(h ->> 'pattern', '')), 'validity',
           (h ->> 'confidence')::numeric, format('the signs of %s values are known', h ->> 'rows')
      from closed c
      join jsonb_array_elements(characters) h on h ->> 'field' = c.field_name
     where c.type = 'text' and c.family = 'text' and not c.is_closed and c.pattern is null
    union all
    select c.position, 7, c.field_name || '_unique', 'uniqueness', array[c.field_name], '{}'::jsonb, 'uniqueness', 1 - 1.0 / c.present,
           format('%s values, all different', c.present)
      from closed c where c.distinct_count = c.present and c.present >= 100 and c.distinct_exact and c.type !~ '^(numeric|timestamptz|jsonb|boolean)'
             and (c.family <> 'number' or c.number_type = 'integer')
    union all
    select f.position, 8, f.name || '_by_' || case when count(*) = 1 then min(d ->> 'from') else count(*) || '_others' end, 'functional_dependency',
           array_agg(d ->> 'from' order by d ->> 'from'), jsonb_build_object('to', f.name) || case when count(*) > 1 then '{"deciders": "each"}'::jsonb else '{}' end, 'consistency',
           min((d ->> 'confidence')::numeric), string_agg(format('%s pairs of rows with the same %s', d ->> 'pairs', d ->> 'from'), ', ' order by d ->> 'from')
      from jsonb_array_elements(dependencies) d
      join data.fields f on f.org_id = n.org_id and f.dataset_id = suggest_rules.dataset_id and f.name = d ->> 'to'
     where f.name <> all (n.key_fields)
     group by f.position, f.name
  )
  select coalesce(jsonb_agg(jsonb_build_object('name', regexp_replace(left(r.name, 80), '^_+', ''), 'kind', r.kind, 'fields', r.fields, 'parameters', r.parameters,
           'dimension', r.dimension, 'severity', 'warning', 'confidence', round(r.confidence, 4), 'evidence', r.evidence) order by r.position, r.place), '[]')
    into suggested from rules r;
  return suggested;
end
$$;
comment on function quality.suggest_rules(uuid) is
  'Suggests rules from the rows in force: [{name, kind, fields, parameters, dimension, severity, confidence, evidence}]; confidence is 0 to 1. Needs quality.execute and sight of the whole dataset. Error DS001.';
grant execute on function quality.suggest_rules(uuid) to cadastre_user, cadastre_worker;
