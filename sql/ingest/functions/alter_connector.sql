-- Changes a connector. Whoever may change settings may not thereby have the secret sent somewhere else: a change of
-- what decides where it goes (target, of ingest.connector_kinds) drops it, and it is given anew by who may.
create or replace function ingest.alter_connector(name text, settings jsonb default null, new_name text default null, check_every interval default null,
                                                  unchecked boolean default false)
returns ingest.connectors
language plpgsql security definer
set search_path = ''
as $$
declare
  c ingest.connectors;
  wanted jsonb;
  moved boolean;
begin
  perform core.require('connector.edit');
  c := ingest.find_connector(alter_connector.name);
  wanted := jsonb_strip_nulls(coalesce(alter_connector.settings, c.settings));
  perform ingest.check_connector_settings(coalesce(alter_connector.new_name, c.name), c.kind, wanted);
  moved := exists (
    select from ingest.connector_kinds() k, jsonb_each(k.settings) f
     where k.kind = c.kind and (f.value ->> 'target')::boolean and (c.settings -> f.key) is distinct from (wanted -> f.key));
  if moved then
    perform private.drop_connector_secret(c.id);
  end if;
  begin
    update ingest.connectors x
       set name = coalesce(alter_connector.new_name, x.name), settings = wanted,
           has_secret = x.has_secret and not moved, pinned = case when not moved then x.pinned end,
           status = case when wanted = x.settings then x.status else 'unknown' end,
           check_every = case when not unchecked then coalesce(alter_connector.check_every, x.check_every) end,
           next_check_at = case when not unchecked then clock_timestamp() + coalesce(alter_connector.check_every, x.check_every) end
     where x.org_id = c.org_id and x.id = c.id
    returning * into c;
  exception
    when unique_violation then
      perform core.raise('IN082', format('there is a connector %s already', alter_connector.new_name), 'Choose another name.', 'name');
    when check_violation then
      perform core.raise('IN081', 'checks are 1 minute to 30 days apart', 'Give such an interval.', 'check_every');
  end;
  perform audit.record('connector.alter', 'connector', c.id::text,
    jsonb_build_object('name', c.name, 'settings', c.settings, 'secret_dropped', moved));
  perform core.notify('connectors:' || c.org_id, c.id);
  return c;
end
$$;
comment on function ingest.alter_connector(text, jsonb, text, interval, boolean) is
  'Changes a connector''s settings (all of them are given), name, or pause between checks (unchecked: none). The secret is dropped where its destination changes. Needs connector.edit. Errors: IN080, IN081, IN082.';
grant execute on function ingest.alter_connector(text, jsonb, text, interval, boolean) to cadastre_user, cadastre_worker;
