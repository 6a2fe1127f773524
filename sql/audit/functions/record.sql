--! owner: cadastre_system
-- Writes an audit event for whoever is asking, in the caller's transaction.
create or replace function audit.record(action text, object_kind text, object_id text, detail jsonb default '{}',
                                        org uuid default null)
returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  who record;
begin
  who := private.identity();
  insert into audit.events (org_id, actor_id, actor_kind, action, object_kind, object_id, detail, request_id)
  values (coalesce(org, who.org_id, '00000000-0000-0000-0000-000000000000'), who.user_id, coalesce(who.kind, 'nobody'),
          action, object_kind, object_id, coalesce(detail, '{}'), nullif(current_setting('cadastre.request_id', true), ''));
end
$$;
comment on function audit.record(text, text, text, jsonb, uuid) is
  'Appends an audit event: action as group.verb, kind and id of the object, details without secrets.';
grant execute on function audit.record(text, text, text, jsonb, uuid) to cadastre_owner, cadastre_system, cadastre_logins;
