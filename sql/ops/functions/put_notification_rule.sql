-- Adds a notification rule, or changes the one that is named. Whom it tells is one of role, permission, member and webhook.
create or replace function ops.put_notification_rule(
  event_kind text, channel text, recipient_role text default null, recipient_permission text default null,
  recipient_user uuid default null, webhook_id uuid default null, dataset_id uuid default null,
  quiet_minutes int default 15, enabled boolean default true, rule_id uuid default null
) returns ops.notification_rules
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_variable
declare
  org uuid := private.org_id();
  result ops.notification_rules;
  most constant int := 200;
begin
  perform core.require('ops.edit');
  if coalesce(event_kind, '') !~ '^[a-z_]+\.([a-z_]+|\*)$' or length(event_kind) > 80 then
    perform core.raise('OP002', 'this is not a kind of events', 'Name one such as run.failed, or a group such as quality.*.', 'eventKind');
  elsif channel is null or channel not in ('in_app', 'mail', 'webhook') then
    perform core.raise('OP006', 'this is not a channel', 'Use in_app, mail or webhook.', 'channel');
  elsif num_nonnulls(recipient_role, recipient_permission, recipient_user, webhook_id) <> 1 or (channel = 'webhook') <> (webhook_id is not null) then
    perform core.raise('OP006', 'a rule names one recipient', 'Name a role, a permission or a member; for the channel webhook, a webhook.', 'recipient');
  elsif quiet_minutes is null or quiet_minutes not between 0 and 10080 then
    perform core.raise('OP006', 'the quiet time is out of bounds', 'Give 0 to 10080 minutes (a week).', 'quietMinutes');
  elsif recipient_role is not null and not exists (select from access.roles r where r.key = recipient_role) then
    perform core.raise('AC002', 'there is no such role', 'Name one of the system roles.', 'recipientRole');
  elsif recipient_permission is not null and not exists (select from access.permissions p where p.key = recipient_permission) then
    perform core.raise('AC020', 'there is no such permission', 'See the catalog of permissions.', 'recipientPermission');
  elsif recipient_user is not null and recipient_user not in (select private.org_member_ids()) then
    perform core.raise('AC004', 'this is not a member', 'Choose a member of your organization.', 'recipientUser');
  elsif webhook_id is not null and not exists (select from ops.webhooks w where w.org_id = org and w.id = webhook_id) then
    perform core.raise('OP004', 'there is no such webhook', 'Check its id.', 'webhookId');
  elsif dataset_id is not null and not exists (select from data.datasets d where d.org_id = org and d.id = dataset_id) then
    perform core.raise('DS001', 'no such dataset', 'Name a dataset of your organization, or none for all.', 'datasetId');
  elsif rule_id is not null and not exists (select from ops.notification_rules r where r.org_id = org and r.id = rule_id) then
    perform core.raise('OP004', 'there is no such rule', 'Check its id.', 'ruleId');
  elsif (select count(*) from ops.notification_rules r where r.org_id = org) >= most then
    perform core.raise('OP003', format('there are %s rules already', most), 'Remove one first.');
  end if;
  insert into ops.notification_rules as r (org_id, id, event_kind, dataset_id, channel, recipient_role, recipient_permission,
    recipient_user, webhook_id, quiet_minutes, enabled, created_by)
  values (org, coalesce(rule_id, uuidv7()), event_kind, dataset_id, channel, recipient_role, recipient_permission,
    recipient_user, webhook_id, quiet_minutes, coalesce(enabled, true), private.actor_id())
  on conflict (org_id, id) do update
    set event_kind = excluded.event_kind, dataset_id = excluded.dataset_id, channel = excluded.channel,
        recipient_role = excluded.recipient_role, recipient_permission = excluded.recipient_permission,
        recipient_user = excluded.recipient_user, webhook_id = excluded.webhook_id,
        quiet_minutes = excluded.quiet_minutes, enabled = excluded.enabled
  returning * into result;
  perform audit.record('notification_rule.put', 'notification_rule', result.id::text, to_jsonb(result) - 'org_id');
  return result;
end
$$;
comment on function ops.put_notification_rule(text, text, text, text, uuid, uuid, uuid, int, boolean, uuid) is
  'Adds or changes a notification rule. Needs ops.edit. Errors: OP002 kind, OP003 too many, OP004 no such rule or webhook, OP006 channel, recipient or time; AC002, AC004, AC020, DS001.';
grant execute on function ops.put_notification_rule(text, text, text, text, uuid, uuid, uuid, int, boolean, uuid) to cadastre_user, cadastre_worker;
