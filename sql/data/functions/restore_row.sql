-- Brings a row back to an earlier version, as a new version made by whoever asks. A deleted row comes back. The key is
-- an object of the key fields, or {"file_id", "source_line"} for an append-only dataset.
-- Rules that refuse it, the contract's or deployed ones, refuse it here too, unless it is to go against them, with a reason.
drop function if exists data.restore_row(uuid, jsonb, int);
create or replace function data.restore_row(dataset_id uuid, key jsonb, version int, against_rules boolean default false) returns int
language plpgsql security definer
set search_path = ''
as $$
declare
  n record;
  key_fields text[];
  matches text;
  columns text;
  assignments text;
  mask text;
  present boolean;
  result int;
  reason text;
  refused jsonb;
begin
  perform data.require_on('record.restore', restore_row.dataset_id);
  n := data.dataset_names(restore_row.dataset_id);
  reason := data.change_reason(n.org_id);
  key_fields := case when n.keyed then n.key_fields else '{file_id,source_line}' end;
  if exists (select from unnest(key_fields) k where restore_row.key ->> k is null) then
    perform core.raise('DS005', 'the key is not whole', format('Give %s.', array_to_string(key_fields, ', ')), 'key');
  end if;
  -- The key as typed literals: a value that is none of the type's is refused by its own cast.
  select string_agg(format('%%1$s.%I = %L::%s', k.name, restore_row.key ->> k.name,
           coalesce(f.type, case k.name when 'file_id' then 'uuid' else 'bigint' end)), ' and ')
    into matches
    from unnest(key_fields) k (name)
    left join data.fields f on f.org_id = n.org_id and f.dataset_id = restore_row.dataset_id and f.name = k.name;
  select string_agg(format('%I', f.name), ', ' order by f.position),
         string_agg(format('%1$I = h.%1$I', f.name), ', ' order by f.position) filter (where f.name <> all (key_fields)),
         string_agg(format('case when c.%1$I is distinct from h.%1$I then ''1'' else ''0'' end', f.name), ' || ' order by f.position)
    into columns, assignments, mask
    from data.fields f where f.org_id = n.org_id and f.dataset_id = restore_row.dataset_id;

  execute format('select exists (select from %s c where %s for update)', n.current_table, format(matches, 'c')) into present;
  if present then
    execute format(
      'update %1$s c set %2$s, version = c.version + 1, change_type = ''restore'', change_mask = (%3$s)::bit varying,
              valid_from = greatest(now(), c.valid_from + interval ''1 microsecond''), changed_by = private.user_id(), run_id = null, source_line = h.source_line,
              change_reason = $1
         from %4$s h where %5$s and %6$s and h.version = %7$s
       returning c.version',
      n.current_table, coalesce(assignments, 'org_id = c.org_id'), mask, n.history_table, format(matches, 'c'), format(matches, 'h'),
      restore_row.version) into result using reason;
  else
    -- Numbered after its tombstone.
    execute format(
      'insert into %1$s (%2$s, file_id, source_line, version, change_type, valid_from, changed_by, change_reason)
       select %2$s, h.file_id, h.source_line, 1 + (select max(l.version) from %3$s l where %6$s), ''restore'', now(), private.user_id(), $1
         from %3$s h where %4$s and h.version = %5$s and h.change_type <> ''delete''
       returning version', n.current_table, columns, n.history_table, format(matches, 'h'), restore_row.version,
      format(matches, 'l')) into result using reason;
  end if;
  if result is null then
    perform core.raise('DS013', format('there is no earlier version %s of this row', restore_row.version),
      'Choose a version from the row''s history.', 'version');
  end if;
  perform private.note_edit(n.org_id, restore_row.dataset_id, 'restore', (
    select jsonb_object_agg(k, restore_row.key -> k) from unnest(key_fields) k), result);
  refused := private.refused_rows(restore_row.dataset_id, format('select t.* from %s t where %s', n.current_table, format(matches, 't')),
               format('(select t.* from %s t where not (%s))', n.current_table, format(matches, 't')), true)
             || private.refused_by_all(restore_row.dataset_id, true);
  perform data.refuse_restores(refused, coalesce(restore_row.against_rules, false) or data.against_rules(), reason);
  perform audit.record('record.restore', 'dataset', restore_row.dataset_id::text,
    -- Neither key nor reason: an event is for ever, and they may be a person's. The new version's change names it (private.change_secrets).
    jsonb_build_object('version', restore_row.version, 'new_version', result)
      || case when refused = '[]' then '{}' else jsonb_build_object('refused', data.told_rules(refused)) end);
  return result;
end
$$;
comment on function data.restore_row(uuid, jsonb, int, boolean) is
  'Brings a row back to an earlier version and returns the new version''s number. against_rules: also what rules refuse, with a reason. Needs record.restore. Errors: DS001, DS005, DS013, HS001, HS007 rules refuse it.';
grant execute on function data.restore_row(uuid, jsonb, int, boolean) to cadastre_user, cadastre_worker;
