--! owner: cadastre_system
-- Adds or changes an incoming webhook. Its secret comes sealed by whoever holds the installation's key (lib/secrets.ts,
-- purpose incoming:<id>), so this is the gateway's and the worker's to call, under the claim of whoever asks; from then on
-- it acts for them. null: the secret stays as it is.
create or replace function private.put_incoming_webhook(
  p_id uuid, p_new boolean, p_title text, p_dataset text, p_scheme text, p_record_path text, p_mapping jsonb, p_key_path text, p_sealed text
) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  org uuid := private.org_id();
  most constant int := 100;
  max_fields constant int := 500;
  d data.datasets;
  known boolean;
  stray text;
begin
  perform core.require('connector.create');
  select * into d from data.datasets x where x.org_id = org and x.name = p_dataset;
  if d.id is null or not private.may(org, 'run.execute', d.id) then
    perform core.raise('IN005', format('there is no dataset %L that you may load', left(p_dataset, 60)), 'Create it, or load its first file.', 'dataset');
  end if;
  known := exists (select from ingest.incoming_webhooks w where w.org_id = org and w.id = p_id);
  -- A new one's id is drawn by the server: nobody takes another organization's address.
  if known = p_new then
    perform core.raise('IN103', 'there is no such incoming webhook', 'Check its id.');
  elsif not known and (select count(*) from ingest.incoming_webhooks w where w.org_id = org) >= most then
    perform core.raise('IN100', format('there are %s incoming webhooks already', most), 'Remove one first.');
  elsif not known and p_sealed is null then
    perform core.raise('IN101', 'an incoming webhook needs a secret', 'Let one be made, or give the one that the sender has.', 'secret');
  end if;
  if p_mapping is not null then
    select k.name into stray
      from jsonb_each(p_mapping) k (name, path)
      left join data.fields f on f.org_id = org and f.dataset_id = d.id and f.name = k.name and f.retired_at is null
     where f.name is null or jsonb_typeof(k.path) <> 'string' or length(k.path #>> '{}') > 500
     limit 1;
    if stray is not null or (select count(*) from jsonb_object_keys(p_mapping)) not between 1 and max_fields then
      perform core.raise('IN102', case when stray is null then 'the mapping names no field, or too many'
        else format('%s is no field of %s, or its path is no text', left(stray, 60), d.name) end,
        'Map fields of the dataset to paths within an event, such as {"amount": "data.object.amount"}.', 'mapping');
    end if;
  end if;
  insert into ingest.incoming_webhooks as w (org_id, id, title, dataset_id, scheme, record_path, mapping, key_path, acts_for)
  values (org, p_id, coalesce(p_title, ''), d.id, p_scheme, coalesce(p_record_path, ''), p_mapping, p_key_path, private.user_id())
  on conflict (org_id, id) do update
    set title = excluded.title, dataset_id = excluded.dataset_id, scheme = excluded.scheme, record_path = excluded.record_path,
        mapping = excluded.mapping, key_path = excluded.key_path, acts_for = excluded.acts_for;
  if p_sealed is not null then
    insert into private.incoming_secrets as s (org_id, webhook_id, sealed) values (org, p_id, p_sealed)
    on conflict (org_id, webhook_id) do update set sealed = excluded.sealed, previous_sealed = null, previous_until = null;
  end if;
  perform audit.record('incoming_webhook.put', 'incoming_webhook', p_id::text, jsonb_build_object('title', p_title, 'dataset', d.name,
    'scheme', p_scheme, 'secret_changed', p_sealed is not null));
end
$$;
comment on function private.put_incoming_webhook(uuid, boolean, text, text, text, text, jsonb, text, text) is
  'Adds or changes an incoming webhook. Needs connector.create and run.execute on the dataset. Errors: IN005 dataset, IN100 too many, IN101 no secret, IN102 mapping, IN103 none of this id.';
revoke execute on function private.put_incoming_webhook(uuid, boolean, text, text, text, text, jsonb, text, text) from public;
grant execute on function private.put_incoming_webhook(uuid, boolean, text, text, text, text, jsonb, text, text) to cadastre_gateway, cadastre_worker;
