-- Accounts, sessions, factors, mails: tables that no API role reaches. The system role's vetted functions do, and the
-- gateway alone the counters of attempts, which are digests and numbers.
comment on table private.mails is 'Mails to be sent or sent; without any secret.';
comment on table private.mail_tokens is 'Hashes of the tokens in mailed links: one purpose, once, for a time.';
comment on table private.email_changes is 'Changes of address that wait until both addresses have agreed.';
comment on table private.totp_factors is 'TOTP seeds, encrypted with a key that is not in PostgreSQL.';
comment on table private.passkeys is 'Public keys of passkeys and their counters.';
comment on table private.recovery_codes is 'Hashes of recovery codes.';
comment on table private.challenges is 'Sign-ins that wait for their next step, and ceremonies of passkeys.';
comment on table private.rate_limits is 'Counters of attempts, by digest.';

do $$
declare
  t text;
begin
  foreach t in array array['mails', 'mail_tokens', 'email_changes', 'totp_factors',
                           'passkeys', 'recovery_codes', 'challenges', 'rate_limits'] loop
    execute format('alter table private.%I enable row level security, force row level security', t);
    execute format('drop policy if exists all_system on private.%I', t);
    execute format('create policy all_system on private.%I for all to cadastre_system using (true) with check (true)', t);
    execute format('grant select, insert, update, delete on private.%I to cadastre_system', t);
  end loop;
end
$$;
drop policy if exists all_gateway on private.rate_limits;
create policy all_gateway on private.rate_limits for all to cadastre_gateway using (true) with check (true);
grant select, insert, update, delete on private.rate_limits to cadastre_gateway;
