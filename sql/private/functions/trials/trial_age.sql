-- How long a dry run waits for whoever asked it. Internal.
create or replace function private.trial_age() returns interval
language sql immutable
set search_path = ''
as $$ select interval '10 minutes' $$;
comment on function private.trial_age() is 'How long a dry run waits for whoever asked it. Internal.';
grant execute on function private.trial_age() to cadastre_system;
