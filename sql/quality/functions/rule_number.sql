-- A number among a rule's parameters, or null. Error QC002. Internal.
create or replace function quality.rule_number(p_parameters jsonb, p_name text) returns numeric
language plpgsql immutable
set search_path = ''
as $$
begin
  if not p_parameters ? p_name or jsonb_typeof(p_parameters -> p_name) = 'null' then
    return null;
  end if;
  if jsonb_typeof(p_parameters -> p_name) <> 'number' then
    perform core.raise('QC002', format('the parameter %s of the rule is not a number', p_name), 'Write it without quotes, for example 0.5.', p_name);
  end if;
  return (p_parameters ->> p_name)::numeric;
end
$$;
comment on function quality.rule_number(jsonb, text) is 'A number among a rule''s parameters. Error QC002. Internal.';
