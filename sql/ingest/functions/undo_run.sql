-- Undoes a load: every row that it wrote is brought back to how it was before, by correcting versions, in one transaction.
-- The undo is a run itself (undo_of), so that change feed, lineage, profiles and whatever follows the dataset see it as
-- they see a load; and so an undo can be undone.
--
-- A row that was changed since the load, by whomever, is a conflict: abort (the default) refuses everything, skip leaves
-- those rows as they are, force overwrites them. What is as it was before the load already is no conflict: an undo that is
-- asked for twice does nothing the second time. Rows whose earlier version is not kept any more are counted as missing.
--
-- What comes back was in force before, but rules may be new since: those that reject or hold are asked of it, and the undo
-- is refused where they refuse, unless it is to go against them, with a reason. Rules about all rows in force that hold are
-- asked once it is written, as at a load; a dry run asks them of the rows as they would be. The dataset then counts as
-- unchecked, so the next load asks all its rows.
drop function if exists ingest.undo_run(uuid, boolean, text, text);
create or replace function ingest.undo_run(run_id uuid, dry_run boolean default false, on_conflict text default 'abort',
                                           reason text default null, against_rules boolean default false) returns jsonb
language plpgsql security definer
set search_path = ''
set work_mem = '128MB'
as $$
declare
  original ingest.runs;
  run ingest.runs;
  n record;
  said text;
  keys text;
  listed text;
  same_row text;
  told jsonb;
  refused jsonb;
  merged jsonb;
  trial boolean := coalesce(undo_run.dry_run, false);
  against constant boolean := coalesce(undo_run.against_rules, false) or data.against_rules();
begin
  select * into original from ingest.runs r where r.org_id = private.org_id() and r.id = undo_run.run_id for no key update;
  if original.id is null then
    perform core.raise('IN005', 'no such run', 'Check the run''s id; you see only your organization''s runs.');
  elsif original.status <> 'succeeded' or original.dataset_id is null then
    perform core.raise('HS005', format('the run is %s, so there is nothing of it to undo', original.status),
      'Only a run that has succeeded can be undone; cancel or reject one that has not.', 'run_id');
  end if;
  said := data.begin_restore(original.dataset_id, 'run.restore', trial, undo_run.on_conflict, undo_run.reason);
  n := data.dataset_names(original.dataset_id);
  select string_agg(format('%I', k), ', '), string_agg(format('m.%I', k), ', '), string_agg(format('p.%1$I = m.%1$I', k), ' and ')
    into keys, listed, same_row from unnest(case when n.keyed then n.key_fields else '{file_id,source_line}' end) k;
  perform data.plan_restores(original.dataset_id, format($q$
    select %1$s, case when p.change_type <> 'delete' then p.version end as before$, m.version as made$, null::boolean as conflict$,
           m.version > 1 and p.version is null as missing$
      from (select %2$s, version from %3$s where run_id = %5$L
            union all
            -- Its versions begin no earlier than its merge: what was superseded before is not looked at.
            select %2$s, version from %4$s where run_id = %5$L and valid_from >= %7$L) m
      left join %4$s p on %6$s and p.version = m.version - 1 $q$,
    listed, keys, n.current_table, n.history_table, original.id, same_row, coalesce(original.merged_at, '-infinity')));
  told := data.settle_conflicts(original.dataset_id, trial, undo_run.on_conflict)
          || jsonb_build_object('dryRun', trial, 'run', original.id, 'undoRun', original.undone_by);
  refused := private.refused_restores(original.dataset_id, trial);
  told := told || jsonb_build_object('refused', refused);
  if trial or (told ->> 'inserted')::bigint + (told ->> 'updated')::bigint + (told ->> 'deleted')::bigint = 0 then
    return told;
  end if;

  perform data.refuse_restores(refused, against, said);
  insert into ingest.runs (org_id, file_id, dataset_id, dataset_name, mode, key_fields, status, contract_version, lease_until,
                           started_at, undo_of, reason, requested_by)
  select original.org_id, original.file_id, d.id, d.name, case when n.keyed then 'upsert' else 'append' end, d.key_fields, 'running',
         d.contract_version, now(), clock_timestamp(), original.id, said, private.user_id()
    from data.datasets d where d.org_id = original.org_id and d.id = original.dataset_id
  returning * into run;
  -- The history trigger writes it on tombstones.
  perform set_config('cadastre.run_id', run.id::text, true);
  perform data.write_restores(run.dataset_id, run.id, said);
  perform set_config('cadastre.run_id', '', true);
  merged := ingest.check_merged(run);
  refused := (select coalesce(jsonb_agg(jsonb_build_object('rule', m -> 'name', 'field', m -> 'target', 'action', 'hold', 'rows', m -> 'failures', 'message', m -> 'message')), '[]')
                from jsonb_array_elements(merged) m where m ->> 'action' = 'hold' and not (m ->> 'passed')::boolean);
  perform data.refuse_restores(refused, against, said);
  told := told || jsonb_build_object('refused', (told -> 'refused') || refused);
  perform quality.put_results(run.dataset_id, run.id, run.id, (select jsonb_agg(quality.result_of(m)) from jsonb_array_elements(merged) m));
  perform ingest.finish_undo(run, original, told);
  return told || jsonb_build_object('undoRun', run.id);
end
$$;
comment on function ingest.undo_run(uuid, boolean, text, text, boolean) is
  'Undoes what a load wrote. on_conflict: abort, skip or force, where rows were changed since. against_rules: also what rules refuse, with a reason. Answers {dryRun, run, undoRun, inserted, updated, deleted, unchanged, missing, conflicts, skipped, refused: rules that refuse what comes back [{rule, field, action, rows, message, keys: of the first ten}], rows: [{key, effect, conflict, version, changedBy, changedAt, changeRun}]}, the first 100 rows, conflicts first. Needs run.restore, and record.create, record.restore, record.delete where rows come back, change or go. Errors: IN005, HS001, HS002, HS005, HS006, HS007 rules refuse it, 22023, 42501.';
revoke execute on function ingest.undo_run(uuid, boolean, text, text, boolean) from public;
grant execute on function ingest.undo_run(uuid, boolean, text, text, boolean) to cadastre_user, cadastre_worker;
