--! owner: cadastre_system
-- The first mistake of a condition with its path; all null when it is in the language (docs/reference/policies.md).
create or replace function private.find_mistake(p_condition jsonb, p_path text, p_types jsonb, p_row boolean, p_depth int,
                                                out path text, out problem text, out remedy text)
language plpgsql stable parallel safe
set search_path = ''
as $$
declare
  op text;
  body jsonb;
  i int;
  kind text;
  other_kind text;
  ops constant text[] := '{all,any,not,eq,ne,lt,lte,gt,gte,in,not_in,contains,starts_with,ends_with,matches,is_null,cidr,between}';
  max_depth constant int := 8;
  max_parts constant int := 100;
  max_pattern constant int := 200;
begin
  path := p_path;
  if p_depth > max_depth then
    problem := format('more than %s levels deep', max_depth); remedy := 'Write it flatter, or as several policies.';
    return;
  elsif jsonb_typeof(p_condition) is distinct from 'object' or (select count(*) from jsonb_object_keys(p_condition) k where k <> 'zone') <> 1 then
    problem := 'a condition is an object with one operator'; remedy := format('Use one of %s.', array_to_string(ops, ', '));
    return;
  end if;
  select k into op from jsonb_object_keys(p_condition) k where k <> 'zone';
  body := p_condition -> op;
  if op <> all (ops) then
    problem := format('unknown operator %L', left(op, 60)); remedy := format('Use one of %s.', array_to_string(ops, ', '));
    return;
  end if;
  path := p_path || '.' || op;
  if p_condition ? 'zone' and (op <> 'between' or jsonb_typeof(p_condition -> 'zone') <> 'string'
      or not exists (select from pg_catalog.pg_timezone_names z where z.name = p_condition ->> 'zone')) then
    problem := '"zone" is not a time zone, or does not belong here'; remedy := 'Give a name such as Europe/Paris beside "between".';
    return;
  end if;
  if op in ('all', 'any') then
    if jsonb_typeof(body) <> 'array' or jsonb_array_length(body) not between 1 and max_parts then
      problem := format('%s takes 1 to %s conditions', op, max_parts); remedy := 'Give a list of conditions.';
      return;
    end if;
    for i in 0 .. jsonb_array_length(body) - 1 loop
      select x.path, x.problem, x.remedy into path, problem, remedy
        from private.find_mistake(body -> i, format('%s.%s[%s]', p_path, op, i), p_types, p_row, p_depth + 1) x;
      exit when problem is not null;
    end loop;
    return;
  elsif op = 'not' then
    select x.path, x.problem, x.remedy into path, problem, remedy
      from private.find_mistake(body, path, p_types, p_row, p_depth + 1) x;
    return;
  elsif op = 'is_null' then
    select x.path, x.problem, x.remedy into path, problem, remedy from private.check_operand(body, path, p_types, p_row, false) x;
    if problem is null and jsonb_typeof(body) <> 'object' then
      problem := 'a plain value is never null'; remedy := 'Ask for an attribute, for example {"user": "region"}.';
    end if;
    return;
  end if;
  if jsonb_typeof(body) <> 'array' or jsonb_array_length(body) <> (case op when 'between' then 3 else 2 end) then
    problem := format('%s takes %s operands', op, case op when 'between' then 'three' else 'two' end);
    remedy := format('Write {"%s": [a, b%s]}.', op, case op when 'between' then ', c' else '' end);
    return;
  end if;
  for i in 0 .. 1 loop
    select x.path, x.problem, x.remedy into path, problem, remedy
      from private.check_operand(body -> i, format('%s.%s[%s]', p_path, op, i), p_types, p_row, i = 1 and op in ('in', 'not_in', 'cidr')) x;
    if problem is not null then
      return;
    end if;
  end loop;
  kind := private.condition_kind(body -> 0, coalesce(p_types, '{}'));
  other_kind := private.condition_kind(body -> 1, coalesce(p_types, '{}'));
  path := format('%s.%s[1]', p_path, op);
  if op in ('eq', 'ne', 'lt', 'lte', 'gt', 'gte') then
    if kind = 'none' or other_kind = 'none' then
      problem := 'a column of this type cannot be compared'; remedy := 'Use is_null, or contains for text[].';
    elsif kind <> other_kind then
      problem := format('%s cannot be compared with %s', kind, other_kind); remedy := 'Compare values of one kind.';
    elsif kind is not null and jsonb_typeof(body -> 1) <> 'object' and private.condition_literal(body -> 1, kind) is null then
      problem := format('%s is no %s', left((body -> 1)::text, 60), kind); remedy := format('Give a value of the kind %s; dates as 2026-01-31, moments as 2026-01-31T08:00:00Z.', kind);
    elsif other_kind is not null and jsonb_typeof(body -> 0) <> 'object' and private.condition_literal(body -> 0, other_kind) is null then
      path := format('%s.%s[0]', p_path, op);
      problem := format('%s is no %s', left((body -> 0)::text, 60), other_kind); remedy := format('Give a value of the kind %s.', other_kind);
    elsif op not in ('eq', 'ne') and 'boolean' in (coalesce(kind, ''), coalesce(other_kind, ''), jsonb_typeof(body -> 1)) then
      problem := 'booleans have no order'; remedy := 'Use eq or ne.';
    end if;
  elsif op in ('in', 'not_in') then
    if jsonb_typeof(body -> 1) not in ('array', 'object') or jsonb_typeof(body -> 1) = 'object' and body -> 1 ?| array['timestamp', 'add', 'sub'] then
      problem := 'a list is needed'; remedy := 'Write {"in": [{"row": "region"}, ["EMEA", "APAC"]]}, or an attribute that is a list.';
    elsif kind is not null and jsonb_typeof(body -> 1) = 'array'
      and exists (select from jsonb_array_elements(body -> 1) e where private.condition_literal(e, kind) is null) then
      problem := format('the list has a value that is no %s', kind); remedy := format('Give values of the kind %s.', kind);
    end if;
  elsif op = 'matches' then
    if jsonb_typeof(body -> 1) <> 'string' or length(body ->> 1) not between 1 and max_pattern or body ->> 1 ~ '\\[1-9]|\*\*\*|\{\d{3,}|,\d{3,}\}' then
      problem := 'this is not a pattern'; remedy := format('Give a regular expression of at most %s characters, without back references or counts over 99.', max_pattern);
    else
      begin
        perform '' ~ ('^(?:' || (body ->> 1) || ')$');
      exception when invalid_regular_expression then
        problem := 'this is not a regular expression'; remedy := 'Give a POSIX regular expression, for example [A-Z]{2}[0-9]+.';
      end;
    end if;
  elsif op = 'cidr' then
    if jsonb_typeof(body -> 1) = 'string' then
      problem := 'a list of networks is needed'; remedy := 'Write ["10.0.0.0/8"].';
    elsif jsonb_typeof(body -> 1) = 'array'
      and exists (select from jsonb_array_elements(body -> 1) e where private.condition_literal(e, 'inet') is null) then
      problem := 'the list has a value that is no network'; remedy := 'Write networks as 10.0.0.0/8 or 2001:db8::/32.';
    end if;
  elsif op = 'between' then
    path := p_path || '.between';
    if kind is not null and kind not in ('timestamptz', 'time') then
      problem := 'between asks for the time of a day'; remedy := 'Give a moment or a time, or use gte and lt.';
    elsif private.condition_literal(body -> 1, 'time') is null or private.condition_literal(body -> 2, 'time') is null then
      problem := 'the hours are not times of a day'; remedy := 'Write {"between": [{"context": "time"}, "08:00", "18:00"], "zone": "Europe/Paris"}.';
    end if;
  elsif op = 'contains' and body -> 1 ? 'row' and jsonb_typeof(body -> 1) = 'object' and not (jsonb_typeof(body -> 0) = 'object' and body -> 0 ? 'row') then
    problem := 'a row''s column cannot be sought in an attribute this way'; remedy := 'Write {"in": [{"row": ...}, {"user": ...}]}.';
  elsif coalesce(kind, 'text') not in ('text', 'none') or coalesce(other_kind, 'text') <> 'text'
     or (kind = 'none' and (op <> 'contains' or p_types ->> (body #>> '{0,row}') <> 'text[]')) then
    problem := format('%s is about texts', op); remedy := 'Name columns and values that are texts.';
  end if;
  if problem is null then
    path := null;
  end if;
end
$$;
comment on function private.find_mistake(jsonb, text, jsonb, boolean, int) is 'First mistake of a condition: path, problem, remedy.';
revoke execute on function private.find_mistake(jsonb, text, jsonb, boolean, int) from public;
