--! owner: cadastre_system
-- HMAC-SHA256 of a claim's payload, hex. Owned by the system role: only it reads the keys.
create or replace function private.claim_mac(payload text, secret bytea) returns text
language sql immutable strict parallel safe
set search_path = ''
return encode(public.hmac(convert_to(payload, 'UTF8'), secret, 'sha256'), 'hex');
comment on function private.claim_mac(text, bytea) is 'HMAC-SHA256 of a claim payload as hex (RFC 2104).';
