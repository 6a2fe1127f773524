--! owner: cadastre_system
-- What became of an attempt. A failed one is tried again, ever more slowly, with a share of chance so that many do not
-- come back at once; after max_attempts the delivery has failed and the next one goes on. A webhook at which nothing has
-- arrived for a day, or that says it is gone (410), is switched off, and its organization is told.
create or replace function private.settle_delivery(p_org uuid, p_id uuid, p_status int, p_error text default null) returns text
language plpgsql security definer
set search_path = ''
as $$
declare
  d ops.webhook_deliveries;
  w ops.webhooks;
  arrived boolean := p_error is null and p_status between 200 and 299;
  reason text;
  max_attempts constant int := 12;
  first_pause constant interval := '5 seconds';
  longest_pause constant interval := '1 hour';
  patience constant interval := '1 day';
begin
  perform core.require('platform.manage');
  -- The webhook first, then its delivery: two that settle at once wait for each other.
  select x.* into w from ops.webhooks x
   where x.org_id = p_org and x.id = (select y.webhook_id from ops.webhook_deliveries y where y.org_id = p_org and y.id = p_id)
     for no key update;
  select * into d from ops.webhook_deliveries x where x.org_id = p_org and x.id = p_id and x.status = 'pending' for update;
  if d.id is null then
    return 'gone';
  end if;
  if arrived then
    update ops.webhook_deliveries x set status = 'delivered', response_status = p_status, error = null, finished_at = clock_timestamp()
     where x.org_id = p_org and x.id = p_id;
    update ops.webhooks x set failing_since = null where x.org_id = p_org and x.id = w.id and x.failing_since is not null;
    return 'delivered';
  end if;
  update ops.webhook_deliveries x
     set status = case when d.attempts >= max_attempts then 'failed' else 'pending' end, response_status = p_status,
         error = left(coalesce(p_error, 'the receiver answered ' || p_status), 1000),
         finished_at = case when d.attempts >= max_attempts then clock_timestamp() end,
         due_at = clock_timestamp() + least(longest_pause, first_pause * 2 ^ least(d.attempts - 1, 20)) * (0.75 + 0.5 * random())
   where x.org_id = p_org and x.id = p_id;
  update ops.webhooks x set failing_since = clock_timestamp() where x.org_id = p_org and x.id = w.id and x.failing_since is null;
  reason := case when p_status = 410 then 'the receiver says that it is gone (410)'
                 when w.failing_since < clock_timestamp() - patience then 'nothing has arrived for a day' end;
  if reason is not null and w.active then
    update ops.webhooks x set active = false, disabled_reason = reason where x.org_id = p_org and x.id = w.id;
    update ops.webhook_deliveries x set status = 'cancelled', finished_at = clock_timestamp()
     where x.org_id = p_org and x.webhook_id = w.id and x.status = 'pending';
    perform private.emit_event(p_org, 'webhook.disabled', 'error', 'webhook', w.id::text, coalesce(nullif(w.title, ''), w.url), null,
      format('The webhook %s was switched off', coalesce(nullif(w.title, ''), w.url)), reason, '/webhooks/' || w.id,
      jsonb_build_object('webhookId', w.id, 'url', w.url, 'reason', reason));
    return 'disabled';
  end if;
  return case when d.attempts >= max_attempts then 'failed' else 'again' end;
end
$$;
comment on function private.settle_delivery(uuid, uuid, int, text) is
  'Notes an attempt: HTTP status and, where none came, why. Returns delivered, again, failed, disabled or gone. The worker only.';
revoke execute on function private.settle_delivery(uuid, uuid, int, text) from public;
grant execute on function private.settle_delivery(uuid, uuid, int, text) to cadastre_worker;
