-- Decides about the conflicts in pg_temp.cadastre_restore and asks for the permissions that the rest needs. Returns what
-- is told of it all: {inserted, updated, deleted, unchanged, missing, conflicts, skipped, rows}; with p_dry_run nothing is
-- refused. Errors: HS006 there are conflicts, 42501. Internal.
create or replace function data.settle_conflicts(p_dataset uuid, p_dry_run boolean, p_on_conflict text) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  told jsonb := data.tell_restores(p_dataset);
  conflicts bigint := (told ->> 'conflicts')::bigint;
  left_over record;
begin
  if p_dry_run then
    return told || jsonb_build_object('skipped', 0);
  elsif conflicts > 0 and p_on_conflict = 'abort' then
    perform core.raise('HS006', format('%s rows were changed since by somebody else', conflicts),
      'Look at them with a dry run; then leave them out (skip) or overwrite them (force).', 'on_conflict');
  elsif p_on_conflict = 'skip' then
    delete from pg_temp.cadastre_restore where conflict$;
  end if;
  select count(*) filter (where effect$ = 'insert') as inserts, count(*) filter (where effect$ = 'update') as updates,
         count(*) filter (where effect$ = 'delete') as deletes into left_over
    from pg_temp.cadastre_restore;
  if left_over.inserts > 0 then
    perform data.require_on('record.create', p_dataset);
  end if;
  if left_over.updates > 0 then
    perform data.require_on('record.restore', p_dataset);
  end if;
  if left_over.deletes > 0 then
    perform data.require_on('record.delete', p_dataset);
  end if;
  return told || jsonb_build_object('inserted', left_over.inserts, 'updated', left_over.updates, 'deleted', left_over.deletes,
    'skipped', case when p_on_conflict = 'skip' then conflicts else 0 end);
end
$$;
comment on function data.settle_conflicts(uuid, boolean, text) is 'Decides about conflicts of a restore. Errors: HS006, 42501. Internal.';
revoke execute on function data.settle_conflicts(uuid, boolean, text) from public;
