--! owner: cadastre_system
-- Datasets that became older than they may be: once told, then looked at each minute until they are fresh again. One that
-- was never loaded counts from when the bound was set. An index on the next look, so this costs what is due.
create or replace function ingest.check_freshness(p_limit int default 200) returns int
language plpgsql security definer
set search_path = ''
as $$
declare
  f record;
  late timestamptz;
  told int := 0;
  -- In a variable: compared with the volatile clock_timestamp() itself, the index would be read to its end.
  moment timestamptz := clock_timestamp();
  again constant interval := '1 minute';
begin
  perform core.require('platform.manage');
  for f in
    select x.org_id, x.dataset_id, x.max_age, x.late_since, d.name, d.loaded_at, greatest(coalesce(d.loaded_at, x.set_at), '-infinity') as since
      from ingest.freshness x join data.datasets d on d.org_id = x.org_id and d.id = x.dataset_id
     where x.check_at <= moment order by x.check_at limit p_limit for no key update of x skip locked
  loop
    late := f.since + f.max_age;
    update ingest.freshness x
       set late_since = case when late <= clock_timestamp() then late end,
           check_at = case when late <= clock_timestamp() then clock_timestamp() + again else late end
     where x.org_id = f.org_id and x.dataset_id = f.dataset_id;
    if late > clock_timestamp() and f.late_since is not null then
      perform quality.settle_freshness(f.org_id, f.dataset_id, null, '');
    end if;
    if late <= clock_timestamp() and f.late_since is distinct from late then
      told := told + 1;
      perform quality.settle_freshness(f.org_id, f.dataset_id, late, format('it is to be loaded every %s', f.max_age));
      perform private.emit_event(f.org_id, 'dataset.late', 'warning', 'dataset', f.dataset_id::text, f.name, f.dataset_id,
        format('%s is late', f.name), format('It is to be loaded every %s; the last load was %s.', f.max_age,
          coalesce(to_char(f.loaded_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI "UTC"'), 'never')),
        '/datasets/' || f.dataset_id,
        jsonb_build_object('dataset', f.name, 'datasetId', f.dataset_id, 'lateSince', late, 'maxAgeSeconds', extract(epoch from f.max_age), 'loadedAt', f.loaded_at));
    end if;
  end loop;
  return told;
end
$$;
comment on function ingest.check_freshness(int) is 'Finds datasets that have become late and tells of them (dataset.late); gives how many. Needs platform.manage.';
revoke execute on function ingest.check_freshness(int) from public;
grant execute on function ingest.check_freshness(int) to cadastre_worker;
