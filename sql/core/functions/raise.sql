-- One way to refuse: standard SQLSTATE where one fits, else the domain's class (TN, AC, DS, IN, QC); always a hint.
-- docs/reference/errors.md lists every code and is tested against the code. A field that the caller left out has no name:
-- the refusal is told all the same.
create or replace function core.raise(code text, message text, hint text, column_name text default '')
returns void
language plpgsql
set search_path = ''
as $$
begin
  if code = '42501' then
    raise insufficient_privilege using message = message, hint = hint, column = coalesce(column_name, '');
  end if;
  raise exception using errcode = code, message = message, hint = hint, column = coalesce(column_name, '');
end
$$;
comment on function core.raise(text, text, text, text) is
  'Raises an error: SQLSTATE, message, hint on what to do next, and the field it is about, if any.';
grant execute on function core.raise(text, text, text, text) to public;
