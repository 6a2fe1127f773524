--! owner: cadastre_system
-- A dataset that is late (ingest.check_freshness) has an incident, which is resolved when it is fresh again. For the clock,
-- which acts for no organization. Internal.
create or replace function quality.settle_freshness(p_org uuid, p_dataset uuid, p_late timestamptz, p_title text) returns void
language plpgsql
set search_path = ''
as $$
declare
  rule constant text := 'target: freshness';
  nothing constant uuid := '00000000-0000-0000-0000-000000000000';
begin
  if p_late is null then
    update quality.incidents i set state = 'resolved', resolved_at = clock_timestamp()
     where i.org_id = p_org and i.dataset_id = p_dataset and i.rule_name = rule and i.state <> 'resolved';
    return;
  end if;
  insert into quality.incidents as i (org_id, dataset_id, rule_name, severity, title, first_check, last_check, due_at)
  values (p_org, p_dataset, rule, 'error', left(p_title, 500), nothing, nothing, clock_timestamp() + interval '1 day')
  on conflict (org_id, dataset_id, rule_name) where state <> 'resolved' do update
     set occurrences = i.occurrences + 1, title = excluded.title, last_at = clock_timestamp();
end
$$;
comment on function quality.settle_freshness(uuid, uuid, timestamptz, text) is 'Opens or resolves the incident of a late dataset. Internal.';
revoke execute on function quality.settle_freshness(uuid, uuid, timestamptz, text) from public;
