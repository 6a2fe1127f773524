-- Secrets of webhooks and the times of notices, which no API role reaches.
comment on table private.webhook_secrets is 'Signing secrets of webhooks, sealed by the server; the newest and those it replaced until they expire.';
comment on table private.notice_times is 'When a notification rule last spoke of an object.';
do $$
declare
  t text;
begin
  foreach t in array array['webhook_secrets', 'notice_times'] loop
    execute format('alter table private.%I enable row level security, force row level security', t);
    execute format('drop policy if exists all_system on private.%I', t);
    execute format('create policy all_system on private.%I for all to cadastre_system using (true) with check (true)', t);
    execute format('grant select, insert, update, delete on private.%I to cadastre_system', t);
  end loop;
end
$$;
