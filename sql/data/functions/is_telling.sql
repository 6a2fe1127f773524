-- Whether a value by itself says whom it is about, as a name or an address does: numbers, dates and short codes stand in
-- many records that are somebody else's. Where a person is looked for without columns, one such value must be among what
-- is found. Internal.
create or replace function data.is_telling(p_value text) returns boolean
language sql immutable
set search_path = ''
as $$ select length(p_value) >= 5 and p_value !~ '^[0-9.,:;+/TZ -]*$' and lower(p_value) <> 'false' $$;
comment on function data.is_telling(text) is 'Whether a value by itself says whom it is about. Internal.';
revoke execute on function data.is_telling(text) from public;
