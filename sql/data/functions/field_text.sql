-- A value as audit leaves commit to it, in SQL over the alias t: of a column, what type it has now, and what type it had
-- when the version was made.
create or replace function data.field_text(p_name text, p_type text, p_then text) returns text
language sql immutable
set search_path = ''
as $$
  select case
    when p_then like 'numeric%' and p_type = 'text' then format(
      'case when pg_input_is_valid(t.%1$I, ''numeric'') and t.%1$I::numeric::text = t.%1$I then trim_scale(t.%1$I::numeric)::text else t.%1$I end', p_name)
    when p_type = 'text' then format('t.%I', p_name)
    when p_type like 'numeric%' then format('trim_scale(t.%I)::text', p_name)
    when p_type = 'text[]' then format('array_to_json(t.%I)::text', p_name)
    else format('t.%I::text', p_name)
  end
$$;
comment on function data.field_text(text, text, text) is 'SQL of a field''s text in data.version_text.';
revoke execute on function data.field_text(text, text, text) from public;
