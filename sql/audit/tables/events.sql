comment on table audit.events is 'Who did what, when, on which object. Append-only.';
comment on column audit.events.action is 'group.verb, for example member.add.';
comment on column audit.events.outcome is 'done, or refused.';
comment on column audit.events.subject_id is 'Whom the actor looked as, when it was somebody else.';
comment on column audit.events.ip is 'Address that the request came from, as the server told it.';
comment on column audit.events.detail is 'What was asked and what changed, without secrets.';

alter table audit.events enable row level security, force row level security;
drop policy if exists select_auditor on audit.events;
create policy select_auditor on audit.events for select to public
  using (org_id = (select private.org_id()) and (select private.has_permission('audit.view')));
drop policy if exists insert_system on audit.events;
create policy insert_system on audit.events for insert to cadastre_system with check (true);
-- The sealer reads everybody's.
drop policy if exists select_system on audit.events;
create policy select_system on audit.events for select to cadastre_system using (true);
grant usage on schema audit to cadastre_user, cadastre_worker, cadastre_system, cadastre_logins;
grant select on audit.events to cadastre_user;
grant select, insert on audit.events to cadastre_system;

create or replace trigger events__refuse before update or delete on audit.events
  for each row execute function audit.tg_events__refuse();
create or replace trigger events__refuse_truncate before truncate on audit.events
  for each statement execute function audit.tg_events__refuse();
alter table audit.events enable always trigger events__refuse;
alter table audit.events enable always trigger events__refuse_truncate;
