--! owner: cadastre_system
-- What a policy would do, before it is made: "12 of 340 rows" of a dataset for a row filter (seen) or a mask (masked), or
-- members for a permit or forbid. Counted within what whoever asks sees themselves, with a few of the rows; as_user: whose
-- attributes the condition asks for, else the asker's own.
create or replace function access.preview_policy(kind text, condition jsonb, dataset uuid default null, as_user uuid default null)
returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
declare
  org uuid := private.org_id();
  who uuid := coalesce(as_user, private.user_id());
  attributes jsonb;
  max_sample constant int := 10;
begin
  perform core.require('role.security');
  perform private.check_condition(condition, dataset, kind in ('row_filter', 'mask'));
  attributes := private.user_attributes(org, who);
  if attributes is null then
    perform core.raise('AC042', 'whoever the policy is tried as is no member', 'Name a member of your organization.', 'as_user');
  elsif kind in ('permit', 'forbid') then
    return (
      select jsonb_build_object('matching', count(*) filter (where x.met), 'total', count(*),
               'sample', coalesce((jsonb_agg(x.email order by x.email) filter (where x.met)), '[]'))
        from (select u.email::text as email,
                     private.evaluate_condition(condition, private.user_attributes(org, m.user_id),
                       private.dataset_attributes(org, dataset::text), private.request_context()) is not distinct from true as met
                from access.memberships m join access.users u on u.id = m.user_id
               where m.org_id = org and m.status = 'active'
               order by u.email limit 1000) x);
  elsif kind is null or kind not in ('row_filter', 'mask') then
    perform core.raise('AC041', format('there is no policy of the kind %L', left(kind, 60)), 'Use row_filter, mask, permit or forbid.', 'kind');
  elsif dataset is null then
    perform core.raise('AC042', 'the preview needs a dataset', 'Name the dataset whose rows are to be counted.', 'dataset');
  end if;
  return private.preview_rows(dataset, private.bind_user(condition, attributes), kind = 'mask', max_sample);
end
$$;
comment on function access.preview_policy(text, jsonb, uuid, uuid) is
  '{matching, total, sample}: rows (or members) that a policy''s condition would mean, within the asker''s own sight. Needs role.security. Errors: AC040 to AC042.';
revoke execute on function access.preview_policy(text, jsonb, uuid, uuid) from public;
grant execute on function access.preview_policy(text, jsonb, uuid, uuid) to cadastre_user, cadastre_worker;
