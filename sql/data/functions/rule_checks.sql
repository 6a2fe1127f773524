-- The contract as SQL: for each rule of each field, the condition under which a row FAILS it, over the alias t with
-- typed columns, and what to tell. One source for loads (set-based) and for edits by hand (the view's triggers), so that the
-- two can never disagree. Type validity comes before this; null passes every rule but `required`.
create or replace function data.rule_checks(p_dataset uuid)
returns table (field_name text, field_position int, rule text, severity text, max_share numeric, fails text, message text, remedy text)
language sql stable
set search_path = ''
as $$
  with f as (
    select f.*, format('t.%I', f.name) as col
      from data.fields f
     where f.org_id = private.org_id() and f.dataset_id = p_dataset and f.retired_at is null
  ), checks as (
    select f.name, f.position, 'required' as rule, format('%s is null', f.col) as fails,
           format('%s must have a value', f.name) as message, 'Give a value.' as remedy
      from f where f.required
    union all
    select f.name, f.position, 'range',
           concat_ws(' or ', case when f.minimum is not null then format('%s < %L::%s', f.col, f.minimum, f.type) end,
                     case when f.maximum is not null then format('%s > %L::%s', f.col, f.maximum, f.type) end),
           format('%s must be %s', f.name, concat_ws(' and ', 'at least ' || f.minimum, 'at most ' || f.maximum)),
           'Correct the value or the contract''s range.'
      from f where f.minimum is not null or f.maximum is not null
    union all
    select f.name, f.position, 'pattern', format('%s::text !~ %L', f.col, '^(?:' || f.pattern || ')$'),
           format('%s must match %s', f.name, f.pattern), 'Correct the value or the contract''s pattern.'
      from f where f.pattern is not null
    union all
    select f.name, f.position, 'allowed_values', format('%s <> all (%L::%s[])', f.col, f.allowed_values::text, f.type),
           format('%s must be one of %s', f.name, left(array_to_string(f.allowed_values, ', '), 300)),
           'Correct the value or add it to the contract''s allowed values.'
      from f where f.allowed_values is not null and f.type not in ('text[]', 'jsonb')
    union all
    select f.name, f.position, 'not_in_future',
           case f.type when 'date' then format('%s > (now() at time zone ''UTC'')::date', f.col) else format('%s > now()', f.col) end,
           format('%s must not be in the future', f.name), 'Correct the date.'
      from f where f.not_in_future and f.type in ('date', 'timestamptz')
    union all
    select f.name, f.position, 'reference',
           format('%s is not null and not exists (select from %s r where r.%I = %1$s)', f.col, n.current_table, f.references_field),
           format('%s must be found in %s.%s', f.name, n.name, f.references_field),
           format('Load the missing row into %s first, or correct the value.', n.name)
      from f cross join lateral data.dataset_names(f.references_dataset) n
     where f.references_dataset is not null
  )
  select c.name, c.position, c.rule, coalesce(s.severity, 'error'), s.max_share, c.fails, c.message, c.remedy
    from checks c
    left join quality.rule_settings s
      on s.org_id = private.org_id() and s.dataset_id = p_dataset and s.field_name = c.name and s.rule = c.rule
   order by c.position, c.rule
$$;
comment on function data.rule_checks(uuid) is
  'A dataset''s contract rules as SQL conditions over the alias t: true where a row fails, with severity, message and remedy.';
revoke execute on function data.rule_checks(uuid) from public;
