-- One's own dry run; with its answer it is gone, since that holds rows and is given once. A null row: there is none. Internal.
create or replace function private.end_trial(p_kind text, p_trial uuid) returns private.trials
language plpgsql
set search_path = ''
as $$
declare
  trial private.trials;
begin
  select * into trial from private.trials t
   where t.org_id = private.org_id() and t.kind = p_kind and t.id = p_trial and t.requested_by is not distinct from private.user_id();
  if trial.result is not null then
    delete from private.trials t where t.org_id = trial.org_id and t.id = trial.id;
  end if;
  return trial;
end
$$;
comment on function private.end_trial(text, uuid) is 'One''s own dry run, removed where it is answered. Internal.';
grant execute on function private.end_trial(text, uuid) to cadastre_system;
