-- Loads rejected rows of a run again, as a run of its own through the same checks and merge, with corrected values
-- where they are given: fixes = {"<line>": {"<field>": "value" or null, ...}, ...}. Rows that could not be split into
-- fields (ragged, unreadable) need a fix. Rows count as replayed when that run has merged.
create or replace function ingest.replay_rejected(run_id uuid, fixes jsonb default null) returns ingest.runs
language plpgsql security definer
set search_path = ''
as $$
declare
  original ingest.runs;
  run ingest.runs;
  taken bigint;
  bad text;
  reason text;
  max_fixes constant int := 10000;
begin
  perform core.require('run.execute');
  select * into original from ingest.runs r where r.org_id = private.org_id() and r.id = replay_rejected.run_id;
  if original.id is null then
    perform core.raise('IN005', 'no such run', 'Check the run''s id; you see only your organization''s runs.');
  elsif original.status <> 'succeeded' or original.dataset_id is null then
    perform core.raise('IN006', format('the run is %s', original.status), 'Rejected rows can be replayed once the run has succeeded.');
  end if;
  reason := data.change_reason(original.org_id);
  fixes := coalesce(fixes, '{}');
  if jsonb_typeof(fixes) <> 'object' or (select count(*) from jsonb_object_keys(fixes)) > max_fixes then
    perform core.raise('IN009', format('the fixes are not an object of at most %s lines', max_fixes),
      'Give {"<line>": {"<field>": "<value>"}}.', 'fixes');
  end if;
  select e.key into bad
    from jsonb_each(fixes) e
   where e.key !~ '^[0-9]{1,18}$' or jsonb_typeof(e.value) <> 'object'
      or exists (select from jsonb_each(case when jsonb_typeof(e.value) = 'object' then e.value else '{}' end) v
                  where jsonb_typeof(v.value) not in ('string', 'number', 'boolean', 'null')
                     or not exists (select from data.fields f where f.org_id = original.org_id
                                     and f.dataset_id = original.dataset_id and f.name = v.key and f.retired_at is null))
   limit 1;
  if bad is not null then
    perform core.raise('IN009', format('the fix for line %s is not one', left(bad, 40)),
      'Give {"<field of the contract>": "<value>"}.', 'fixes');
  end if;
  insert into ingest.runs (org_id, file_id, dataset_id, dataset_name, mode, key_fields, status, requested_by, replay_of, reason)
  values (original.org_id, original.file_id, original.dataset_id, original.dataset_name,
          case when original.mode = 'append' then 'append' else 'upsert' end, original.key_fields, 'queued',
          private.user_id(), original.id, reason)
  returning * into run;
  update ingest.rejected_rows x
     set replay_run = run.id, fixed = fixes -> x.line::text
   where x.org_id = original.org_id and x.run_id = original.id and x.status = 'open'
     and (x.record is not null or fixes ? x.line::text)
     and (fixes = '{}' or fixes ? x.line::text)
     -- Not those that another replay has in hand.
     and not exists (select from ingest.runs o where o.org_id = x.org_id and o.id = x.replay_run
                      and o.status in ('queued', 'running', 'waiting', 'held'));
  get diagnostics taken = row_count;
  if taken = 0 then
    perform core.raise('IN008', 'there is no row to replay',
      'All were replayed or are being replayed, or they cannot be split into fields: give fixes for those.');
  end if;
  perform ingest.queue_run(run.org_id, run.id, null, private.take_turn(run.org_id, run.id));
  perform audit.record('run.replay', 'run', run.id::text, jsonb_build_object('replay_of', original.id, 'rows', taken));
  perform ingest.tell_run(run.org_id, run.id);
  return run;
end
$$;
comment on function ingest.replay_rejected(uuid, jsonb) is
  'Loads rejected rows again, with fixes {"<line>": {"<field>": value}} where given (then only those lines). Needs run.execute. Errors: IN005, IN006, IN008 nothing to replay, IN009 fixes, HS001 no reason.';
grant execute on function ingest.replay_rejected(uuid, jsonb) to cadastre_user, cadastre_worker;
