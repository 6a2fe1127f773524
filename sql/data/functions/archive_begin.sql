-- Begins an archive: its row, which names the file before there is one. Rows that earlier tries have left so go, and with
-- them their files. No row: nothing is to be archived. The contract's fields are kept as they are now.
create or replace function data.archive_begin(p_dataset uuid) returns data.archives
language plpgsql security definer
set search_path = '' set timezone = 'UTC' set datestyle = 'ISO, YMD'
as $$
declare
  n record;
  a data.archives;
  any_left boolean;
begin
  perform core.require('run.execute');
  n := data.dataset_names(p_dataset);
  delete from data.archives x where x.org_id = n.org_id and x.dataset_id = p_dataset and x.state = 'writing';
  execute format('select exists (%s)', data.retain_source(p_dataset, 1)) into any_left;
  -- What came back while retention is at work is not taken away again at once.
  if not any_left or exists (select from data.archives x where x.org_id = n.org_id and x.dataset_id = p_dataset and x.state = 'attached'
                                and x.attached_until > clock_timestamp()) then
    return null;
  end if;
  a.id := uuidv7();
  insert into data.archives (org_id, id, dataset_id, object_key, fields)
  select n.org_id, a.id, p_dataset, format('org/%s/archives/%s/%s.parquet', n.org_id, p_dataset, a.id), jsonb_agg(jsonb_build_object('name', f.name, 'position', f.position, 'type', f.type) order by f.position)
    from data.fields f where f.org_id = n.org_id and f.dataset_id = p_dataset
  returning * into a;
  return a;
end
$$;
comment on function data.archive_begin(uuid) is 'Begins an archive; null where nothing is beyond the dataset''s retention. For the worker.';
revoke execute on function data.archive_begin(uuid) from public;
grant execute on function data.archive_begin(uuid) to cadastre_worker;
