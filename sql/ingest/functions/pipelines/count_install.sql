--! owner: cadastre_system
-- Counts the asking organization among those that have installed a template; each once. Internal.
create or replace function ingest.count_install(p_template text) returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  perform core.require('pipeline.create');
  insert into private.template_installs (org_id, template) values (private.org_id(), p_template) on conflict do nothing;
end
$$;
comment on function ingest.count_install(text) is 'Counts an organization''s install of a template. Internal.';
revoke execute on function ingest.count_install(text) from public;
grant execute on function ingest.count_install(text) to cadastre_owner;
