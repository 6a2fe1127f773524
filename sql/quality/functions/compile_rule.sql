-- A rule as SQL, the one place where it becomes so: for loads, checks of the rows in force and dry runs alike.
--
--   fails    true of a row (alias t) that breaks the rule; rules about single rows
--   prepare  where the rest of the rows must be known too: a query over {source} (and {current}, the rows in force) for
--            the values that break the rule, kept as the table that `fails` names {bad}. Few or none, so that asking each
--            row is one look into a small hash.
--   measure  a statistic of all rows (alias t), which must lie between low and high; rules about a load or dataset
--   carry    how what a check found goes on to the next one, which then reads the changed rows alone (quality.check_current);
--            null: it does not. For rules about single rows {expires: of a failing row, when it stops failing by itself;
--            others: datasets that must not have changed}. For those about groups of rows {groups: what a row's group is,
--            tuple: what must change for the group to change}; their preparation tells how many rows have each value (n),
--            and of a dependency the pairs are kept ({pairs}, quality.dependency_query). For statistics {keep: {name: aggregate}, say: the statistic
--            of those, {name} each}: sums and counts, or max: the type of a maximum.
--
-- Names come from the dataset's contract and values are quoted: nothing of a definition is SQL. Errors: QC002, QC003.
drop function if exists quality.compile_rule(uuid, text, text[], jsonb);
create or replace function quality.compile_rule(p_dataset uuid, p_kind text, p_fields text[], p_parameters jsonb,
  out target text, out fails text, out prepare text, out measure text, out low numeric, out high numeric, out message text, out remedy text, out carry jsonb)
returns record
language plpgsql stable
set search_path = ''
as $$
declare
  -- null is what a form sends of a bound that is left empty.
  p jsonb := jsonb_strip_nulls(coalesce(p_parameters, '{}'));
  f1 text := format('t.%I', coalesce(p_fields[1], 'none'));
  as_text text := format('t.%I::text', coalesce(p_fields[1], 'none'));
  type1 text;
  value text := f1;
  bound_type text;
  other record;
  words text[];
  missing text;
  valid boolean;
  confidence numeric;
  -- Words such as 'today' mean another day tomorrow.
  plain constant text := '^[0-9 :.+TZ-]*$';
  timed boolean;
  lasting boolean;
  hint constant text := 'docs/reference/quality.md tells what each kind of rule takes.';
