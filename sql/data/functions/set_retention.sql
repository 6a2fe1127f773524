-- How long superseded versions of a dataset stay: the newest so many of each row, and those superseded less than so many
-- days ago; both given, either keeps one. What is older is removed, or archived. All null: everything stays again.
create or replace function data.set_retention(dataset_id uuid, keep_versions int default null, keep_days int default null, action text default 'archive')
returns data.retention_rules
language plpgsql security definer
set search_path = ''
as $$
declare
  n record;
  r data.retention_rules;
begin
  perform core.require('compliance.edit');
  n := data.dataset_names(set_retention.dataset_id);
  if set_retention.keep_versions is null and set_retention.keep_days is null then
    delete from data.retention_rules x where x.org_id = n.org_id and x.dataset_id = set_retention.dataset_id;
    perform audit.record('retention.clear', 'dataset', set_retention.dataset_id::text);
    return null;
  end if;
  if coalesce(set_retention.keep_versions, 1) not between 1 and 1000000 or coalesce(set_retention.keep_days, 0) not between 0 and 36500
     or coalesce(set_retention.action, '') not in ('remove', 'archive') then
    perform core.raise('22023', 'the rule is out of bounds', 'Keep 1 to 1,000,000 versions, 0 to 36,500 days; the action is remove or archive.', 'action');
  end if;
  insert into data.retention_rules as x (org_id, dataset_id, keep_versions, keep_days, action, set_by)
  values (n.org_id, set_retention.dataset_id, set_retention.keep_versions, set_retention.keep_days, set_retention.action, private.user_id())
  on conflict on constraint retention_rules_pkey do update
    set keep_versions = excluded.keep_versions, keep_days = excluded.keep_days, action = excluded.action, set_by = excluded.set_by,
        set_at = clock_timestamp(), next_run_at = clock_timestamp()
  returning * into r;
  perform audit.record('retention.set', 'dataset', r.dataset_id::text,
    jsonb_build_object('keep_versions', r.keep_versions, 'keep_days', r.keep_days, 'action', r.action));
  return r;
end
$$;
comment on function data.set_retention(uuid, int, int, text) is
  'Sets how many versions and days of a dataset''s history stay and what becomes of older ones (remove, archive); nothing set: all stays. Needs compliance.edit. Errors: 22023, DS001.';
grant execute on function data.set_retention(uuid, int, int, text) to cadastre_user, cadastre_worker;
