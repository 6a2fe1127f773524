--! owner: cadastre_system
-- One attribute of whoever is asking, as private.user_attributes has it; null where it is not known. Most of what a row
-- filter costs a small query, so what only the membership knows is read alone, and for SQL logins of members about whom
-- nothing is out of the ordinary (private.exceptional) together with the question who it is.
create or replace function private.own_attribute(p_name text) returns jsonb
language plpgsql stable parallel safe
set search_path = ''
as $$
declare
  who record;
  known boolean;
  result jsonb;
begin
  -- These are not the membership's to say.
  if p_name in ('id', 'email', 'role', 'roles') then
    who := private.identity();
    return nullif(private.user_attributes(who.org_id, who.user_id) -> p_name, 'null');
  end if;
  if session_user not in ('cadastre_gateway', 'cadastre_worker') then
    select true, m.attributes -> p_name into known, result
      from access.sql_logins l
      join access.memberships m on m.org_id = l.org_id and m.user_id = l.user_id and m.status = 'active'
     where l.role_oid = pg_catalog.to_regrole(pg_catalog.quote_ident(session_user))::oid
       and (l.expires_at is null or l.expires_at > clock_timestamp())
       and not exists (select from private.exceptions e where e.about in (l.org_id, l.user_id));
    if known then
      return nullif(result, 'null');
    end if;
  end if;
  who := private.identity();
  select m.attributes -> p_name into result from access.memberships m where m.org_id = who.org_id and m.user_id = who.user_id;
  return nullif(result, 'null');
end
$$;
comment on function private.own_attribute(text) is 'An attribute of whoever is asking, as conditions ask for it; null when unknown.';
revoke execute on function private.own_attribute(text) from public;
