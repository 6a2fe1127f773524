--! owner: cadastre_system
-- The next deliveries to send, one a webhook: the first that waits, so that a webhook's events arrive in their order.
-- Jumps through the index of what waits from webhook to webhook, so it costs the webhooks with something waiting, however
-- much waits for each. Whoever takes one has a minute; after that another may.
create or replace function private.lease_deliveries(p_limit int)
returns table (org_id uuid, id uuid, webhook_id uuid, message_id uuid, url text, body text, attempts int, sealed text[])
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_column
begin
  perform core.require('platform.manage');
  return query
  with recursive waiting as (
    (select d.org_id, d.webhook_id from ops.webhook_deliveries d where d.status = 'pending' order by d.org_id, d.webhook_id limit 1)
    union all
    select n.org_id, n.webhook_id
      from waiting w cross join lateral (
        select d.org_id, d.webhook_id from ops.webhook_deliveries d
         where d.status = 'pending' and (d.org_id, d.webhook_id) > (w.org_id, w.webhook_id)
         order by d.org_id, d.webhook_id limit 1) n
  ), heads as (
    select h.* from waiting w cross join lateral (
      select d.org_id, d.id, d.due_at from ops.webhook_deliveries d
       where d.org_id = w.org_id and d.webhook_id = w.webhook_id and d.status = 'pending'
       order by d.number limit 1) h
     where h.due_at <= clock_timestamp()
  ), taken as (
    select d.org_id, d.id from ops.webhook_deliveries d
     where (d.org_id, d.id) in (select h.org_id, h.id from heads h order by h.due_at limit p_limit)
       and d.status = 'pending' and d.due_at <= clock_timestamp()
     for update skip locked
  ), leased as (
    update ops.webhook_deliveries d set attempts = d.attempts + 1, due_at = clock_timestamp() + interval '1 minute'
      from taken t where d.org_id = t.org_id and d.id = t.id
    returning d.*
  )
  select l.org_id, l.id, l.webhook_id, l.message_id, w.url, l.body::text, l.attempts,
         array(select s.sealed from private.webhook_secrets s
                where s.org_id = l.org_id and s.webhook_id = l.webhook_id
                  and (s.expires_at is null or s.expires_at > clock_timestamp())
                order by s.created_at desc)
    from leased l join ops.webhooks w on w.org_id = l.org_id and w.id = l.webhook_id;
end
$$;
comment on function private.lease_deliveries(int) is
  'Takes deliveries that are due, one a webhook: address, body, attempt, sealed secrets. The worker only.';
revoke execute on function private.lease_deliveries(int) from public;
grant execute on function private.lease_deliveries(int) to cadastre_worker;
