-- Says of what a rule found in a check whether it was right: confirmed or fixed, or expected (the rule is wrong there). Of
-- one kept row (its number among them), or without it of all of them. Said again it counts anew.
create or replace function quality.judge_failures(dataset_id uuid, check_id uuid, rule_name text, verdict text, line bigint default null, note text default '')
returns quality.judgements
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  given quality.judgements;
begin
  perform core.require('quality.view');
  perform data.require_on('quality.edit', judge_failures.dataset_id);
  if coalesce(judge_failures.verdict, '') not in ('confirmed', 'fixed', 'expected') then
    perform core.raise('QC002', 'a verdict on failures is confirmed, fixed or expected', 'Say which.', 'verdict');
  end if;
  if not exists (select from quality.results r
       where r.org_id = private.org_id() and r.dataset_id = judge_failures.dataset_id and r.check_id = judge_failures.check_id
         and r.rule_name = judge_failures.rule_name and r.failures > 0)
     or judge_failures.line is not null and not exists (select from quality.failing_rows f
       where f.org_id = private.org_id() and f.dataset_id = judge_failures.dataset_id and f.check_id = judge_failures.check_id
         and f.rule_name = judge_failures.rule_name and f.line = judge_failures.line) then
    perform core.raise('QC017', 'the rule found nothing there', 'Name a check in which it has failures, and of them a line that was kept.', 'check_id');
  end if;
  insert into quality.judgements as j (org_id, dataset_id, check_id, rule_name, line, verdict, note, judged_by)
  values (private.org_id(), judge_failures.dataset_id, judge_failures.check_id, judge_failures.rule_name, judge_failures.line, judge_failures.verdict,
          left(coalesce(judge_failures.note, ''), 1000), private.user_id())
  on conflict (org_id, dataset_id, check_id, rule_name, line) do update
     set verdict = excluded.verdict, note = excluded.note, judged_by = excluded.judged_by, created_at = clock_timestamp()
  returning * into given;
  return given;
end
$$;
comment on function quality.judge_failures(uuid, uuid, text, text, bigint, text) is
  'Says of failures of a rule in a check, or of one line of them, whether they are confirmed, fixed or expected. Needs quality.edit. Errors: QC002, QC017 nothing found there.';
grant execute on function quality.judge_failures(uuid, uuid, text, text, bigint, text) to cadastre_user, cadastre_worker;
