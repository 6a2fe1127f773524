--! owner: cadastre_system
-- Refuses a time that is over before it begins or longer than allowed, and a person who is no live member or has as many
-- grants in force as anybody may. Returns the end.
create or replace function private.check_lasting(p_user uuid, p_starts timestamptz, p_lasts interval, p_limit interval)
returns timestamptz
language plpgsql stable security definer
set search_path = ''
as $$
declare
  max_grants constant int := 1000;
  org constant uuid := private.org_id();
begin
  if not exists (select from access.memberships m where m.org_id = org and m.user_id = p_user) then
    perform core.raise('AC004', 'this person is not a member', 'Choose one of the organization''s members.', 'user_id');
  elsif p_lasts is null or p_lasts <= interval '0' or p_lasts > p_limit then
    perform core.raise('AC025', format('it must last for some time, at most %s', p_limit), 'Choose a shorter time.', 'lasts');
  elsif p_starts + p_lasts <= clock_timestamp() or p_starts > clock_timestamp() + p_limit then
    perform core.raise('AC025', 'it would be over already, or begin too late', 'Choose another beginning.', 'starts_at');
  elsif (select count(*) from access.grants g
          where g.org_id = org and g.user_id = p_user and g.revoked_at is null and g.ends_at > clock_timestamp()) >= max_grants then
    perform core.raise('AC033', format('nobody has more than %s grants at once', max_grants), 'Make a role of them.', 'user_id');
  end if;
  return p_starts + p_lasts;
end
$$;
comment on function private.check_lasting(uuid, timestamptz, interval, interval) is 'End of a grant; raises AC004, AC025, AC033.';
revoke execute on function private.check_lasting(uuid, timestamptz, interval, interval) from public;
grant execute on function private.check_lasting(uuid, timestamptz, interval, interval) to cadastre_owner;
