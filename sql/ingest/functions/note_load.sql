-- A merge in the change feed, in its transaction. A small one's keys are kept besides, so that readers find its rows by
-- key; the rows of a large one are found by its run. Nothing changed: nothing to tell. Internal.
create or replace function ingest.note_load(p_run ingest.runs, p_inserted bigint, p_updated bigint, p_deleted bigint,
                                            p_columns text[], p_by_diff boolean)
returns void
language plpgsql
set search_path = ''
as $$
declare
  made bigint;
  built text;
  listed text;
  -- Of a file that is compared as a whole the difference holds all rows that it does not name; only a snapshot deletes them.
  written text := case when p_run.mode = 'snapshot' then '' else ' where d.line$ is not null' end;
  max_keys constant int := 5000;
  max_checked constant int := 100000;
begin
  if p_inserted + p_updated + p_deleted = 0 then
    return;
  end if;
  insert into ingest.changes (org_id, dataset_id, kind, run_id, actor_id, inserted_rows, updated_rows, deleted_rows)
  values (p_run.org_id, p_run.dataset_id, 'load', p_run.id, private.user_id(), p_inserted, p_updated, p_deleted)
  returning number into made;
  if p_by_diff and p_inserted + p_updated + p_deleted <= max_checked then
    -- A deleted row stands in the difference under the table's own key columns.
    select string_agg(format('%L, %s', f.name, v.value), ', ' order by f.place),
           string_agg(v.value, ', ' order by array_position((data.dataset_names(p_run.dataset_id)).key_fields, f.name))
      into built, listed
      from ingest.landed_fields(p_run.dataset_id, p_columns) f
      cross join lateral (select case when p_run.mode = 'snapshot' then format('case when d.line$ is null then d.key_%s$ else d.%I end', f.place, f.name)
                                      else format('d.%I', f.name) end as value) v
     where f.is_key;
  end if;
  -- What checks found goes on with the rows that were written.
  if listed is not null and exists (select from private.carried_checks k where k.org_id = p_run.org_id and k.dataset_id = p_run.dataset_id) then
    execute format('insert into private.checked_keys (org_id, number, keys)
                    select $1, $2, jsonb_agg(jsonb_build_array(%s, coalesce(d.version$, 0))) from pg_temp.cadastre_diff d%s having count(*) > 0', listed, written)
      using p_run.org_id, made;
  end if;
  if p_by_diff and p_inserted + p_updated + p_deleted <= max_keys then
    execute format('insert into private.change_keys (org_id, number, keys)
                    select $1, $2, jsonb_agg(jsonb_build_object(%s)) from pg_temp.cadastre_diff d%s having count(*) > 0', built, written)
      using p_run.org_id, made;
  end if;
  perform core.notify('changes:' || p_run.org_id, p_run.dataset_id);
end
$$;
comment on function ingest.note_load(ingest.runs, bigint, bigint, bigint, text[], boolean) is 'Writes a merge into the change feed. Internal.';
