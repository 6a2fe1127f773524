-- A type in words, for people who do not know PostgreSQL's.
create or replace function ingest.describe_type(p_type text) returns text
language sql immutable
set search_path = ''
as $$
  select case
    when p_type = 'integer' then 'a whole number between -2147483648 and 2147483647'
    when p_type = 'bigint' then 'a whole number'
    when p_type = 'numeric' then 'a number'
    when p_type like 'numeric(%' then 'a number that fits ' || p_type
    when p_type = 'boolean' then 'true or false'
    when p_type = 'date' then 'a date such as 2026-01-31'
    when p_type = 'timestamptz' then 'a point in time such as 2026-01-31T12:00:00Z'
    when p_type = 'time' then 'a time of day such as 12:30:00'
    when p_type = 'uuid' then 'a UUID'
    when p_type = 'jsonb' then 'valid JSON'
    when p_type = 'text[]' then 'a list such as {a,b}'
    else 'of type ' || p_type
  end
$$;
comment on function ingest.describe_type(text) is 'A field type in words.';
