comment on table ops.notification_rules is 'Who is told of which events, over which channel.';
comment on column ops.notification_rules.event_kind is 'A kind such as run.failed, or a group such as quality.*.';
comment on column ops.notification_rules.recipient_permission is 'Everybody who holds it, and may see what the event is about.';
comment on column ops.notification_rules.quiet_minutes is 'At most one notice in this time about each object.';

-- What a new organization begins with.
create or replace trigger organizations__tell_alone after update of erasures_approved on tenancy.organizations
  for each row when (old.erasures_approved and not new.erasures_approved) execute function ops.tg_organizations__alone();
create or replace trigger organizations__rules after insert on tenancy.organizations
  for each row execute function ops.tg_organizations__rules();
