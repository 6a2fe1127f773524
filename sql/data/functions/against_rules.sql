-- Does whoever changes rows by hand say that it is to go against rules that refuse it? The setting cadastre.against_rules,
-- which the server sets from the header X-Against-Rules. A reason has to go with it (data.refuse_restores). Internal.
create or replace function data.against_rules() returns boolean
language sql stable
set search_path = ''
as $$
  select coalesce(current_setting('cadastre.against_rules', true), '') in ('on', 'true', '1')
$$;
comment on function data.against_rules() is 'Whether a change goes against rules that refuse it. Internal.';
revoke execute on function data.against_rules() from public;
