-- Versions, whoever writes. Typed code generated from the contract: a statement trigger with the old rows alone costs
-- about a third of the update; row triggers that compare jsonb cost four to nineteen times it.
--
--   <name>__insert  a row entered by hand: checked, version 1 or the tombstone's + 1, author
--   <name>__update  a row changed by hand: checked, version + 1, mask of changed columns, author.
--                   A load sets version and time itself and is left alone by the WHEN clause.
--   <name>__history superseded rows go to history; a deletion leaves a tombstone with its author
--
-- Nobody but definer functions can set version, valid_from or run_id (column grants on the view), so nobody can skip
-- this. ENABLE ALWAYS: session_replication_role does not switch it off.
create or replace function data.make_triggers(p_dataset uuid, p_target text) returns void
language plpgsql
set search_path = ''
as $$
declare
  n record;
  columns text;
  mask text;
  checks text;
  key_match text;
  prefix text;
begin
  n := data.dataset_names(p_dataset);
  prefix := format('%s.', n.store_schema);
  select string_agg(format('%I', f.name), ', ' order by f.position),
         string_agg(format('case when new.%1$I is distinct from old.%1$I then ''1'' else ''0'' end', f.name), ' || ' order by f.position)
    into columns, mask
    from data.fields f where f.org_id = n.org_id and f.dataset_id = p_dataset;
  select string_agg(format('h.%1$I = new.%1$I', k), ' and ') into key_match
    from unnest(case when n.keyed then n.key_fields else '{file_id,source_line}' end) k;
  select coalesce(string_agg(
           format(E'  if %s then\n    perform core.raise(''23514'', %L, %L, %L);\n  end if;\n',
             c.fails, c.message, c.remedy, c.field_name), '' order by c.field_position), '')
    into checks
    from data.rule_checks(p_dataset) c where c.severity in ('error', 'critical');

  execute format($f$
    create or replace function %1$s() returns trigger language plpgsql security definer set search_path = '' as $body$
    declare
      t record := new;
    begin
    %2$s
      new.org_id := %3$L;
      new.version := 1 + coalesce((select max(h.version) from %4$s h where h.org_id = %3$L and %5$s), 0);
      new.change_type := 'insert'; new.change_mask := null; new.valid_from := now();
      new.changed_by := private.user_id(); new.run_id := null; %6$s
      return new;
    end $body$ $f$,
    prefix || quote_ident(n.name || '__insert'), checks, n.org_id, n.history_table,
    case when n.keyed then key_match else 'false' end,
    case when n.keyed then 'new.source_line := null;' else 'new.file_id := coalesce(new.file_id, uuidv7()); new.source_line := coalesce(new.source_line, 0);' end);

  execute format($f$
    create or replace function %1$s() returns trigger language plpgsql security definer set search_path = '' as $body$
    declare
      t record := new;
    begin
    %2$s
      new.org_id := %3$L;
      new.version := old.version + 1;
      new.change_type := 'update';
      new.change_mask := (%4$s)::bit varying;
      new.valid_from := greatest(now(), old.valid_from + interval '1 microsecond');
      new.changed_by := private.user_id(); new.run_id := null; %5$s
      return new;
    end $body$ $f$,
    prefix || quote_ident(n.name || '__update'), checks, n.org_id, mask,
    case when n.keyed then 'new.source_line := null;' else '' end);

  execute format($f$
    create or replace function %1$s() returns trigger language plpgsql security definer set search_path = '' as $body$
    begin
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
    end $body$ $f$,
    prefix || quote_ident(n.name || '__history'), n.history_table, columns);

  execute format($f$
    create or replace trigger versions__insert before insert on %1$s for each row
      when (new.run_id is null) execute function %2$s();
    create or replace trigger versions__update before update on %1$s for each row
      when (not (new.version = old.version + 1 and new.valid_from = now()) ) execute function %3$s();
    create or replace trigger versions__history_update after update on %1$s referencing old table as oldt
      for each statement execute function %4$s();
    create or replace trigger versions__history_delete after delete on %1$s referencing old table as oldt
      for each statement execute function %4$s();
    create or replace trigger versions__refuse_truncate before truncate on %1$s
      for each statement execute function data.tg_history__refuse();
    alter table %1$s enable always trigger versions__insert;
    alter table %1$s enable always trigger versions__update;
    alter table %1$s enable always trigger versions__history_update;
    alter table %1$s enable always trigger versions__history_delete;
    alter table %1$s enable always trigger versions__refuse_truncate $f$,
    p_target, prefix || quote_ident(n.name || '__insert'), prefix || quote_ident(n.name || '__update'),
    prefix || quote_ident(n.name || '__history'));
end
$$;
comment on function data.make_triggers(uuid, text) is 'Generates a store table''s version triggers from its contract.';
