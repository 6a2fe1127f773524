-- An own rule set may be named; it is kept by its key. Internal.
create or replace function quality.set_key_of(p_key text) returns text
language sql stable
set search_path = ''
as $$
  select coalesce((select s.id::text from quality.rule_sets s where s.org_id = private.org_id() and s.name = p_key), p_key)
$$;
comment on function quality.set_key_of(text) is 'The key of a rule set that may be named. Internal.';
