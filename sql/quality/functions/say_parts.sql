-- A statistic (carry of quality.compile_rule) with its parts put in: as aggregates, or as what they are known to be. Internal.
create or replace function quality.say_parts(p_carry jsonb, p_parts jsonb) returns text
language plpgsql immutable
set search_path = ''
as $$
declare
  said text := p_carry ->> 'say';
  part record;
begin
  for part in select e.key, e.value from jsonb_each_text(p_parts) e loop
    said := replace(said, format('{%s}', part.key), format('(%s)', part.value));
  end loop;
  return said;
end
$$;
comment on function quality.say_parts(jsonb, jsonb) is 'The SQL of a statistic made of parts. Internal.';
