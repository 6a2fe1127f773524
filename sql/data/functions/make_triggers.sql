-- History, whoever writes. Typed code generated from the contract: a statement trigger with the old rows alone costs
-- about a third of the update; row triggers that compare jsonb cost four to nineteen times it.
--
--   <name>__history  superseded rows go to history; a deletion leaves a tombstone with its author; every version that
--                    the statement made is committed to (audit.data_changes)
--
-- There is no row trigger: PostgreSQL locks each row, and writes WAL for it, before it asks a BEFORE ROW trigger's WHEN,
-- which cost a load 60 % of a bare update on top. Edits by hand come through the view's INSTEAD OF triggers
-- (data.make_edit_triggers), loads number their rows themselves.
--
-- What keeps a statement from not numbering its rows: nobody but the owner of store tables has the right to write them
-- (lint version_triggers_always), so every writer is one of the owner's definer functions; and the trigger looks at the
-- new rows all the same. Where a row's version began before the statement, it was not numbered, and the statement is
-- refused. ENABLE ALWAYS: session_replication_role does not switch it off.
--
-- Commitments cost 6 us a version, two or three times what the load itself does. So a load's own versions (of the run that
-- the merge has named, more than 1,000 of them) are only counted here, and committed to when they are sealed, seconds
-- later (data.commit_change); everything else, and every tombstone, is committed to at once.
create or replace function data.make_triggers(p_dataset uuid, p_target text) returns void
language plpgsql
set search_path = ''
as $$
declare
  n record;
  columns text;
  history text;
  contract int;
  commit_to text;
begin
  n := data.dataset_names(p_dataset);
  select d.contract_version into contract from data.datasets d where d.org_id = n.org_id and d.id = p_dataset;
  -- One version, as every edit by hand makes it, is spared the aggregates.
  commit_to := format($f$
        select count(*) into made from %%1$s t;
        if made = 1 then
          select %1$s, %2$s into said, called from %%1$s t;
          commitments := substr(sha256(sha256(seed || int8send(0)) || convert_to(said, 'UTF8')), 1, 16);
          names := array[called];
        else
          select string_agg(substr(sha256(sha256(seed || int8send(x.i)) || convert_to(x.said, 'UTF8')), 1, 16), ''::bytea), array_agg(x.name)
            into commitments, names
            from (select row_number() over () - 1 as i, %1$s as said, %2$s as name from %%1$s t) x;
        end if;$f$,
    data.version_text(p_dataset, contract), data.version_name(p_dataset));
  history := format('%s.%I', n.store_schema, n.name || '__history');
  select string_agg(format('%I', f.name), ', ' order by f.position) into columns
    from data.fields f where f.org_id = n.org_id and f.dataset_id = p_dataset;

  execute format('create or replace function %s() returns trigger language plpgsql security definer set search_path = '''' as %L', history, format($f$
    declare
      -- Set by the merge; from anybody but the worker it means nothing, unless it is the undo that is under way.
      run uuid := nullif(current_setting('cadastre.run_id', true), '')::uuid;
      author uuid;
      reason text;
      made bigint;
      others bigint;
      seed bytea := public.gen_random_bytes(16);
      commitments bytea;
      names text[];
      said text;
      called text;
      -- Dates and times are committed to as ISO and UTC say them, whatever the session says them in. Most say them so
      -- already; a set clause of the function would cost every edit 30 us.
      own_style text := current_setting('DateStyle');
      own_zone text := current_setting('TimeZone');
      foreign_style boolean := own_style not like 'ISO%%' or own_zone <> 'UTC';
    begin
      if run is not null and session_user <> 'cadastre_worker' then
        run := private.open_undo(run);
      end if;
      if foreign_style then
        perform set_config('datestyle', 'ISO', true), set_config('timezone', 'UTC', true);
      end if;
      if tg_op = 'UPDATE' then
        if exists (select from newt where valid_from < now()) then
          perform core.raise('42501', 'a statement that does not number its rows is refused', 'Write through the view.');
        end if;
      end if;
      if tg_op <> 'INSERT' then
        insert into %1$s (org_id, %2$s, file_id, version, change_type, change_mask, valid_from, valid_to, changed_by, run_id, source_line, change_reason)
        select org_id, %2$s, file_id, version, change_type, change_mask, valid_from,
               greatest(now(), valid_from + interval '1 microsecond'), changed_by, run_id, source_line, change_reason
          from oldt;
      end if;
      if tg_op = 'DELETE' then
        author := private.user_id();
        reason := left(nullif(trim(current_setting('cadastre.reason', true)), ''), 1000);
        insert into %1$s (org_id, %2$s, file_id, version, change_type, valid_from, valid_to, changed_by, run_id, source_line, change_reason)
        select org_id, %2$s, file_id, version + 1, 'delete',
               greatest(now(), valid_from + interval '1 microsecond'), greatest(now(), valid_from + interval '1 microsecond'),
               author, run, source_line, reason
          from oldt;
%4$s
      else
        if run is not null then
          select count(*), count(*) filter (where t.run_id is distinct from run or t.change_type <> lower(tg_op) or t.source_line is null)
            into made, others from newt t;
          if made > 1000 and others = 0 then
            perform audit.add_change(%5$L, %6$L, %7$s, lower(tg_op), run, made, null, seed, null);
            made := 0;
          else
            made := null;
          end if;
        end if;
        if made is null then
%3$s
        end if;
      end if;
      if made > 0 then
        perform audit.add_change(%5$L, %6$L, %7$s, lower(tg_op), run, made, commitments, seed, names);
      end if;
      if foreign_style then
        perform set_config('datestyle', own_style, true), set_config('timezone', own_zone, true);
      end if;
      return null;
    end $f$,
    n.history_table, columns, format(commit_to, 'newt'),
    format(commit_to, format('(select %s, file_id, version + 1 as version, ''delete'' as change_type, null::varbit as change_mask,
                       greatest(now(), valid_from + interval ''1 microsecond'') as valid_from, author as changed_by, run as run_id, source_line, reason as change_reason
                  from oldt)', columns)),
    n.org_id, p_dataset, contract));

  execute format($f$
    create or replace trigger versions__history_insert after insert on %1$s referencing new table as newt
      for each statement execute function %2$s();
    create or replace trigger versions__history_update after update on %1$s referencing old table as oldt new table as newt
      for each statement execute function %2$s();
    create or replace trigger versions__history_delete after delete on %1$s referencing old table as oldt
      for each statement execute function %2$s();
    create or replace trigger versions__refuse_truncate before truncate on %1$s
      for each statement execute function data.tg_history__refuse();
    alter table %1$s enable always trigger versions__history_insert;
    alter table %1$s enable always trigger versions__history_update;
    alter table %1$s enable always trigger versions__history_delete;
    alter table %1$s enable always trigger versions__refuse_truncate $f$,
    p_target, history);
end
$$;
comment on function data.make_triggers(uuid, text) is 'Generates a store table''s history triggers from its contract.';
