-- Secrets and states of federation, which no API role reaches.
comment on table private.identity_provider_secrets is 'Client secrets of identity providers, sealed by the server.';
comment on table private.oidc_states is 'Sign-ins under way at identity providers; each is taken once.';
comment on table private.scim_token_secrets is 'Hashes of SCIM tokens.';
do $$
declare
  t text;
begin
  foreach t in array array['identity_provider_secrets', 'oidc_states', 'scim_token_secrets'] loop
    execute format('alter table private.%I enable row level security, force row level security', t);
    execute format('drop policy if exists all_system on private.%I', t);
    execute format('create policy all_system on private.%I for all to cadastre_system using (true) with check (true)', t);
    execute format('grant select, insert, update, delete on private.%I to cadastre_system', t);
  end loop;
end
$$;
