-- Edits by hand go through INSTEAD OF triggers of the dataset's view, typed code generated from the contract:
--
--   <name>__insert  checked against the contract's rules, version 1 or the tombstone's + 1, author
--   <name>__update  checked, version + 1, mask of changed columns, author
--   <name>__delete  the row goes; the store table's trigger keeps its versions and writes the tombstone
--
-- Deployed rules of the dataset's own are asked at the statement's end, of all its rows (data.tg_edits__ask_rules).
-- Optimistic: the store's row is written where it still has the version that the statement saw. No such row: it was
-- changed meanwhile (40001), or whoever asks may not do this (42501); data.refuse_edit says which.
-- What a person sees masked is not theirs to write: a masked value that comes back as it was shown is left as it is, any
-- other is refused, and a row whose key is masked cannot be changed at all, since it cannot be named.
-- The stored row is read once more only where there are masks. Bodies are quoted as a literal: nothing that a contract or
-- policy says can end them.
create or replace function data.make_edit_triggers(p_dataset uuid) returns void
language plpgsql
set search_path = ''
as $$
declare
  n record;
  prefix text;
  keys text[];
  names text;
  new_values text;
  assignments text;
  bits text;
  checks text;
  history_match text;
  same_row text;
  edited_key text;
  changed text;
  declared text := '';
  hide text := '';
  refuse text := '';
  key_masks text;
  look text := '';
  m record;
