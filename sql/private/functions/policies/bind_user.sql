--! owner: cadastre_system
-- A condition with somebody's attributes in the place of {"user": ...}, so that it can be tried as them. What they do not
-- have stays unknown.
create or replace function private.bind_user(p_part jsonb, p_user jsonb) returns jsonb
language plpgsql immutable parallel safe
set search_path = ''
as $$
begin
  if jsonb_typeof(p_part) = 'array' then
    return (select coalesce(jsonb_agg(private.bind_user(e.value, p_user) order by e.ordinality), '[]') from jsonb_array_elements(p_part) with ordinality e);
  elsif jsonb_typeof(p_part) <> 'object' then
    return p_part;
  elsif p_part ? 'user' then
    return coalesce(nullif(p_user -> (p_part ->> 'user'), 'null'), '{"context": " unknown"}');
  end if;
  return (select coalesce(jsonb_object_agg(e.key, private.bind_user(e.value, p_user)), '{}') from jsonb_each(p_part) e);
end
$$;
comment on function private.bind_user(jsonb, jsonb) is 'A condition with a member''s attributes put in.';
revoke execute on function private.bind_user(jsonb, jsonb) from public;
