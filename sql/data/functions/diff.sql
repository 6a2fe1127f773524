-- How two moments of a dataset differ, in numbers, as whoever asks may see it: counted over <dataset>_diff, so filters and
-- masks hold. Rows that differ in the end are counted, not changes on the way.
create or replace function data.diff(dataset_id uuid, from_at timestamptz, to_at timestamptz default null) returns jsonb
language plpgsql stable security definer
set search_path = ''
set work_mem = '64MB'
as $$
declare
  n record;
  until timestamptz := coalesce(diff.to_at, nullif(current_setting('cadastre.as_of', true), '')::timestamptz, now());
  told jsonb;
  present bigint;
  held bigint;
begin
  perform data.require_on('record.view', diff.dataset_id);
  n := data.dataset_names(diff.dataset_id);
  perform data.check_moments(diff.from_at, until);
  execute format($q$
    with d as materialized (select t.change, t.changed_fields, t.to_version from %s.%I($1, $2) t),
    c as (select f.name, f.position, count(x.field) as changed
            from data.fields f
            left join (select unnest(d.changed_fields) as field from d) x on x.field = f.name
           where f.org_id = $3 and f.dataset_id = $4 and f.retired_at is null
           group by f.name, f.position)
    select jsonb_build_object(
             'from', $1, 'to', $2,
             'added', count(*) filter (where change = 'added'), 'changed', count(*) filter (where change = 'changed'),
             'removed', count(*) filter (where change = 'removed'), 'restored', count(*) filter (where change = 'restored'),
             'columns', (select coalesce(jsonb_agg(jsonb_build_object('name', c.name, 'changed', c.changed) order by c.position), '[]') from c)),
           count(*) filter (where to_version is not null)
      from d $q$, n.org_schema, n.name || '_diff')
    into told, present using diff.from_at, until, n.org_id, diff.dataset_id;
  execute format('select count(*) from %s($1)', n.as_of_function) into held using until;
  return told || jsonb_build_object('unchanged', held - present);
end
$$;
comment on function data.diff(uuid, timestamptz, timestamptz) is
  'How two moments of a dataset differ: {from, to, added, changed, removed, restored, unchanged, columns: [{name, changed}]}; restored rows are those whose version in force a restore or undo made. Needs record.view. Errors: DS001, HS004, 42501.';
revoke execute on function data.diff(uuid, timestamptz, timestamptz) from public;
grant execute on function data.diff(uuid, timestamptz, timestamptz) to cadastre_user, cadastre_worker;
