--! owner: cadastre_jobs
-- Which of these jobs the queue does not have, or has given up.
create or replace function core.missing_jobs(keys text[]) returns text[]
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return array(select k from unnest(keys) k where not exists (select from graphile_worker._private_jobs j where j.key = k and j.attempts < j.max_attempts));
end
$$;
comment on function core.missing_jobs(text[]) is 'Those of the given job keys that no job in the queue has which would still be tried.';
revoke execute on function core.missing_jobs(text[]) from public;
grant execute on function core.missing_jobs(text[]) to cadastre_system;
