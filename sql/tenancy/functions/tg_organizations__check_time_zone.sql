-- A time zone is one that PostgreSQL and browsers both know, by its IANA name; an empty text is none. The definer's, since
-- people have no way into schema core.
create or replace function tenancy.tg_organizations__check_time_zone() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  new.time_zone := nullif(trim(new.time_zone), '');
  if new.time_zone is not null and not core.is_time_zone(new.time_zone) then
    perform core.raise('TN004', 'there is no such time zone', 'Use a name such as Europe/Paris, or UTC; leave it empty for each visitor''s own.', 'timeZone');
  end if;
  return new;
end
$$;
comment on function tenancy.tg_organizations__check_time_zone() is 'Trigger: refuses what is no IANA time zone (TN004).';
