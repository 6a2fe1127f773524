comment on table private.incoming_secrets is 'What senders to incoming webhooks sign with, sealed by the server, and what it replaced until that expires.';
alter table private.incoming_secrets enable row level security, force row level security;
drop policy if exists all_system on private.incoming_secrets;
create policy all_system on private.incoming_secrets for all to cadastre_system using (true) with check (true);
grant select, insert, update, delete on private.incoming_secrets to cadastre_system;
