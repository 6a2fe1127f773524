--! owner: cadastre_system
-- What a links page shows before it is used; whoever has the link got the mail.
create or replace function private.look_mail_token(p_token_hash bytea, p_purpose text)
returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
declare
  answer jsonb;
begin
  select jsonb_strip_nulls(jsonb_build_object('email', t.recipient, 'displayName', u.display_name, 'org', o.name, 'orgSlug', o.slug,
           'role', i.role_key,
           'hasPassword', exists (select from private.credentials c join access.users x on x.id = c.user_id
                                   where x.email operator(public.=) t.recipient)))
    into answer
    from private.mail_tokens t
    left join access.users u on u.id = t.user_id
    left join access.invitations i on i.org_id = t.org_id and i.id = t.invitation_id
    left join tenancy.organizations o on o.id = t.org_id
   where t.token_hash = p_token_hash and t.purpose = p_purpose and t.used_at is null and t.expires_at > clock_timestamp()
     and (t.invitation_id is null or (i.revoked_at is null and i.accepted_at is null and i.expires_at > clock_timestamp()
                                      and o.status = 'active'));
  if answer is null then
    perform core.raise('AC062', 'this link does not count (any more)', 'Ask for a new one: links count once and for a time.');
  end if;
  return answer;
end
$$;
comment on function private.look_mail_token(bytea, text) is
  '{email, displayName, org, orgSlug, role, hasPassword} of a link. The gateways only. Errors: AC062.';
revoke execute on function private.look_mail_token(bytea, text) from public;
grant execute on function private.look_mail_token(bytea, text) to cadastre_gateway;
