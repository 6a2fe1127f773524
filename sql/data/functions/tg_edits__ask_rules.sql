-- After a statement that edits rows through a dataset's view: the deployed rules are asked of all rows that it wrote
-- (private.ask_edits). Its argument is the dataset's id.
create or replace function data.tg_edits__ask_rules() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  perform private.ask_edits(tg_argv[0]::uuid);
  return null;
end
$$;
comment on function data.tg_edits__ask_rules() is 'Trigger of views: asks rules of edited rows. Errors: HS007, HS001.';
revoke execute on function data.tg_edits__ask_rules() from public;
grant execute on function data.tg_edits__ask_rules() to cadastre_views;
