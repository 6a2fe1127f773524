-- Takes, hands over, or resolves an incident, and says something to it.
create or replace function quality.change_incident(incident_id uuid, state text default null, assignee_id uuid default null, comment text default null)
returns quality.incidents
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  incident quality.incidents;
begin
  perform core.require('quality.view');
  select * into incident from quality.incidents i where i.org_id = private.org_id() and i.id = change_incident.incident_id for no key update;
  if incident.id is null then
    perform core.raise('QC005', 'no such incident', 'Check its id; you see only your organization''s.');
  end if;
  if change_incident.state not in ('open', 'acknowledged', 'resolved') or incident.state = 'resolved' and change_incident.state <> 'resolved' then
    perform core.raise('QC006', format('an incident that is %s cannot become %s', incident.state, left(change_incident.state, 20)),
      'open and acknowledged may change into each other, and both into resolved; a rule that fails again opens a new one.', 'state');
  end if;
  perform data.require_on(case when change_incident.state = 'resolved' then 'quality.approve' else 'quality.edit' end, incident.dataset_id);
  if change_incident.assignee_id is not null and not exists (select from access.memberships m
       where m.org_id = incident.org_id and m.user_id = change_incident.assignee_id) then
    perform core.raise('AC004', 'not a member', 'Hand it to a member of the organization.', 'assignee_id');
  end if;
  update quality.incidents i
     set state = coalesce(change_incident.state, i.state), assignee_id = coalesce(change_incident.assignee_id, i.assignee_id),
         resolved_at = case when change_incident.state = 'resolved' then coalesce(i.resolved_at, clock_timestamp()) else i.resolved_at end,
         resolved_by = case when change_incident.state = 'resolved' then coalesce(i.resolved_by, private.user_id()) else i.resolved_by end
   where i.org_id = incident.org_id and i.id = incident.id
  returning * into incident;
  if nullif(btrim(change_incident.comment), '') is not null then
    insert into quality.incident_comments (org_id, incident_id, author_id, body)
    values (incident.org_id, incident.id, private.user_id(), left(change_incident.comment, 4000));
  end if;
  perform audit.record('quality.incident', 'incident', incident.id::text, jsonb_build_object('rule', incident.rule_name, 'state', incident.state));
  return incident;
end
$$;
comment on function quality.change_incident(uuid, text, uuid, text) is
  'Changes an incident''s state or assignee and adds a comment. Needs quality.edit, to resolve it quality.approve. Errors: QC005, QC006, AC004.';
grant execute on function quality.change_incident(uuid, text, uuid, text) to cadastre_user, cadastre_worker;
