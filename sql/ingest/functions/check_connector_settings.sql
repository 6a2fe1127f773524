-- Name, kind and settings of a connector that is to be kept. Internal.
create or replace function ingest.check_connector_settings(p_name text, p_kind text, p_settings jsonb) returns void
language plpgsql
set search_path = ''
as $$
declare
  spec jsonb := (select k.settings from ingest.connector_kinds() k where k.kind = p_kind);
begin
  if p_name is null or p_name !~ '^[a-z][a-z0-9_-]{0,49}$' then
    perform core.raise('IN081', 'a connector''s name is 1 to 50 lower-case letters, digits, hyphens and underscores, beginning with a letter',
      'Use a name such as "crm".', 'name');
  elsif spec is null then
    perform core.raise('IN081', format('%L is not a kind of connector', left(p_kind, 60)),
      format('Kinds are %s.', (select string_agg(k.kind, ', ') from ingest.connector_kinds() k)), 'kind');
  end if;
  perform ingest.check_spec(p_settings, spec, 'IN081', 'settings');
end
$$;
comment on function ingest.check_connector_settings(text, text, jsonb) is 'Error IN081. Internal.';
