comment on table ingest.incoming_webhooks is 'Addresses (POST /hooks/<id>) at which other systems deliver events into a dataset''s stream; secrets are kept apart, sealed.';
comment on column ingest.incoming_webhooks.scheme is 'How requests are proven: standard, github, stripe, shopify, hmac (signatures), token (a shared secret).';
comment on column ingest.incoming_webhooks.record_path is 'Path of the events within the body, such as data.items; empty: the body.';
comment on column ingest.incoming_webhooks.mapping is '{"<field>": "<path within the event>"}; null: the event''s own names.';
comment on column ingest.incoming_webhooks.key_path is 'Path of the key by which an event is taken once; null: the header of the scheme.';
comment on column ingest.incoming_webhooks.acts_for is 'Whose permissions count when events are taken.';
comment on column ingest.incoming_webhooks.last_received_at is 'To the minute.';
comment on column ingest.incoming_webhooks.last_refusal is 'Why the last refused request was refused.';
alter table ingest.incoming_webhooks enable row level security, force row level security;
drop policy if exists select_member on ingest.incoming_webhooks;
create policy select_member on ingest.incoming_webhooks for select to public
  using (org_id = (select private.org_id()) and (select private.has_permission('connector.view')));
-- Definer functions ask for the permission first (core.require); the boundary binds them all the same.
drop policy if exists all_owner on ingest.incoming_webhooks;
create policy all_owner on ingest.incoming_webhooks for all to cadastre_owner
  using (org_id = (select private.org_id())) with check (org_id = (select private.org_id()));
drop policy if exists all_system on ingest.incoming_webhooks;
create policy all_system on ingest.incoming_webhooks for all to cadastre_system using (true) with check (true);
grant select on ingest.incoming_webhooks to cadastre_user, cadastre_worker;
grant select, insert, update, delete on ingest.incoming_webhooks to cadastre_system;
create or replace trigger incoming_webhooks__touch before update on ingest.incoming_webhooks
  for each row execute function core.tg_touch();
