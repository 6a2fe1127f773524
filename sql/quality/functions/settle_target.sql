-- A check's score against what the dataset is promised to have: the first one below opens an incident and is told; the
-- first one that reaches it again resolves that. Internal.
create or replace function quality.settle_target(p_dataset uuid, p_check uuid, p_score numeric) returns void
language plpgsql
set search_path = ''
as $$
declare
  org uuid := private.org_id();
  t quality.targets;
  title text;
  dataset text;
  rule constant text := 'target: score';
begin
  select * into t from quality.targets x where x.org_id = org and x.dataset_id = p_dataset for no key update;
  if t.org_id is null or p_score >= t.min_score then
    update quality.targets x set missed_at = null where x.org_id = org and x.dataset_id = p_dataset and x.missed_at is not null;
    update quality.incidents i set state = 'resolved', resolved_at = clock_timestamp()
     where i.org_id = org and i.dataset_id = p_dataset and i.rule_name = rule and i.state <> 'resolved';
    return;
  end if;
  title := format('the score is %s, promised are at least %s', trim_scale(p_score), trim_scale(t.min_score));
  insert into quality.incidents as i (org_id, dataset_id, rule_name, severity, title, first_check, last_check, due_at)
  values (org, p_dataset, rule, 'error', title, p_check, p_check, clock_timestamp() + interval '1 day')
  on conflict (org_id, dataset_id, rule_name) where state <> 'resolved' do update
     set occurrences = i.occurrences + (i.last_check <> excluded.last_check)::int, last_check = excluded.last_check, title = excluded.title, last_at = clock_timestamp();
  if t.missed_at is null then
    update quality.targets x set missed_at = clock_timestamp() where x.org_id = org and x.dataset_id = p_dataset;
    select d.name into dataset from data.datasets d where d.org_id = org and d.id = p_dataset;
    perform private.emit_event(org, 'quality.missed', 'error', 'dataset', p_dataset::text, dataset, p_dataset, format('%s misses its target', dataset), title,
      '/datasets/' || p_dataset, jsonb_build_object('dataset', dataset, 'datasetId', p_dataset, 'checkId', p_check, 'score', p_score, 'minScore', t.min_score));
  end if;
end
$$;
comment on function quality.settle_target(uuid, uuid, numeric) is 'Holds a check''s score against the dataset''s target. Internal.';
