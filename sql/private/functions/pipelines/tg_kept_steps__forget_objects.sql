--! owner: cadastre_system
-- The objects of steps that are kept no more go after the commit, by the worker's sweep; the execution says that they are gone.
create or replace function private.tg_kept_steps__forget_objects() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  insert into private.dead_objects (org_id, object_key)
  select old.org_id, e ->> 'key' from jsonb_array_elements(old.tables) e where e ->> 'key' is not null on conflict do nothing;
  update ingest.pipeline_runs r set kept_step = null where r.org_id = old.org_id and r.id = old.pipeline_run_id;
  return null;
end
$$;
comment on function private.tg_kept_steps__forget_objects() is 'Trigger: objects of steps that are kept no more are to be removed.';
revoke execute on function private.tg_kept_steps__forget_objects() from public;
grant execute on function private.tg_kept_steps__forget_objects() to cadastre_owner;
