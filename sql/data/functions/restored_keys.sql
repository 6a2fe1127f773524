-- Keys and new versions of what pg_temp.cadastre_restore wrote, for the change feed: null where they are more than it
-- keeps. Internal.
create or replace function data.restored_keys(p_dataset uuid) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  n record := data.dataset_names(p_dataset);
  listed text;
  keys jsonb;
  max_keys constant int := 5000;
begin
  select string_agg(format('u.%I', k), ', ') into listed from unnest(case when n.keyed then n.key_fields else '{file_id,source_line}' end) k;
  execute format($q$
    select case when count(*) <= $1 then jsonb_agg((select to_jsonb(k$) from (select %s, u.latest$ + 1 as version$) k$)) end
      from (select * from pg_temp.cadastre_restore r where r.effect$ in ('insert', 'update', 'delete') limit $1 + 1) u $q$, listed)
    into keys using max_keys;
  return keys;
end
$$;
comment on function data.restored_keys(uuid) is 'Keys that a restore wrote, for the change feed. Internal.';
revoke execute on function data.restored_keys(uuid) from public;
