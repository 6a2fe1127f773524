-- What a rule's failures mean for the next load while it is deployed by stages: it records for its first loads, then takes
-- its action in its share of them (the loads are counted, so that of ten loads at 0.3 exactly three are meant). Loads are
-- those that ended since it was deployed, so the answer does not change during one. Internal.
create or replace function quality.staged_action(p_rule quality.rules, p_action text) returns text
language plpgsql stable
set search_path = ''
as $$
declare
  seen bigint;
begin
  if p_action = 'record' or p_rule.stage_loads is null and p_rule.stage_share is null then
    return p_action;
  end if;
  select count(*) into seen
    from (select from quality.scores s
           where s.org_id = p_rule.org_id and s.dataset_id = p_rule.dataset_id and s.run_id is not null and s.checked_at >= p_rule.deployed_at
           limit 100000) x;
  if seen < coalesce(p_rule.stage_loads, 0) then
    return 'record';
  end if;
  seen := seen - coalesce(p_rule.stage_loads, 0);
  if p_rule.stage_share is not null and floor((seen + 1) * p_rule.stage_share) = floor(seen * p_rule.stage_share) then
    return 'record';
  end if;
  return p_action;
end
$$;
comment on function quality.staged_action(quality.rules, text) is 'A deployed rule''s action for the next load. Internal.';
