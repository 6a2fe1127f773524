-- Names of the IANA data base alone: offsets and abbreviations know no summer time. Internal.
create or replace function ingest.check_time_zone(p_zone text) returns void
language plpgsql stable
set search_path = ''
as $$
begin
  if p_zone is null or (p_zone <> 'UTC' and (p_zone !~ '^[A-Za-z]+(/[A-Za-z0-9_+-]+)+$' or length(p_zone) > 60)) then
    perform core.raise('IN092', 'this is not the name of a time zone', 'Use a name such as Europe/Paris, or UTC.', 'timeZone');
  end if;
  perform clock_timestamp() at time zone p_zone;
exception when invalid_parameter_value then
  perform core.raise('IN092', 'there is no such time zone', 'Use a name such as Europe/Paris, or UTC.', 'timeZone');
end
$$;
comment on function ingest.check_time_zone(text) is 'Error IN092. Internal.';
