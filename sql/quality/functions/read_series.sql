-- A series out of a dataset: the measure's mean by moment, in order of time. For whom a filter or mask shows the rows only
-- in part it is refused: a mean would tell of the rest.
create or replace function quality.read_series(dataset_id uuid, measure text, "time" text, points int default 100000)
returns table (moment timestamptz, value double precision)
language plpgsql stable security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  n record;
  measured text;
  timed text;
  most constant int := 1000000;
begin
  perform core.require('quality.view');
  perform data.require_on('quality.monitor', read_series.dataset_id);
  n := data.dataset_names(read_series.dataset_id);
  perform quality.require_whole(read_series.dataset_id);
  select max(f.type) filter (where f.name = read_series.measure), max(f.type) filter (where f.name = read_series."time") into measured, timed
    from data.fields f where f.org_id = n.org_id and f.dataset_id = read_series.dataset_id and f.retired_at is null;
  if measured is null or measured !~ '^(integer|bigint|numeric)' then
    perform core.raise('QC003', format('%s is not a number of the dataset', left(read_series.measure, 60)), 'Name a field of numbers.', 'measure');
  end if;
  if timed is null or timed not in ('date', 'timestamptz') then
    perform core.raise('QC003', format('%s is not a date or moment of the dataset', left(read_series."time", 60)), 'Name a field of dates or moments.', 'time');
  end if;
  return query execute format(
    'select * from (select t.%1$I::timestamptz as moment, avg(t.%2$I)::double precision as value from %3$s t
      where t.%1$I is not null and t.%2$I is not null group by 1 order by 1 desc limit %4$s) x order by 1',
    read_series."time", read_series.measure, n.current_table, least(greatest(read_series.points, 0), most));
end
$$;
comment on function quality.read_series(uuid, text, text, int) is
  'Mean of a measure by moment, the newest so many points in order of time. Needs quality.monitor and sight of the whole dataset. Errors: QC003, DS001.';
grant execute on function quality.read_series(uuid, text, text, int) to cadastre_user, cadastre_worker;
