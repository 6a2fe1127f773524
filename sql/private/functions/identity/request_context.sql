--! owner: cadastre_system
-- What conditions may ask about the request: network (address of the session, or of an SQL login's connection), time,
-- weekday (1 Monday to 7, by UTC), factor_age (seconds since the second factor was shown), road (api, key, sql, service).
-- What is not known is not there.
create or replace function private.request_context() returns jsonb
language plpgsql stable parallel safe security definer
set search_path = ''
as $$
declare
  who record := private.identity();
  s private.sessions;
begin
  if who.session_id is not null and who.kind in ('user', 'operator') then
    select * into s from private.sessions x where x.id = who.session_id;
  end if;
  return jsonb_strip_nulls(jsonb_build_object(
    'network', case when who.kind = 'sql' then host(inet_client_addr()) else host(s.ip) end,
    'time', clock_timestamp(),
    'weekday', extract(isodow from clock_timestamp() at time zone 'UTC')::int,
    'factor_age', floor(extract(epoch from clock_timestamp() - s.factor_at)),
    'road', case who.kind when 'user' then 'api' when 'operator' then 'api' else who.kind end));
end
$$;
comment on function private.request_context() is 'Context of whoever is asking, for conditions: network, time, weekday, factor_age, road.';
revoke execute on function private.request_context() from public;
