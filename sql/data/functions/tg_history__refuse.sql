-- History is only ever added to.
create or replace function data.tg_history__refuse() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform core.raise('42501', format('history is append-only: %s is refused', lower(tg_op)),
    'Correct the current row; its earlier versions stay as they were.');
  return null;
end
$$;
comment on function data.tg_history__refuse() is 'Trigger: refuses changes of history, and TRUNCATE of current tables, which would leave none.';
