-- Brings a selection of rows back to how they were at a moment, by correcting versions, all or none: rows that were not
-- there go, rows that are gone come back. A conflict is a row that somebody else has edited by hand since; what loads and
-- one's own edits did since is what is to be undone. With dry_run nothing is written and nobody waits.
-- Rows that rules refuse as they were are refused (of rules about all rows, once they are written), unless it is to go against the rules, with a reason.
drop function if exists data.undo_rows(uuid, jsonb, timestamptz, boolean, text, text);
create or replace function data.undo_rows(dataset_id uuid, keys jsonb, to_at timestamptz, dry_run boolean default false,
                                          on_conflict text default 'abort', reason text default null, against_rules boolean default false) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  n record;
  said text;
  key_fields text[];
  picked text;
  same_row text;
  versions text;
  told jsonb;
  against constant boolean := coalesce(undo_rows.against_rules, false) or data.against_rules();
  refused jsonb;
  max_keys constant int := 5000;
begin
  said := data.begin_restore(undo_rows.dataset_id, 'record.restore', coalesce(undo_rows.dry_run, false), undo_rows.on_conflict, undo_rows.reason);
  n := data.dataset_names(undo_rows.dataset_id);
  key_fields := case when n.keyed then n.key_fields else '{file_id,source_line}' end;
  if jsonb_typeof(undo_rows.keys) is distinct from 'array' or jsonb_array_length(undo_rows.keys) not between 1 and max_keys then
    perform core.raise('DS008', format('give 1 to %s keys', max_keys), 'Give the keys as a JSON array of objects.', 'keys');
  elsif exists (select from jsonb_array_elements(undo_rows.keys) e cross join unnest(key_fields) k where e ->> k is null) then
    perform core.raise('DS005', 'a key is not whole', format('Give each as an object with %s.', array_to_string(key_fields, ', ')), 'keys');
  elsif undo_rows.to_at is null or undo_rows.to_at > now() then
    perform core.raise('HS004', 'the moment is missing, or in the future', 'Give the moment to go back to.', 'to_at');
  end if;
  -- Where versions of that moment are archived or removed, a row that was there would look as if it had not been.
  perform private.whole_moment(undo_rows.dataset_id, undo_rows.to_at);
  select string_agg(format('(e ->> %L)::%s as %I', k.name, coalesce(f.type, case k.name when 'file_id' then 'uuid' else 'bigint' end), k.name), ', '),
         string_agg(format('v.%1$I = k.%1$I', k.name), ' and ')
    into picked, same_row
    from unnest(key_fields) k (name)
    left join data.fields f on f.org_id = n.org_id and f.dataset_id = undo_rows.dataset_id and f.name = k.name;
  versions := format(
    '(select v.version, v.valid_from, null::timestamptz as valid_to, v.run_id, v.changed_by from %s v where %s
      union all select v.version, v.valid_from, v.valid_to, v.run_id, v.changed_by from %s v where %2$s) v',
    n.current_table, same_row, n.history_table);
  perform data.plan_restores(undo_rows.dataset_id, format($q$
    select k.*, w.before$, null::int as made$, coalesce(w.conflict$, false) as conflict$, w.before$ is null and not w.known$ as missing$
      from (select distinct %1$s from jsonb_array_elements(%2$L::jsonb) e) k
      cross join lateral (
        select max(v.version) filter (where v.valid_from <= %3$L::timestamptz and (v.valid_to > %3$L::timestamptz or v.valid_to is null)) as before$,
               bool_or(v.valid_from > %3$L::timestamptz and v.run_id is null and v.changed_by is distinct from %4$L::uuid) as conflict$,
               count(*) > 0 as known$
          from %5$s) w $q$,
    picked, undo_rows.keys, undo_rows.to_at, private.user_id(), versions));
  told := data.settle_conflicts(undo_rows.dataset_id, coalesce(undo_rows.dry_run, false), undo_rows.on_conflict)
          || jsonb_build_object('dryRun', coalesce(undo_rows.dry_run, false), 'refused', private.refused_restores(undo_rows.dataset_id, coalesce(undo_rows.dry_run, false)));
  if coalesce(undo_rows.dry_run, false) or (told ->> 'inserted')::bigint + (told ->> 'updated')::bigint + (told ->> 'deleted')::bigint = 0 then
    return told;
  end if;
  perform data.refuse_restores(told -> 'refused', against, said);
  perform data.write_restores(undo_rows.dataset_id, null, said);
  update data.datasets d set row_count = greatest(0, d.row_count + (told ->> 'inserted')::bigint - (told ->> 'deleted')::bigint)
   where d.org_id = n.org_id and d.id = undo_rows.dataset_id;
  perform private.note_undo(n.org_id, undo_rows.dataset_id, null, told, data.restored_keys(undo_rows.dataset_id));
  refused := private.refused_by_all(undo_rows.dataset_id, false);
  perform data.refuse_restores(refused, against, said);
  told := told || jsonb_build_object('refused', (told -> 'refused') || refused);
  perform audit.record('record.undo', 'dataset', undo_rows.dataset_id::text,
    told - 'rows' || jsonb_build_object('refused', data.told_rules(told -> 'refused')) || jsonb_build_object('to', undo_rows.to_at, 'reason', said, 'on_conflict', undo_rows.on_conflict));
  return told;
end
$$;
comment on function data.undo_rows(uuid, jsonb, timestamptz, boolean, text, text, boolean) is
  'Brings rows ([{<key field>: value}], at most 5,000) back to how they were at a moment. on_conflict: abort, skip or force, where somebody else has edited a row since. against_rules: also what rules refuse, with a reason. Answers {dryRun, inserted, updated, deleted, unchanged, missing, conflicts, skipped, refused: [{rule, field, action, rows, message, keys: of the first ten}], rows: [{key, effect, conflict, version, changedBy, changedAt, changeRun}]}. Needs record.restore, and record.create and record.delete where rows come back or go. Errors: DS001, DS005, DS008, HS001, HS002, HS004, HS006, HS007 rules refuse it, RT005, RT006, 22023, 42501.';
revoke execute on function data.undo_rows(uuid, jsonb, timestamptz, boolean, text, text, boolean) from public;
grant execute on function data.undo_rows(uuid, jsonb, timestamptz, boolean, text, text, boolean) to cadastre_user, cadastre_worker;
