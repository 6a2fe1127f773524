-- What a rule counts of rows (alias t), as one aggregate expression: {no, rows, failures, expires} or {no, rows, measured},
-- with the parts of a statistic that goes on to the next check. Internal.
create or replace function quality.rule_counts(p_rule jsonb) returns text
language sql immutable
set search_path = ''
as $$
  select format('jsonb_build_object(''no'', %s, ''rows'', count(*)%s%s)', p_rule ->> 'no',
    case when p_rule ->> 'fails' is not null then format(', ''failures'', count(*) filter (where %s)', p_rule ->> 'fails')
         else format(', ''measured'', round((%s)::numeric, 6)', p_rule ->> 'measure') end,
    case when p_rule #>> '{carry,expires}' is not null then format(', ''expires'', (min(%s) filter (where %s))::text', p_rule #>> '{carry,expires}', p_rule ->> 'fails')
         when p_rule #> '{carry,keep}' is not null then
           format(', ''parts'', jsonb_build_object(%s)', (select string_agg(format('%L, %s', k.key, k.value), ', ') from jsonb_each_text(p_rule #> '{carry,keep}') k)) end)
$$;
comment on function quality.rule_counts(jsonb) is 'What a rule counts of rows, as SQL. Internal.';
