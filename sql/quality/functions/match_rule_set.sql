-- Which fields of a dataset a set's rules would be asked of: [{rule, fields, confidence, why}]. A rule with one slot goes to
-- every field that fits, one with more to the best of each, all different. Internal.
create or replace function quality.match_rule_set(p_dataset uuid, p_rules jsonb) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  r jsonb;
  s record;
  c record;
  found_fields jsonb;
  lowest numeric;
  reasons text;
  matched jsonb := '[]';
begin
  for r in select x from jsonb_array_elements(p_rules) x loop
    if (select count(*) from jsonb_object_keys(r -> 'slots')) = 1 then
      select matched || coalesce(jsonb_agg(jsonb_build_object('rule', r -> 'name', 'fields', jsonb_build_object(k.key, m.field), 'confidence', m.confidence, 'why', m.why)), '[]')
        into matched from jsonb_each(r -> 'slots') k cross join lateral quality.slot_candidates(p_dataset, k.value) m;
      continue;
    end if;
    found_fields := '{}';
    lowest := 1;
    reasons := null;
    for s in select key, value from jsonb_each(r -> 'slots') loop
      select * into c from quality.slot_candidates(p_dataset, s.value) m
       where not exists (select from jsonb_each_text(found_fields) f where f.value = m.field) limit 1;
      found_fields := case when c.field is not null then found_fields || jsonb_build_object(s.key, c.field) end;
      lowest := least(lowest, c.confidence);
      reasons := concat_ws(', ', reasons, c.why);
      exit when found_fields is null;
    end loop;
    if found_fields is not null then
      matched := matched || jsonb_build_array(jsonb_build_object('rule', r -> 'name', 'fields', found_fields, 'confidence', lowest, 'why', reasons));
    end if;
  end loop;
  return matched;
end
$$;
comment on function quality.match_rule_set(uuid, jsonb) is 'Fields that a set''s rules would be asked of. Internal.';
