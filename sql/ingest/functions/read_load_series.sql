-- A series of a dataset's loads: row_count and score of each check, duration (seconds from its start to its end) and
-- freshness (hours since the load before), and of a field null_share, mean and distinct of the profile made after it. Means
-- and counts would tell of rows that somebody sees only in part, so that is refused.
create or replace function ingest.read_load_series(dataset_id uuid, measure text, field text default null, points int default 10000)
returns table (moment timestamptz, value double precision)
language plpgsql stable security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  org uuid := private.org_id();
  wanted int := least(greatest(read_load_series.points, 0), 1000000);
begin
  perform core.require('quality.view');
  perform data.dataset_names(read_load_series.dataset_id);
  perform data.require_on('quality.monitor', read_load_series.dataset_id);
  perform quality.require_whole(read_load_series.dataset_id);
  case
  when read_load_series.measure in ('row_count', 'score') then
    return query select x.moment, x.value from (
      select s.checked_at as moment, (case when read_load_series.measure = 'score' then s.score else s.row_count end)::double precision as value
        from quality.scores s where s.org_id = org and s.dataset_id = read_load_series.dataset_id and s.run_id is not null
       order by s.checked_at desc limit wanted) x order by x.moment;
  when read_load_series.measure in ('duration', 'freshness') then
    return query select x.moment, x.value from (
      select r.finished_at as moment, (extract(epoch from case when read_load_series.measure = 'duration' then r.finished_at - r.started_at
               else r.finished_at - lag(r.finished_at) over (order by r.finished_at) end)
               / case when read_load_series.measure = 'duration' then 1 else 3600 end)::double precision as value
        from ingest.runs r where r.org_id = org and r.dataset_id = read_load_series.dataset_id and r.status = 'succeeded'
       order by r.finished_at desc limit wanted) x where x.value is not null order by x.moment;
  when read_load_series.measure in ('null_share', 'mean', 'distinct') then
    return query select x.moment, x.value from (
      select p.made_at as moment, (case read_load_series.measure when 'mean' then c.mean when 'distinct' then c.distinct_count
                else (c.nulls + c.empties)::numeric / nullif(c.row_count, 0) end)::double precision as value
        from quality.profiles p
        join quality.column_profiles c on c.org_id = p.org_id and c.dataset_id = p.dataset_id and c.profile_id = p.id and c.field_name = read_load_series.field
       where p.org_id = org and p.dataset_id = read_load_series.dataset_id and p.run_id is not null
       order by p.made_at desc limit wanted) x where x.value is not null order by x.moment;
  else
    perform core.raise('QC003', format('%s is not a measure of loads', left(read_load_series.measure, 40)),
      'Name row_count, score, duration, freshness, or of a field null_share, mean, distinct.', 'measure');
  end case;
end
$$;
comment on function ingest.read_load_series(uuid, text, text, int) is
  'Series of a dataset''s loads in order of time: row_count, score (0 to 1), duration (s), freshness (hours since the load before); of a field null_share (0 to 1), mean, distinct. Needs quality.monitor and sight of the whole dataset. Errors: QC003, DS001.';
grant execute on function ingest.read_load_series(uuid, text, text, int) to cadastre_user, cadastre_worker;
