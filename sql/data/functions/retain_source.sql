-- SQL of the superseded versions that a dataset's rule does not keep, oldest first, at most p_limit (data.beyond_retention).
-- Internal.
create or replace function data.retain_source(p_dataset uuid, p_limit int) returns text
language plpgsql stable
set search_path = ''
as $$
declare
  r data.retention_rules;
begin
  select * into r from data.retention_rules x where x.org_id = private.org_id() and x.dataset_id = p_dataset;
  return data.beyond_retention(p_dataset, r.keep_versions, r.keep_days, p_limit);
end
$$;
comment on function data.retain_source(uuid, int) is 'SQL of versions beyond a dataset''s retention. Internal.';
revoke execute on function data.retain_source(uuid, int) from public;