begin
  select w into missing from unnest(p_fields || case when p ? 'to' then array[p ->> 'to'] else '{}' end) w
   where not exists (select from data.fields f where f.org_id = private.org_id() and f.dataset_id = p_dataset and f.name = w and f.retired_at is null)
   limit 1;
  if missing is not null then
    perform core.raise('QC003', format('the dataset has no field %s', left(missing, 60)), 'Name fields as the contract does.', 'fields');
  end if;
  if (p_kind not in ('row_count', 'row_count_change', 'reconciliation', 'sql') and cardinality(p_fields) = 0)
     or (p_kind = 'comparison' and cardinality(p_fields) > 2)
     or (p_kind not in ('comparison', 'uniqueness', 'functional_dependency') and cardinality(p_fields) > 1) then
    perform core.raise('QC002', format('a rule of kind %s takes another number of fields', p_kind), hint, 'fields');
  end if;
  select f.type into type1 from data.fields f
   where f.org_id = private.org_id() and f.dataset_id = p_dataset and f.name = p_fields[1];
  bound_type := coalesce(p ->> 'type', type1);
  if p_kind in ('type', 'range', 'mean', 'comparison', 'freshness') and p ? 'type' then
    if p ->> 'type' not in ('integer', 'bigint', 'numeric', 'date', 'timestamptz', 'time', 'boolean', 'uuid') then
      perform core.raise('QC002', format('%s is not a type that a rule can ask for', left(p ->> 'type', 40)), hint, 'type');
    end if;
    value := format('(case when pg_input_is_valid(%s, %L) then %1$s::%s end)', as_text, bound_type, bound_type);
  end if;
  target := coalesce(p_fields[1], '');
  if p_kind in ('length', 'row_count', 'null_share', 'mean', 'distinct_count') then
    low := quality.rule_number(p, 'min');
  end if;
  remedy := 'Correct the value, or change the rule.';
  timed := split_part(bound_type, '(', 1) in ('date', 'timestamptz', 'time');
  lasting := not coalesce(timed and (p ? 'type' and type1 = 'text' or concat(p ->> 'min', p ->> 'max', p ->> 'value') !~ plain), false) or p_kind = 'type';
  carry := '{}';
  case p_kind
  when 'required' then
    fails := case when type1 = 'text' then format('coalesce(%1$s, '''') < ''!'' collate "C" and btrim(coalesce(%1$s, '''')) = ''''', f1) else format('%s is null', f1) end;
    message := format('%s must have a value', target);
  when 'type' then
    fails := format('not pg_input_is_valid(btrim(%s), %L) and btrim(%1$s) <> ''''', as_text, bound_type);
    message := format('%s must be %s', target, bound_type);
  when 'range' then
    foreach missing in array array[p ->> 'min', p ->> 'max'] loop
      -- Dynamic: within one transaction the function remembers the first type that a call site gave it.
      execute 'select pg_input_is_valid($1, $2)' into valid using missing, bound_type;
      if not valid then
        perform core.raise('QC002', format('%s is not a bound for %s (%s)', left(missing, 60), target, bound_type), 'Give bounds of the field''s type.', 'min');
      end if;
    end loop;
    fails := concat_ws(' or ', case when p ->> 'min' is not null then format('%s < %L::%s', value, p ->> 'min', bound_type) end,
                       case when p ->> 'max' is not null then format('%s > %L::%s', value, p ->> 'max', bound_type) end);
    message := format('%s must be %s', target, concat_ws(' and ', 'at least ' || (p ->> 'min'), 'at most ' || (p ->> 'max')));
  when 'length' then
    -- Bytes are counted faster than characters, and are never fewer nor more than four times as many.
    fails := concat_ws(' or ', case when low is not null then format('octet_length(%1$s) < 4 * %2$s and length(%1$s) < %2$s', as_text, low) end,
                       case when p ? 'max' then format('octet_length(%1$s) > %2$s and length(%1$s) > %2$s', as_text, quality.rule_number(p, 'max')) end);
    message := format('%s must be %s long', target, concat_ws(' and ', 'at least ' || low, 'at most ' || (p ->> 'max')));
    low := null;
  when 'pattern' then
    words := case jsonb_typeof(p -> 'pattern') when 'string' then array[p ->> 'pattern']
             when 'array' then array(select jsonb_array_elements_text(p -> 'pattern')) end;
    foreach missing in array coalesce(words, '{}') loop
      begin
        perform '' ~ missing;
      exception when invalid_regular_expression then
        perform core.raise('QC002', format('%s is not a regular expression', left(missing, 100)), 'Give POSIX regular expressions, for example [A-Z]{2}[0-9]+.', 'pattern');
      end;
    end loop;
    if coalesce(cardinality(words), 0) = 0 then
      perform core.raise('QC002', 'a pattern rule takes a pattern or a list of them', hint, 'pattern');
    end if;
    fails := quality.pattern_fails(as_text, words);
    message := format('%s must match %s', target, left(array_to_string(words, ' or '), 300));
  when 'allowed_values' then
    if jsonb_typeof(p -> 'values') <> 'array' or jsonb_array_length(p -> 'values') not between 1 and 10000 then
      perform core.raise('QC002', 'an allowed_values rule takes 1 to 10,000 values', hint, 'values');
    end if;
    words := array(select jsonb_array_elements_text(p -> 'values'));
    fails := format('%s <> all (%L::text[])', as_text, words::text);
    message := format('%s must be one of %s', target, left(array_to_string(array_remove(words, ''), ', '), 300));
  when 'not_in_future' then
    -- In a sub-select the day is found once, and not for every row.
    fails := case type1 when 'date' then format('%s > (select (now() at time zone ''UTC'')::date)', f1)
             when 'timestamptz' then format('%s > now()', f1)
             else format('case when pg_input_is_valid(%s, ''timestamptz'') then %1$s::timestamptz > now() end', as_text) end;
    carry := case type1 when 'date' then jsonb_build_object('expires', format('%s::timestamp at time zone ''UTC''', f1))
             when 'timestamptz' then jsonb_build_object('expires', f1) end;
    message := format('%s must not be in the future', target);
  when 'reference' then
    select n.*, d.id into other from data.datasets d cross join lateral data.dataset_names(d.id) n
     where d.org_id = private.org_id() and d.name = p ->> 'dataset'
       and exists (select from data.fields f where f.org_id = d.org_id and f.dataset_id = d.id and f.name = p ->> 'field' and f.retired_at is null);
    if other.name is null then
      perform core.raise('QC003', format('there is no %s.%s to refer to', left(p ->> 'dataset', 60), left(p ->> 'field', 60)), 'Name a dataset and a field of it.', 'dataset');
    end if;
    fails := format('%s is not null and not exists (select from %s r where r.%I::text = %1$s)', as_text, other.current_table, p ->> 'field');
    carry := jsonb_build_object('others', jsonb_build_array(other.id));
    message := format('%s must be found in %s.%s', target, p ->> 'dataset', p ->> 'field');
  when 'comparison' then
    if coalesce(p ->> 'operator', '') not in ('<', '<=', '=', '<>', '>=', '>') or (cardinality(p_fields) = 1) = (p -> 'value' is null) then
      perform core.raise('QC002', 'a comparison takes an operator (<, <=, =, <>, >=, >) and two fields, or one and a value', hint, 'operator');
    end if;
    execute 'select pg_input_is_valid($1, $2)' into valid using p ->> 'value', bound_type;
    if not valid then
      perform core.raise('QC002', format('%s is not a value to compare %s (%s) with', left(p ->> 'value', 60), target, bound_type), hint, 'value');
    end if;
    select string_agg(f.name || ' is ' || f.type, ', ' order by array_position(p_fields, f.name)) into missing from data.fields f
     where f.org_id = private.org_id() and f.dataset_id = p_dataset and f.name = any (p_fields) and f.retired_at is null and not p ? 'type'
    having count(distinct case when f.type ~ '^(integer|bigint|numeric)' then 'number' when f.type in ('date', 'timestamptz') then 'moment' else f.type end) > 1;
    if missing is not null then
      perform core.raise('QC002', format('%s: they cannot be compared', missing), 'Name fields of like types, or say by the parameter type as what to compare them.', 'fields');
    end if;
    missing := case when cardinality(p_fields) = 1 then format('%L::%s', p ->> 'value', bound_type)
                    when p ? 'type' then format('(case when pg_input_is_valid(t.%1$I::text, %2$L) then t.%1$I::text::%3$s end)', p_fields[2], bound_type, bound_type)
                    else format('t.%I', p_fields[2]) end;
    fails := format('not (%s %s %s)', value, p ->> 'operator', missing);
    message := format('%s must be %s %s', target, p ->> 'operator', coalesce(p_fields[2], p ->> 'value'));
  when 'uniqueness' then
    select string_agg(format('coalesce(t.%I::text, '''')', w.w), ', ' order by w.no) into missing from unnest(p_fields) with ordinality w (w, no);
    -- Grouped as what they are where equal values are equal texts and the other way round, which spares the texts.
    select format('select %s, count(*) as n from {source} t where (%s) group by %s having count(*) > 1',
             string_agg(case when w.plain then format('t.%I::text as c%s', w.w, w.no) else format('coalesce(t.%I::text, '''') as c%s', w.w, w.no) end, ', ' order by w.no),
             string_agg(case when w.plain then format('t.%I is not null', w.w) else format('t.%I::text <> ''''', w.w) end, ' and ' order by w.no),
             string_agg(case when w.plain then format('t.%I', w.w) else 'c' || w.no end, ', ' order by w.no))
      into prepare
      from (select w.w, w.no, f.type ~ '^(integer|bigint|date|timestamptz|time|boolean|uuid|numeric\()' as plain
              from unnest(p_fields) with ordinality w (w, no)
              join data.fields f on f.org_id = private.org_id() and f.dataset_id = p_dataset and f.name = w.w and f.retired_at is null) w;
    fails := format('(%s) in (select %s from {bad})', missing, (select string_agg('c' || no, ', ' order by no) from generate_subscripts(p_fields, 1) no));
    carry := (select jsonb_build_object('groups', g.list, 'tuple', g.list)
                from (select jsonb_agg(format('coalesce(t.%I::text, '''')', w.w) order by w.no) as list from unnest(p_fields) with ordinality w (w, no)) g);
    message := format('%s must be unique', array_to_string(p_fields, ' with '));
    remedy := 'Take the second row out, or change the rule.';
  when 'functional_dependency' then
    if p ->> 'to' is null or p ->> 'to' = any (p_fields) then
      perform core.raise('QC002', 'a functional dependency takes the field that the others decide', 'Give it as parameter to.', 'to');
    end if;
    if coalesce(p ->> 'deciders', 'together') not in ('together', 'each') then
      perform core.raise('QC002', 'deciders are taken together or each by itself', 'Write together or each.', 'deciders');
    end if;
    target := p ->> 'to';
    confidence := coalesce(quality.rule_number(p, 'confidence'), 0.9);
    carry := null;
    if p ->> 'deciders' = 'each' then
      -- Each decider has a vote: the value fails where more of them speak against it than for it, so that a wrong decider
      -- does not put the blame on what it decides.
      select string_agg(format('select %s as d, q.c1 as x, q.c2 as y, q.s from (%s) q', w.no, quality.dependency_query(array[w.w], target, confidence, true)), ' union all '),
             format('(%s) and (2 * (%s) + (%s) > %s)', string_agg(v.vote || 'and b.s)', ' or '), string_agg('(' || v.vote || 'and b.s))::int', ' + '),
                    string_agg('(' || v.vote || 'and not b.s))::int', ' + '), count(*))
        into prepare, fails
        from unnest(p_fields) with ordinality w (w, no)
        cross join lateral (select format('(coalesce(t.%I::text, ''''), coalesce(t.%I::text, '''')) in (select b.x, b.y from {bad} b where b.d = %s ', w.w, target, w.no) as vote) v;
    else
      prepare := quality.dependency_query(p_fields, target, confidence);
      carry := (select jsonb_build_object('pairs', true, 'groups', jsonb_agg(g.g order by g.no) filter (where g.no <= cardinality(p_fields)), 'tuple', jsonb_agg(g.g order by g.no))
                  from (select format('coalesce(t.%I::text, '''')', w.w) as g, w.no from unnest(p_fields || target) with ordinality w (w, no)) g);
      fails := format('(%s) in (select %s from {bad})',
        (select string_agg(format('coalesce(t.%I::text, '''')', w.w), ', ' order by w.no) from unnest(p_fields || target) with ordinality w (w, no)),
        (select string_agg('c' || no, ', ' order by no) from generate_subscripts(p_fields || target, 1) no));
    end if;
    message := format('%s must be what goes with %s everywhere else', target, array_to_string(p_fields, case p ->> 'deciders' when 'each' then ', ' else ' and ' end));
  when 'freshness' then
    if bound_type not in ('date', 'timestamptz') then
      perform core.raise('QC002', format('%s is no moment: it is %s', target, bound_type), 'Name a date or timestamptz field, or give the parameter type.', 'fields');
    end if;
    carry := carry || jsonb_build_object('keep', jsonb_build_object('m', format('max(%s)', value)), 'say', 'extract(epoch from now() - {m}::timestamptz) / 3600',
      'max', bound_type);
    high := quality.rule_number(p, 'max_hours');
    message := format('the newest %s must be at most %s hours old', target, high);
    remedy := 'Load newer data.';
  when 'row_count' then
    carry := '{"keep": {"n": "count(*)"}, "say": "{n}"}';
    high := quality.rule_number(p, 'max');
    message := format('there must be %s rows', concat_ws(' and ', 'at least ' || low, 'at most ' || high));
  when 'row_count_change' then
    low := -quality.rule_number(p, 'max_decrease');
    high := quality.rule_number(p, 'max_increase');
    carry := jsonb_build_object('keep', '{"n": "count(*)"}'::jsonb, 'say', format('{n} / nullif((select percentile_cont(0.5) within group (order by s.row_count)
      from (select s.row_count from quality.scores s where s.org_id = %L and s.dataset_id = %L and s.run_id is not null order by s.checked_at desc limit %s) s), 0) - 1',
      private.org_id(), p_dataset, least(100, greatest(1, coalesce(quality.rule_number(p, 'loads'), 8)::int))));
    message := format('the number of rows must not change by more than %s against the loads before', concat_ws(' or ', '-' || (100 * -low) || ' %', '+' || (100 * high) || ' %'));
  when 'null_share' then
    carry := jsonb_build_object('keep', jsonb_build_object('n', 'count(*)', 'a', format('count(*) filter (where %s)',
      case when type1 = 'text' then format('coalesce(%s, '''') = ''''', f1) else format('%s is null', f1) end)), 'say', '{a}::numeric / nullif({n}, 0)');
    high := quality.rule_number(p, 'max');
    message := format('the share of rows without %s must be %s', target, concat_ws(' and ', 'at least ' || low, 'at most ' || high));
  when 'mean' then
    if split_part(bound_type, '(', 1) not in ('integer', 'bigint', 'numeric') then
      perform core.raise('QC002', format('%s has no mean: it is %s', target, bound_type), 'Name a number, or give the parameter type.', 'fields');
    end if;
    carry := carry || jsonb_build_object('keep', jsonb_build_object('s', format('coalesce(sum(%s), 0)', value), 'n', format('count(%s)', value)), 'say', '{s}::numeric / nullif({n}, 0)');
    high := quality.rule_number(p, 'max');
    message := format('the mean of %s must be %s', target, concat_ws(' and ', 'at least ' || low, 'at most ' || high));
  when 'distinct_count' then
    carry := jsonb_build_object('keep', jsonb_build_object('d', format('count(distinct %s)', f1)), 'say', '{d}', 'groups', jsonb_build_array(f1), 'tuple', jsonb_build_array(f1));
    high := quality.rule_number(p, 'max');
    message := format('%s must have %s different values', target, concat_ws(' and ', 'at least ' || low, 'at most ' || high));
  when 'reconciliation' then
    carry := quality.reconcile_measure(p_dataset, p_fields, p);
    high := coalesce(quality.rule_number(p, 'tolerance'), 0);
    message := format('%s must agree with %s.%s', coalesce(nullif(target, ''), 'the number of rows'), p ->> 'dataset', coalesce(p ->> 'field', 'rows'));
    remedy := 'Find what is missing on either side.';
  when 'format' then
    fails := quality.format_fails(as_text, coalesce(p ->> 'format', ''));
    if fails is null then
      perform core.raise('QC002', format('%s is not a format that is known', left(p ->> 'format', 40)), hint, 'format');
    end if;
    message := format('%s must be a valid %s', target, replace(p ->> 'format', '_', ' '));
  when 'sql' then
    -- Asked by the worker on the organization's unprivileged login; nothing of it is compiled here.
    if jsonb_typeof(p -> 'query') is distinct from 'string' or length(btrim(p ->> 'query')) not between 1 and 20000
       or coalesce(p ->> 'returns', 'rows') not in ('rows', 'number', 'boolean') then
      perform core.raise('QC002', 'a rule of kind sql takes a query of up to 20,000 characters that returns rows, a number or a boolean', hint, 'query');
    end if;
    low := quality.rule_number(p, 'min');
    high := quality.rule_number(p, 'max');
    if (coalesce(p ->> 'returns', 'rows') = 'number') <> (low is not null or high is not null) then
      perform core.raise('QC002', 'a rule of kind sql has bounds where its query returns a number, and only there', hint, 'min');
    end if;
    message := case coalesce(p ->> 'returns', 'rows') when 'rows' then 'the query must return no rows' when 'boolean' then 'the query must return true'
                    else format('what the query returns must be %s', concat_ws(' and ', 'at least ' || low, 'at most ' || high)) end;
    remedy := 'Look at what the query returns.';
    carry := null;
    return;
  else
    perform core.raise('QC002', format('%s is not a kind of rule', left(p_kind, 60)), hint, 'kind');
  end case;
  if carry ? 'say' then
    measure := quality.say_parts(carry, carry -> 'keep');
  end if;
  if not lasting then
    carry := null;
  end if;
  if coalesce(fails, '') = '' and (measure is null or low is null and high is null) then
    perform core.raise('QC002', format('a rule of kind %s needs a bound', p_kind), hint, 'parameters');
  end if;
end
$$;
comment on function quality.compile_rule(uuid, text, text[], jsonb) is 'A rule as SQL: condition, preparation or statistic. Errors: QC002 definition, QC003 field. Internal.';
