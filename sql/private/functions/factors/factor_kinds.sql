--! owner: cadastre_system
-- Second factors that a person has set up. Recovery codes stand in for one and are none by themselves.
create or replace function private.factor_kinds(p_user_id uuid) returns text[]
language sql stable security definer
set search_path = ''
as $$
  with own as (
    select 'totp' as kind where exists (select from private.totp_factors f where f.user_id = p_user_id and f.confirmed_at is not null)
    union all
    select 'passkey' where exists (select from private.passkeys p where p.user_id = p_user_id)
  )
  select coalesce(array_agg(kind), '{}') || case
           when exists (select from own)
            and exists (select from private.recovery_codes c where c.user_id = p_user_id and c.used_at is null)
           then array['recovery'] else '{}'::text[] end
    from own
$$;
comment on function private.factor_kinds(uuid) is 'Second factors of a person: totp, passkey, recovery; empty for none.';
revoke execute on function private.factor_kinds(uuid) from public;
