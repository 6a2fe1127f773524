--! owner: cadastre_system
-- Whether an SQL login of the organization may come from where this session comes from. private.identity() asks it for
-- kind sql, at every statement, so that a network taken off the list counts at once. A connection over a Unix socket
-- has no address and is refused where there is a list; behind a pooler the address is the pooler's.
create or replace function private.sql_network_admits(networks cidr[]) returns boolean
language sql stable parallel safe
set search_path = ''
as $$ select cardinality(networks) = 0 or coalesce(inet_client_addr() <<= any (networks), false) $$;
comment on function private.sql_network_admits(cidr[]) is
  'True when the list is empty or this session''s client address is in one of its networks.';
revoke execute on function private.sql_network_admits(cidr[]) from public;
grant execute on function private.sql_network_admits(cidr[]) to cadastre_system;
