--! owner: cadastre_system
-- Where the request came from, as the server told it for this transaction. Told, not trusted: nothing is decided by it.
create or replace function private.request_ip() returns inet
language sql stable
set search_path = ''
as $$
  select case when pg_input_is_valid(i.told, 'inet') then i.told::inet end
    from (select nullif(current_setting('cadastre.ip', true), '') as told) i
$$;
comment on function private.request_ip() is 'Address that the request came from, as the server told it; null when it did not.';
revoke execute on function private.request_ip() from public;
