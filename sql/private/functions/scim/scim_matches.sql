--! owner: cadastre_system
-- Whether a resource meets a filter, which the server has parsed, bounded and brought to known attributes:
--   {op: and|or, args: [...]}  {op: not, args: [one]}  {op: pr, path}  {op: eq|ne|co|sw|ew|gt|ge|lt|le, path, value, exact}
--   {op: "[]", path: [name], args: [filter of one element]}
-- Values are compared as values: no part of a filter becomes SQL or a pattern.
create or replace function private.scim_matches(resource jsonb, filter jsonb) returns boolean
language plpgsql immutable
set search_path = ''
as $$
declare
  op constant text := filter ->> 'op';
  path constant text[] := array(select jsonb_array_elements_text(filter -> 'path'));
  exact constant boolean := coalesce((filter ->> 'exact')::boolean, false);
  wanted text := filter ->> 'value';
begin
  case op
    when 'and' then
      return coalesce((select bool_and(private.scim_matches(resource, a)) from jsonb_array_elements(filter -> 'args') a), true);
    when 'or' then
      return coalesce((select bool_or(private.scim_matches(resource, a)) from jsonb_array_elements(filter -> 'args') a), false);
    when 'not' then
      return not private.scim_matches(resource, filter -> 'args' -> 0);
    when '[]' then
      return jsonb_typeof(resource -> path[1]) = 'array'
         and exists (select from jsonb_array_elements(resource -> path[1]) e where private.scim_matches(e, filter -> 'args' -> 0));
    when 'pr' then
      return exists (select from private.scim_values(resource, path) v where v <> '""');
    when 'ne' then
      return not private.scim_matches(resource, filter || '{"op": "eq"}');
    else
      if wanted is null then
        return op = 'eq' and not exists (select from private.scim_values(resource, path));
      end if;
      if not exact then
        wanted := lower(wanted);
      end if;
      return exists (
        select from (select case when exact then v #>> '{}' else lower(v #>> '{}') end collate "C" as is_ from private.scim_values(resource, path) v) x
         where case op
                 when 'eq' then x.is_ = wanted
                 when 'co' then position(wanted in x.is_) > 0
                 when 'sw' then starts_with(x.is_, wanted)
                 when 'ew' then right(x.is_, length(wanted)) = wanted
                 when 'gt' then x.is_ > wanted
                 when 'ge' then x.is_ >= wanted
                 when 'lt' then x.is_ < wanted
                 when 'le' then x.is_ <= wanted
                 else false
               end);
  end case;
end
$$;
comment on function private.scim_matches(jsonb, jsonb) is 'Whether a SCIM resource meets a parsed filter.';
revoke execute on function private.scim_matches(jsonb, jsonb) from public;
