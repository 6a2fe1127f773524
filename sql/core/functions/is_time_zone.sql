-- Whether a text names a time zone of the IANA data base: offsets and abbreviations know no summer time, and are none.
create or replace function core.is_time_zone(p_zone text) returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  if p_zone is null or length(p_zone) > 60 or (p_zone <> 'UTC' and p_zone !~ '^[A-Za-z]+(/[A-Za-z0-9_+-]+)+$') then
    return false;
  end if;
  perform clock_timestamp() at time zone p_zone;
  return true;
exception when invalid_parameter_value then
  return false;
end
$$;
comment on function core.is_time_zone(text) is 'Whether a text is the name of a time zone such as Europe/Paris, or UTC. Internal.';
revoke execute on function core.is_time_zone(text) from public;
