-- History, whoever writes. Typed code generated from the contract: a statement trigger with the old rows alone costs
-- about a third of the update; row triggers that compare jsonb cost four to nineteen times it.
--
--   <name>__history  superseded rows go to history; a deletion leaves a tombstone with its author
--
-- There is no row trigger: PostgreSQL locks each row, and writes WAL for it, before it asks a BEFORE ROW trigger's WHEN,
-- which cost a load 60 % of a bare update on top. Edits by hand come through the view's INSTEAD OF triggers
-- (data.make_edit_triggers), loads number their rows themselves.
--
-- What keeps a statement from not numbering its rows: nobody but the owner of store tables has the right to write them
-- (lint version_triggers_always), so every writer is one of the owner's definer functions; and the trigger looks at the
-- new rows all the same. Where a row's version began before the statement, it was not numbered, and the statement is
-- refused. ENABLE ALWAYS: session_replication_role does not switch it off.
create or replace function data.make_triggers(p_dataset uuid, p_target text) returns void
language plpgsql
set search_path = ''
as $$
declare
  n record;
  columns text;
  history text;
begin
  n := data.dataset_names(p_dataset);
  history := format('%s.%I', n.store_schema, n.name || '__history');
  select string_agg(format('%I', f.name), ', ' order by f.position) into columns
    from data.fields f where f.org_id = n.org_id and f.dataset_id = p_dataset;

  execute format('create or replace function %s() returns trigger language plpgsql security definer set search_path = '''' as %L', history, format($f$
    begin
      if tg_op = 'UPDATE' then
        if exists (select from newt where valid_from < now()) then
          perform core.raise('42501', 'a statement that does not number its rows is refused', 'Write through the view.');
        end if;
      end if;
      insert into %2$s (org_id, %3$s, file_id, version, change_type, change_mask, valid_from, valid_to, changed_by, run_id, source_line)
      select org_id, %3$s, file_id, version, change_type, change_mask, valid_from,
             greatest(now(), valid_from + interval '1 microsecond'), changed_by, run_id, source_line
        from oldt;
      if tg_op = 'DELETE' then
        insert into %2$s (org_id, %3$s, file_id, version, change_type, valid_from, valid_to, changed_by, run_id, source_line)
        select org_id, %3$s, file_id, version + 1, 'delete',
               greatest(now(), valid_from + interval '1 microsecond'), greatest(now(), valid_from + interval '1 microsecond'),
               private.user_id(),
               -- Set by the merge; from anybody but the worker it means nothing.
               case when session_user = 'cadastre_worker' then nullif(current_setting('cadastre.run_id', true), '')::uuid end,
               source_line
          from oldt;
      end if;
      return null;
    end $f$,
    history, n.history_table, columns));

  execute format($f$
    create or replace trigger versions__history_update after update on %1$s referencing old table as oldt new table as newt
      for each statement execute function %2$s();
    create or replace trigger versions__history_delete after delete on %1$s referencing old table as oldt
      for each statement execute function %2$s();
    create or replace trigger versions__refuse_truncate before truncate on %1$s
      for each statement execute function data.tg_history__refuse();
    alter table %1$s enable always trigger versions__history_update;
    alter table %1$s enable always trigger versions__history_delete;
    alter table %1$s enable always trigger versions__refuse_truncate $f$,
    p_target, history);
end
$$;
comment on function data.make_triggers(uuid, text) is 'Generates a store table''s history triggers from its contract.';
