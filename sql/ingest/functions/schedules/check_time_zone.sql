-- Names of the IANA data base alone (core.is_time_zone). Internal.
create or replace function ingest.check_time_zone(p_zone text) returns void
language plpgsql stable
set search_path = ''
as $$
begin
  if not core.is_time_zone(p_zone) then
    perform core.raise('IN092', 'there is no such time zone', 'Use a name such as Europe/Paris, or UTC.', 'timeZone');
  end if;
end
$$;
comment on function ingest.check_time_zone(text) is 'Error IN092. Internal.';
