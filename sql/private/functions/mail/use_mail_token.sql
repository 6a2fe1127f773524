--! owner: cadastre_system
-- Takes a mailed link's token, for its own purpose, once: of uses at the same moment the row lock lets one through.
-- Unknown, used, expired, revoked and of another purpose are told alike.
create or replace function private.use_mail_token(p_token_hash bytea, p_purposes text[])
returns private.mail_tokens
language plpgsql security definer
set search_path = ''
as $$
declare
  used private.mail_tokens;
begin
  update private.mail_tokens t set used_at = clock_timestamp()
   where t.token_hash = p_token_hash and t.purpose = any (p_purposes) and t.used_at is null
     and t.expires_at > clock_timestamp()
  returning * into used;
  if used.token_hash is null then
    perform core.raise('AC062', 'this link does not count (any more)', 'Ask for a new one: links count once and for a time.');
  end if;
  return used;
end
$$;
comment on function private.use_mail_token(bytea, text[]) is
  'Uses a mailed token. Errors: AC062, the same for every reason.';
revoke execute on function private.use_mail_token(bytea, text[]) from public;
