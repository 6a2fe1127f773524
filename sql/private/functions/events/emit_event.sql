--! owner: cadastre_system
-- Tells an event of an organization to whom its rules and webhooks name, in the transaction in which it happened: no
-- commit, no event. Members, their permissions and addresses are not for whoever causes an event to see, so the system
-- role writes. p_subject is what the quiet time of a rule counts for (a dataset whose every load fails is one object).
-- p_data goes to webhooks: ids, counts and reasons, never a row's values.
create or replace function private.emit_event(
  p_org uuid, p_kind text, p_severity text, p_object_kind text, p_object_id text, p_subject text, p_dataset uuid,
  p_title text, p_body text default '', p_link text default '', p_data jsonb default '{}'
) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  rule ops.notification_rules;
  family text := split_part(p_kind, '.', 1) || '.*';
  told boolean;
  max_rules constant int := 200;
begin
  perform private.queue_deliveries(p_org, p_kind, p_data, array(
    select w.id from ops.webhooks w
     where w.org_id = p_org and w.active and (p_kind = any (w.event_kinds) or family = any (w.event_kinds))
       and (w.dataset_ids = '{}' or p_dataset = any (w.dataset_ids))));
  for rule in
    select * from ops.notification_rules r
     where r.org_id = p_org and r.enabled and r.event_kind in (p_kind, family)
       and (r.dataset_id is null or r.dataset_id = p_dataset)
     order by r.id limit max_rules
  loop
    if rule.quiet_minutes > 0 then
      insert into private.notice_times as t (org_id, rule_id, object_key, told_at)
      values (p_org, rule.id, left(p_kind || ' ' || p_subject, 200), clock_timestamp())
      on conflict (org_id, rule_id, object_key) do update
        set told_at = case when t.told_at <= clock_timestamp() - make_interval(mins => rule.quiet_minutes) then clock_timestamp() else t.told_at end,
            quiet = case when t.told_at <= clock_timestamp() - make_interval(mins => rule.quiet_minutes) then 0 else t.quiet + 1 end
      returning t.quiet = 0 into told;
      continue when not told;
    end if;
    if rule.channel = 'webhook' then
      perform private.queue_deliveries(p_org, p_kind, p_data, array[rule.webhook_id]);
    elsif rule.channel = 'in_app' then
      insert into ops.notifications (org_id, user_id, event_kind, severity, title, body, link, object_kind, object_id, dataset_id)
      select p_org, r.user_id, p_kind, p_severity, left(p_title, 300), left(p_body, 2000), p_link, p_object_kind, p_object_id, p_dataset
        from private.recipients(rule, p_dataset) r;
    else
      perform private.queue_mail('notification', r.email, r.locale, p_data => jsonb_build_object(
                'kind', p_kind, 'org', o.name, 'subject', left(p_subject, 200), 'reason', left(p_body, 300)))
        from private.recipients(rule, p_dataset) r
        join tenancy.organizations o on o.id = p_org;
    end if;
  end loop;
end
$$;
comment on function private.emit_event(uuid, text, text, text, text, text, uuid, text, text, text, jsonb) is
  'Tells an event: kind, severity, object, subject of the quiet time, dataset, title, body, link, data for webhooks. Internal.';
revoke execute on function private.emit_event(uuid, text, text, text, text, text, uuid, text, text, text, jsonb) from public;
grant execute on function private.emit_event(uuid, text, text, text, text, text, uuid, text, text, text, jsonb) to cadastre_owner;
