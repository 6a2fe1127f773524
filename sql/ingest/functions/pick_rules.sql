-- Of landed rules the lasting ones, or the others. Internal.
create or replace function ingest.pick_rules(p_rules jsonb, p_lasting boolean) returns jsonb
language sql immutable
set search_path = ''
as $$
  select coalesce(jsonb_agg(r order by (r ->> 'no')::int), '[]') from jsonb_array_elements(p_rules) r where (r ->> 'lasting')::boolean = p_lasting
$$;
comment on function ingest.pick_rules(jsonb, boolean) is 'Landed rules that are lasting, or not. Internal.';
