-- The domain of an e-mail address, lower case: what providers are trusted for and organizations prove.
create or replace function private.mail_domain(email text) returns text
language sql immutable strict parallel safe
set search_path = ''
return lower(substring(email from '@([^@]+)$'));
comment on function private.mail_domain(text) is 'Domain of an e-mail address, lower case.';
revoke execute on function private.mail_domain(text) from public;
grant execute on function private.mail_domain(text) to cadastre_system;
