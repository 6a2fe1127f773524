--! owner: cadastre_system
-- The first mistake of an operand: what is wrong and what to write instead; null when it is right.
create or replace function private.check_operand(p_operand jsonb, p_path text, p_types jsonb, p_row boolean, p_list boolean,
                                                 out path text, out problem text, out remedy text)
language plpgsql immutable parallel safe
set search_path = ''
as $$
declare
  key text;
  inner_operand jsonb;
  max_elements constant int := 1000;
  max_text constant int := 1000;
begin
  path := p_path;
  if jsonb_typeof(p_operand) = 'array' then
    if not p_list then
      problem := 'a list cannot stand here'; remedy := 'Give one value, or use "in".';
    elsif jsonb_array_length(p_operand) not between 1 and max_elements then
      problem := format('a list has 1 to %s values', max_elements); remedy := 'Shorten the list.';
    elsif exists (select from jsonb_array_elements(p_operand) e where jsonb_typeof(e) not in ('string', 'number', 'boolean')
                     or length(e::text) > max_text) then
      problem := 'a list holds texts, numbers and booleans only'; remedy := format('Give plain values of at most %s characters.', max_text);
    end if;
    return;
  elsif jsonb_typeof(p_operand) in ('string', 'number', 'boolean') then
    if length(p_operand::text) > max_text then
      problem := 'the value is too long'; remedy := format('Give at most %s characters.', max_text);
    end if;
    return;
  elsif jsonb_typeof(p_operand) is distinct from 'object' then
    problem := 'null is no value to compare with'; remedy := 'Use {"is_null": <operand>}.';
    return;
  elsif (select count(*) from jsonb_object_keys(p_operand)) <> 1 then
    problem := 'an operand names one thing'; remedy := 'Give a value or one of {"user": n}, {"row": n}, {"object": n}, {"context": n}, {"timestamp": t}, {"add": [m, i]}, {"sub": [m, i]}.';
    return;
  end if;
  select k into key from jsonb_object_keys(p_operand) k;
  path := p_path || '.' || left(key, 60);
  if key in ('user', 'row', 'object', 'context') then
    if jsonb_typeof(p_operand -> key) <> 'string' or length(p_operand ->> key) not between 1 and 200 then
      problem := 'the name of an attribute is a text'; remedy := 'Give 1 to 200 characters.';
    elsif key = 'row' and not p_row then
      problem := 'there is no row to look at'; remedy := 'Only row filters and masks can ask for {"row": ...}; use {"object": ...}.';
    elsif key = 'row' and p_types is not null and not p_types ? (p_operand ->> 'row') then
      problem := format('the dataset has no column %L', left(p_operand ->> 'row', 60)); remedy := 'Name a column of the dataset.';
    end if;
  elsif key = 'timestamp' then
    if private.condition_literal(p_operand -> key, 'timestamptz') is null then
      problem := 'this is not a moment'; remedy := 'Write it as 2026-01-31T08:00:00Z, with its zone.';
    end if;
  elsif key in ('add', 'sub') then
    inner_operand := p_operand -> key -> 0;
    if jsonb_typeof(p_operand -> key) <> 'array' or jsonb_array_length(p_operand -> key) <> 2
       or jsonb_typeof(p_operand -> key -> 1) <> 'string' or not pg_input_is_valid(p_operand -> key ->> 1, 'interval') then
      problem := 'a moment and a duration are needed'; remedy := format('Write {"%s": [{"context": "time"}, "30 days"]}.', key);
    elsif not (p_operand -> key ->> 1)::interval between '-1000 years' and '1000 years' then
      problem := 'the duration is too long'; remedy := 'Give at most 1000 years.';
    elsif jsonb_typeof(inner_operand) <> 'object' or inner_operand ?| array['add', 'sub'] then
      problem := 'a duration is added to a moment'; remedy := 'Give {"context": "time"}, {"timestamp": ...} or an attribute as the first part.';
    else
      select x.path, x.problem, x.remedy into path, problem, remedy
        from private.check_operand(inner_operand, path || '[0]', p_types, p_row, false) x;
    end if;
  else
    problem := format('unknown operand %L', left(key, 60));
    remedy := 'Use user, row, object, context, timestamp, add or sub.';
  end if;
end
$$;
comment on function private.check_operand(jsonb, text, jsonb, boolean, boolean) is 'First mistake of a condition''s operand.';
revoke execute on function private.check_operand(jsonb, text, jsonb, boolean, boolean) from public;
