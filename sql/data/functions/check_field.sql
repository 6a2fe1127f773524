-- Everything that can be wrong with one field of a contract, said before anything is made from it.
create or replace function data.check_field(f data.fields, p_key_fields text[]) returns void
language plpgsql
set search_path = ''
as $$
declare
  bound text;
  valid boolean;
  -- Columns that every dataset has.
  reserved constant text[] := '{org_id,file_id,version,change_type,change_mask,changed_fields,valid_from,valid_to,
    changed_by,run_id,source_line,change_reason,data_hash,composite_key,previous_version,tableoid,ctid,xmin,xmax,cmin,cmax}';
begin
  if f.name is null or f.name !~ '^[a-z_][a-z0-9_]*$' or length(f.name) > 58 then
    perform core.raise('DS002', format('%L is not a valid field name', left(f.name, 60)),
      'Use up to 58 lower-case letters, digits and underscores, not beginning with a digit.', f.name);
  elsif f.name = any (reserved) then
    perform core.raise('DS002', format('the field name %s is reserved', f.name),
      format('Call it %s_value and give the file''s name as sourceName.', f.name), f.name);
  elsif f.type !~ '^(text|integer|bigint|numeric(\([0-9]{1,3},[0-9]{1,3}\))?|boolean|date|timestamptz|time|uuid|jsonb|text\[\])$' then
    perform core.raise('DS003', format('field %s has the unknown type %L', f.name, left(f.type, 60)),
      'Use text, integer, bigint, numeric(p,s), boolean, date, timestamptz, time, uuid, jsonb or text[].', f.name);
  elsif f.name = any (p_key_fields) and f.type in ('jsonb', 'text[]') then
    perform core.raise('DS005', format('field %s of type %s cannot be part of the key', f.name, f.type),
      'Choose key fields of plain types.', f.name);
  end if;
  foreach bound in array array_remove(array[f.minimum, f.maximum] || f.allowed_values, null) loop
    -- Dynamic: within one transaction the function remembers the first type that a call site gave it.
    execute 'select pg_input_is_valid($1, $2)' into valid using bound, f.type;
    if not valid then
      perform core.raise('DS006', format('%L is not a value of field %s (%s)', left(bound, 60), f.name, f.type),
        'Give minimum, maximum and allowed values in the field''s own type.', f.name);
    end if;
  end loop;
  if f.pattern is not null then
    begin
      perform '' ~ f.pattern;
    exception when invalid_regular_expression then
      perform core.raise('DS006', format('the pattern of field %s is not a regular expression', f.name),
        'Give a POSIX regular expression, for example [A-Z]{2}[0-9]+.', f.name);
    end;
  end if;
end
$$;
comment on function data.check_field(data.fields, text[]) is
  'Refuses a wrong field. Errors: DS002 name, DS003 type, DS005 key type, DS006 bound, allowed value or pattern.';
