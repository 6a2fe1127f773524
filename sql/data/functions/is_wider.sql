-- May a field's type become the other one without any value being lost or refused?
create or replace function data.is_wider(old_type text, new_type text) returns boolean
language sql immutable
set search_path = ''
as $$
  select case
    when new_type is null or old_type = new_type then false
    when new_type = 'text' then old_type <> 'text[]'
    when old_type = 'integer' then new_type in ('bigint', 'numeric')
    when old_type = 'bigint' then new_type = 'numeric'
    when old_type like 'numeric(%' and new_type = 'numeric' then true
    when old_type like 'numeric(%' and new_type like 'numeric(%' then
      -- More digits before the point and after it, or as many.
      (regexp_match(new_type, '\((\d+),(\d+)\)'))[2]::int >= (regexp_match(old_type, '\((\d+),(\d+)\)'))[2]::int
      and (regexp_match(new_type, '\((\d+),(\d+)\)'))[1]::int - (regexp_match(new_type, '\((\d+),(\d+)\)'))[2]::int
        >= (regexp_match(old_type, '\((\d+),(\d+)\)'))[1]::int - (regexp_match(old_type, '\((\d+),(\d+)\)'))[2]::int
    else false
  end
$$;
comment on function data.is_wider(text, text) is 'True when every value of the first type is a value of the second.';
grant execute on function data.is_wider(text, text) to cadastre_worker;
