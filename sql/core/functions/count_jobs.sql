--! owner: cadastre_jobs
-- Jobs of the queue by state: due and not begun, under way, put off, given up. At most so many of each are counted.
create or replace function core.count_jobs(most int) returns table (state text, jobs bigint)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return query
    select 'due', count(*) from (select from graphile_worker._private_jobs j where j.is_available and j.run_at <= clock_timestamp() limit most) x
    union all
    select 'running', count(*) from (select from graphile_worker._private_jobs j where j.locked_at is not null limit most) x
    union all
    select 'later', count(*) from (select from graphile_worker._private_jobs j where j.is_available and j.run_at > clock_timestamp() limit most) x
    union all
    select 'given_up', count(*) from (select from graphile_worker._private_jobs j where j.attempts >= j.max_attempts and j.locked_at is null limit most) x;
end
$$;
comment on function core.count_jobs(int) is 'Jobs of the queue by state (due, running, later, given_up), each counted up to a bound.';
revoke execute on function core.count_jobs(int) from public;
grant execute on function core.count_jobs(int) to cadastre_system;
