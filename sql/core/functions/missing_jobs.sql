--! owner: cadastre_jobs
-- Which of these jobs the queue does not have.
create or replace function core.missing_jobs(keys text[]) returns text[]
language plpgsql stable security definer
set search_path = ''
as $$
begin
  return array(select k from unnest(keys) k where not exists (select from graphile_worker._private_jobs j where j.key = k));
end
$$;
comment on function core.missing_jobs(text[]) is 'Those of the given job keys that no job in the queue has.';
revoke execute on function core.missing_jobs(text[]) from public;
grant execute on function core.missing_jobs(text[]) to cadastre_system;
