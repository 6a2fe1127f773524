-- Whose trail is asked for: the organization's, with audit.export, or the platform's own, which has no organization and
-- needs platform.security. Internal to exports and verification.
create or replace function audit.trail_of() returns uuid
language plpgsql stable
set search_path = ''
as $$
declare
  org uuid := private.org_id();
begin
  if org is null and private.has_permission('platform.security') then
    return '00000000-0000-0000-0000-000000000000';
  end if;
  perform core.require('audit.export');
  return org;
end
$$;
comment on function audit.trail_of() is 'The organization whose trail may be exported; the nil uuid for the platform''s own. Internal.';
revoke execute on function audit.trail_of() from public;
grant execute on function audit.trail_of() to cadastre_system;
