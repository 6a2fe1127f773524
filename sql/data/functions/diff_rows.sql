-- The rows in which two moments of a dataset differ, for the platform API and the command line; in the organization's own
-- API and in SQL that is <dataset>_diff.
create or replace function data.diff_rows(dataset_id uuid, from_at timestamptz, to_at timestamptz default null, max_rows int default 1000)
returns table (key jsonb, change text, changed_fields text[], before jsonb, after jsonb, from_version int, to_version int)
language plpgsql stable security definer
set search_path = ''
as $$
declare
  n record;
  until timestamptz := coalesce(diff_rows.to_at, nullif(current_setting('cadastre.as_of', true), '')::timestamptz, now());
  most constant int := 10000;
begin
  perform data.require_on('record.view', diff_rows.dataset_id);
  n := data.dataset_names(diff_rows.dataset_id);
  perform data.check_moments(diff_rows.from_at, until);
  return query execute format('select * from %s.%I($1, $2) limit $3', n.org_schema, n.name || '_diff')
    using diff_rows.from_at, until, least(greatest(coalesce(diff_rows.max_rows, 1000), 1), most);
end
$$;
comment on function data.diff_rows(uuid, timestamptz, timestamptz, int) is
  'Rows in which two moments of a dataset differ, by key, at most 10,000: change is added, changed, removed or restored, with the values before and after. Needs record.view. Errors: DS001, HS004, 42501.';
revoke execute on function data.diff_rows(uuid, timestamptz, timestamptz, int) from public;
grant execute on function data.diff_rows(uuid, timestamptz, timestamptz, int) to cadastre_user, cadastre_worker;
