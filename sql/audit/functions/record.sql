--! owner: cadastre_system
-- Writes an audit event for whoever is asking, in the caller's transaction. The actor is the real person, also while they
-- look as somebody else, who is then the subject. The address comes from the setting cadastre.ip, which the server sets,
-- else from the connection itself; it is told, not trusted: nothing is decided by it here.
create or replace function audit.record(action text, object_kind text, object_id text, detail jsonb default '{}',
                                        org uuid default null, outcome text default 'done')
returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  who record := private.identity();
  told text := nullif(current_setting('cadastre.ip', true), '');
begin
  insert into audit.events (org_id, actor_id, actor_kind, action, object_kind, object_id, detail, outcome, subject_id, ip, request_id)
  values (coalesce(org, who.org_id, '00000000-0000-0000-0000-000000000000'), who.actor_id, coalesce(who.kind, 'nobody'),
          action, object_kind, object_id, coalesce(detail, '{}'), outcome,
          case when who.read_only then who.user_id end,
          case when pg_input_is_valid(told, 'inet') then told::inet else inet_client_addr() end,
          nullif(current_setting('cadastre.request_id', true), ''));
end
$$;
comment on function audit.record(text, text, text, jsonb, uuid, text) is
  'Appends an audit event: action as group.verb, kind and id of the object, details without secrets, done or refused.';
grant execute on function audit.record(text, text, text, jsonb, uuid, text) to cadastre_owner, cadastre_system, cadastre_logins;
