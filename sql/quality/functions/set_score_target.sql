-- What a dataset's score is promised to be at least; null: no promise. Looked at with every check (quality.settle_target).
create or replace function quality.set_score_target(dataset_id uuid, min_score numeric) returns void
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  s quality.scores;
begin
  perform core.require('quality.view');
  perform data.dataset_names(set_score_target.dataset_id);
  perform data.require_on('quality.approve', set_score_target.dataset_id);
  if set_score_target.min_score not between 0 and 1 then
    perform core.raise('QC002', 'a score is between 0 and 1', 'Write for example 0.95.', 'min_score');
  end if;
  if set_score_target.min_score is null then
    delete from quality.targets t where t.org_id = private.org_id() and t.dataset_id = set_score_target.dataset_id;
  else
    insert into quality.targets as t (org_id, dataset_id, min_score, set_by) values (private.org_id(), set_score_target.dataset_id, set_score_target.min_score, private.user_id())
    on conflict (org_id, dataset_id) do update set min_score = excluded.min_score, set_by = excluded.set_by, set_at = clock_timestamp();
  end if;
  perform audit.record('quality.target', 'dataset', set_score_target.dataset_id::text, jsonb_build_object('min_score', set_score_target.min_score));
  select * into s from quality.scores x where x.org_id = private.org_id() and x.dataset_id = set_score_target.dataset_id order by x.checked_at desc limit 1;
  if s.check_id is not null then
    perform quality.settle_target(set_score_target.dataset_id, s.check_id, s.score);
  end if;
end
$$;
comment on function quality.set_score_target(uuid, numeric) is
  'Promises a dataset''s score (0 to 1) to be at least so much; below it an incident is opened and quality.missed is told. Null: no promise. Needs quality.approve. Errors: QC002, DS001.';
grant execute on function quality.set_score_target(uuid, numeric) to cadastre_user, cadastre_worker;
