--! owner: cadastre_system
-- A new organization's failed and held runs are told, in the application, to those who watch over runs; incidents to those
-- who can take them; a webhook that was switched off, to those who can switch it on. The system role writes the rows, since whoever makes an organization belongs
-- to none.
create or replace function ops.tg_organizations__rules() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  insert into ops.notification_rules (org_id, event_kind, channel, recipient_permission)
  values (new.id, 'run.failed', 'in_app', 'run.monitor'), (new.id, 'run.held', 'in_app', 'run.monitor'),
         (new.id, 'quality.incident', 'in_app', 'quality.edit'),
         (new.id, 'webhook.disabled', 'in_app', 'ops.edit');
  return null;
end
$$;
comment on function ops.tg_organizations__rules() is 'Trigger: the notification rules that an organization begins with.';
revoke execute on function ops.tg_organizations__rules() from public;
grant execute on function ops.tg_organizations__rules() to cadastre_owner;
