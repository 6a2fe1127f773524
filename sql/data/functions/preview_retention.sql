-- What a run would move with such a rule, were it run now: how many versions, of which days or months, and what stands
-- against it. Counted as a run selects them (data.beyond_retention), up to a bound, so that a form may ask while somebody
-- types. Times are the organization's; the spans are at most 62.
create or replace function data.preview_retention(dataset_id uuid, keep_versions int default null, keep_days int default null) returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
declare
  org uuid := private.org_id();
  zone text;
  source text;
  result jsonb;
  most constant int := 100000;
begin
  perform core.require('compliance.view');
  perform data.require_on('dataset.view', preview_retention.dataset_id);
  if preview_retention.keep_versions is null and preview_retention.keep_days is null then
    perform core.raise('22023', 'the rule keeps everything', 'Give versions, days, or both.', 'keepVersions');
  elsif coalesce(preview_retention.keep_versions, 1) not between 1 and 1000000 or coalesce(preview_retention.keep_days, 0) not between 0 and 36500 then
    perform core.raise('22023', 'the rule is out of bounds', 'Keep 1 to 1,000,000 versions, 0 to 36,500 days.', 'keepVersions');
  end if;
  select coalesce(o.time_zone, 'UTC') into zone from tenancy.organizations o where o.id = org;
  source := data.beyond_retention(preview_retention.dataset_id, preview_retention.keep_versions, preview_retention.keep_days, most + 1);
  execute format($q$
    with v as (select (s.valid_to at time zone %1$L) as t from (%2$s) s),
    bounds as (select count(*) as n, min(t) as oldest, max(t) as newest from v),
    unit as (select case when newest - oldest <= interval '60 days' then 'day' when newest - oldest <= interval '60 months' then 'month' else 'year' end as u from bounds)
    select jsonb_build_object(
      'versions', least(n, %3$s), 'more', n > %3$s,
      'oldest', oldest at time zone %1$L, 'newest', newest at time zone %1$L, 'unit', u,
      'spans', (select coalesce(jsonb_agg(jsonb_build_object('from', to_char(x.d, 'YYYY-MM-DD'), 'versions', x.c) order by x.d), '[]')
                  from (select date_trunc(u, v.t) as d, count(*) as c from v group by 1 order by 1 limit 62) x))
      from bounds, unit $q$, zone, source, most) into result;
  return result || jsonb_build_object(
    'timeZone', zone,
    'held', (select jsonb_build_object('id', h.id, 'reason', h.reason, 'placedAt', h.placed_at, 'placedBy', (select u.email from access.users u where u.id = h.placed_by),
                                       'whole', h.dataset_id is null)
               from data.legal_holds h
              where h.org_id = org and h.released_at is null and h.row_count is null and (h.dataset_id is null or h.dataset_id = preview_retention.dataset_id)
              order by h.placed_at limit 1),
    'heldRows', (select coalesce(sum(h.row_count), 0) from data.legal_holds h
                  where h.org_id = org and h.released_at is null and h.dataset_id = preview_retention.dataset_id),
    'attachedUntil', (select max(a.attached_until) from data.archives a
                       where a.org_id = org and a.dataset_id = preview_retention.dataset_id and a.state = 'attached' and a.attached_until > clock_timestamp()));
end
$$;
comment on function data.preview_retention(uuid, int, int) is
  'What a run of retention with so many versions and days would move now: {versions, more (than counted), oldest, newest, unit (day, month, year), spans: [{from, versions}], timeZone, held: {id, reason, placedAt, placedBy, whole}, heldRows, attachedUntil}. Needs compliance.view, and dataset.view on the dataset. Errors: 22023, DS001.';
grant execute on function data.preview_retention(uuid, int, int) to cadastre_user, cadastre_worker;
