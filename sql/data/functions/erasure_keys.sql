-- Rows that an erasure has found, by key. For the worker.
create or replace function data.erasure_keys(p_erasure uuid) returns table (dataset_id uuid, key jsonb)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform core.require('run.execute');
  return query
    select r.key::uuid, k.value
      from private.erasure_subjects s cross join jsonb_each(s.resolved) r cross join jsonb_array_elements(r.value -> 'keys') k
     where s.org_id = private.org_id() and s.erasure_id = p_erasure;
end
$$;
comment on function data.erasure_keys(uuid) is 'Keys of the rows that an erasure has found. For the worker.';
revoke execute on function data.erasure_keys(uuid) from public;
grant execute on function data.erasure_keys(uuid) to cadastre_worker;
