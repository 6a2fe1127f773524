-- What is committed to of an event: its columns as JSON, in jsonb's own order, so that the text is the same wherever and
-- whenever it is made.
create or replace function audit.event_text(e audit.events) returns text
language sql stable
set search_path = ''
as $$
  select jsonb_build_object('v', 1, 'org', e.org_id, 'id', e.id,
    'at', to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'actor', e.actor_id, 'actorKind', e.actor_kind, 'action', e.action, 'objectKind', e.object_kind, 'objectId', e.object_id,
    'outcome', e.outcome, 'subject', e.subject_id, 'ip', host(e.ip), 'detail', e.detail, 'request', e.request_id,
    'txid', e.txid::text)::text
$$;
comment on function audit.event_text(audit.events) is 'The text of an event that its leaf commits to.';
revoke execute on function audit.event_text(audit.events) from public;
grant execute on function audit.event_text(audit.events) to cadastre_system;
