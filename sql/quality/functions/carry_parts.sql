-- Parts of a statistic ({name: number}, or a maximum) with what went (p_old) and what came (p_new); null where that cannot be
-- told: the greatest went, or a sum is no number. Internal.
create or replace function quality.carry_parts(p_carry jsonb, p_known jsonb, p_old jsonb, p_new jsonb) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  kind text := p_carry ->> 'max';
  result jsonb;
  same boolean;
begin
  if kind is null then
    if exists (select from jsonb_each(p_known || coalesce(p_old, '{}') || coalesce(p_new, '{}')) e where jsonb_typeof(e.value) <> 'number') then
      return null;
    end if;
    select jsonb_object_agg(e.key, e.value::numeric - coalesce((p_old -> e.key)::numeric, 0) + coalesce((p_new -> e.key)::numeric, 0)) into result
      from jsonb_each(p_known) e;
    return result;
  end if;
  -- Typed as the rule reads it.
  execute format('select $1::%1$s >= $2::%1$s and coalesce($3::%1$s < $2::%1$s, true), to_jsonb(greatest($2::%1$s, $3::%1$s))', kind)
    into same, result using p_old ->> 'm', p_known ->> 'm', p_new ->> 'm';
  return case when same then null else jsonb_build_object('m', result) end;
end
$$;
comment on function quality.carry_parts(jsonb, jsonb, jsonb, jsonb) is 'Parts of a statistic from what was known and what changed. Internal.';
