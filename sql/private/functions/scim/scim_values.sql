-- The values of an attribute of a SCIM resource: those of all elements where it is a list; an element that is an
-- object stands for its "value".
create or replace function private.scim_values(resource jsonb, path text[]) returns setof jsonb
language sql immutable
set search_path = ''
as $$
  with first as (
    select e from jsonb_array_elements(case jsonb_typeof(resource -> path[1]) when 'array' then resource -> path[1]
                                         else jsonb_build_array(resource -> path[1]) end) e
  ), last as (
    select case when cardinality(path) > 1 then e -> path[2] else e end as e from first
  )
  select case when jsonb_typeof(e) = 'object' then e -> 'value' else e end
    from last where e is not null and e <> 'null'
$$;
comment on function private.scim_values(jsonb, text[]) is 'Values of a SCIM attribute path of one or two names.';
revoke execute on function private.scim_values(jsonb, text[]) from public;
grant execute on function private.scim_values(jsonb, text[]) to cadastre_system;