begin
  n := data.dataset_names(p_dataset);
  prefix := format('%s.', n.store_schema);
  keys := case when n.keyed then n.key_fields else '{file_id,source_line}' end;
  select string_agg(format('%I', f.name), ', ' order by f.position) filter (where f.retired_at is null),
         string_agg(format('new.%I', f.name), ', ' order by f.position) filter (where f.retired_at is null),
         string_agg(format('%1$I = new.%1$I', f.name), ', ' order by f.position)
           filter (where f.retired_at is null and f.name <> all (keys)),
         string_agg(case when f.retired_at is not null or f.name = any (keys) then '''0'''
           else format('case when new.%1$I is distinct from old.%1$I then ''1'' else ''0'' end', f.name) end, ' || ' order by f.position),
         string_agg(format('case when new.%1$I is distinct from old.%1$I then %1$L end', f.name), ', ' order by f.position)
           filter (where f.retired_at is null and f.name <> all (keys))
    into names, new_values, assignments, bits, changed
    from data.fields f where f.org_id = n.org_id and f.dataset_id = p_dataset;
  select string_agg(format('h.%1$I = new.%1$I', k), ' and '), string_agg(format('s.%1$I = old.%1$I', k), ' and ')
    into history_match, same_row from unnest(keys) k;
  -- For the change feed, which tells of the row by its key and version.
  select format('jsonb_build_object(%s)', string_agg(format('%1$L, new.%1$I', k), ', ')) into edited_key from unnest(keys) k;
  select coalesce(string_agg(
           format(E'  if %s then\n    perform core.raise(''23514'', %L, %L, %L);\n  end if;\n',
             c.fails, c.message, c.remedy, c.field_name), '' order by c.field_position), '')
    into checks
    from data.rule_checks(p_dataset) c where c.severity in ('error', 'critical');

  -- One flag a masked column: is it masked for whoever asks, in this row? As `raw` is the row as it is stored.
  select string_agg(format('(%s)', x.binds), ' or ') into key_masks
    from data.masked_fields(p_dataset) x where x.name = any (keys);
  for m in select * from data.masked_fields(p_dataset, 'raw.') x where x.name <> all (keys) order by x.name loop
    declared := declared || format('    masked_%s boolean;', m.position) || E'\n';
    look := look || format('      masked_%s := coalesce(%s, true);', m.position, m.applies) || E'\n';
    refuse := refuse || format($r$
      if masked_%1$s then
        if new.%2$I is distinct from old.%2$I then
          perform core.raise('42501', %3$L, 'Leave it as it is shown, or ask somebody who sees it.', %4$L);
        end if;
        new.%2$I := raw.%2$I;
        old.%2$I := raw.%2$I;
      end if;$r$, m.position, m.name, format('%s is masked for you', m.name), m.name);
    -- What the statement gives back is what the view would show.
    hide := hide || format(E'\n      new.%1$I := %2$s;', m.name, m.shown);
  end loop;
  if key_masks is not null then
    key_masks := format(E'      if coalesce(%s, true) then\n        perform core.raise(''42501'', ''the key of these rows is masked for you'', ''Ask somebody who sees it to make the change.'');\n      end if;\n', key_masks);
  end if;
  if declared <> '' then
    look := format(E'      select s.* into raw from %s s where %s and s.version = old.version;\n      if not found then\n        perform data.refuse_edit(%L, %L, ''record.edit'');\n      end if;\n',
      n.current_table, same_row, n.org_id, p_dataset) || look;
    hide := E'\n      raw := null;' || format(E'\n      select s.* into raw from %s s where %s and s.version = new.version;', n.current_table, replace(same_row, 'old.', 'new.')) || hide;
  end if;

  execute format('create or replace function %s() returns trigger language plpgsql security definer set search_path = '''' as %L', prefix || quote_ident(n.name || '__insert'), format($f$
    declare
      t record := new;
      raw %11$s;
      reason text := data.change_reason(%6$L);
    begin
    %2$s
      insert into %3$s (org_id, %4$s%5$s, version, change_type, valid_from, changed_by, change_reason)
      values (%6$L, %7$s%8$s, 1 + coalesce((select max(h.version) from %9$s h where %10$s), 0), 'insert', now(), private.user_id(), reason)
      returning version, change_type, valid_from, changed_by, change_reason%12$s
        into new.version, new.change_type, new.valid_from, new.changed_by, new.change_reason%13$s;
      perform private.note_edit(%6$L, %16$L, 'insert', %17$s, new.version);
      t := new;
      new.composite_key := %14$s;
      new.changed_fields := '{}';%15$s
      return new;
    end $f$,
    prefix || quote_ident(n.name || '__insert'), checks, n.current_table, names,
    case when n.keyed then '' else ', file_id, source_line' end, n.org_id, new_values,
    case when n.keyed then '' else ', uuidv7(), 0' end, n.history_table,
    case when n.keyed then history_match else 'false' end, n.current_table,
    case when n.keyed then '' else ', file_id, source_line' end,
    case when n.keyed then '' else ', new.file_id, new.source_line' end,
    data.key_expression(p_dataset), case when declared <> '' then hide else '' end, p_dataset, edited_key));

  execute format('create or replace function %s() returns trigger language plpgsql security definer set search_path = '''' as %L', prefix || quote_ident(n.name || '__update'), format($f$
    declare
      t record;
      raw %2$s;
      reason text := data.change_reason(%12$L);
%3$s
    begin
%4$s%5$s%6$s
      t := new;
    %7$s
      update %2$s s set %8$s version = old.version + 1, change_type = 'update', change_mask = (%9$s)::bit varying,
             valid_from = greatest(now(), s.valid_from + interval '1 microsecond'), changed_by = private.user_id(), run_id = null,
             change_reason = reason%10$s
       where %11$s and s.version = old.version
      returning s.version, s.change_type, s.valid_from, s.changed_by into new.version, new.change_type, new.valid_from, new.changed_by;
      if not found then
        perform data.refuse_edit(%12$L, %13$L, 'record.edit');
      end if;
      perform private.note_edit(%12$L, %13$L, 'update', %17$s, new.version);
      new.changed_fields := array_remove(array[%14$s]::text[], null);
      new.run_id := null;
      new.change_reason := reason;%15$s%16$s
      return new;
    end $f$,
    prefix || quote_ident(n.name || '__update'), n.current_table, declared, coalesce(key_masks, ''), look, refuse, checks,
    case when assignments is null then '' else assignments || ',' end, bits,
    case when n.keyed then ', source_line = null' else '' end, same_row, n.org_id, p_dataset, coalesce(changed, ''),
    case when n.keyed then E'\n      new.source_line := null;' else '' end, case when declared <> '' then hide else '' end, edited_key));

  execute format('create or replace function %s() returns trigger language plpgsql security definer set search_path = '''' as %L', prefix || quote_ident(n.name || '__delete'), format($f$
    begin
      perform data.change_reason(%5$L);
%2$s
      delete from %3$s s where %4$s and s.version = old.version;
      if not found then
        perform data.refuse_edit(%5$L, %6$L, 'record.delete');
      end if;
      perform private.note_edit(%5$L, %6$L, 'delete', %7$s, old.version + 1);
      return old;
    end $f$,
    prefix || quote_ident(n.name || '__delete'), coalesce(key_masks, ''), n.current_table, same_row, n.org_id, p_dataset, replace(edited_key, 'new.', 'old.')));

  execute format('revoke all on function %1$s(), %2$s(), %3$s() from public; grant execute on function %1$s(), %2$s(), %3$s() to cadastre_views',
    prefix || quote_ident(n.name || '__insert'), prefix || quote_ident(n.name || '__update'), prefix || quote_ident(n.name || '__delete'));
  perform data.run_as_views(format($f$
    create or replace trigger edit__insert instead of insert on %1$s for each row execute function %2$s();
    create or replace trigger edit__update instead of update on %1$s for each row execute function %3$s();
    create or replace trigger edit__delete instead of delete on %1$s for each row execute function %4$s();
    create or replace trigger edit__rules after insert or update or delete on %1$s for each statement execute function data.tg_edits__ask_rules(%5$L)$f$,
    n.current_view, prefix || quote_ident(n.name || '__insert'), prefix || quote_ident(n.name || '__update'),
    prefix || quote_ident(n.name || '__delete'), p_dataset));
end
$$;
comment on function data.make_edit_triggers(uuid) is 'Generates the INSTEAD OF triggers of a dataset''s view from its contract and masks.';
