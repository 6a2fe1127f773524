-- Begins an erasure, or goes on with it: looks the person's rows up once and keeps, until the end, how to know them
-- elsewhere. A request that nobody approved in time ends here, and what describes the person goes. Per dataset: `conditions`, typed values by field of which one must be contained in a record; `keys` of rows;
-- `texts`, what their versions ever said, by field. Returns {keys, texts} in numbers. No row: it is over, or not there.
create or replace function data.begin_erasure(p_erasure uuid) returns data.erasures
language plpgsql security definer
set search_path = '' set timezone = 'UTC' set datestyle = 'ISO, YMD'
as $$
declare
  org uuid := private.org_id();
  e data.erasures;
  s private.erasure_subjects;
  d uuid;
  known jsonb := '{}';
begin
  perform core.require('run.execute');
  update data.erasures x
     set state = 'refused', finished_at = clock_timestamp(),
         error = jsonb_build_object('code', 'RT014', 'message', 'nobody approved it in time', 'hint', 'Ask again, and ask somebody who may approve compliance.')
   where x.org_id = org and x.id = p_erasure and x.state = 'approval' and x.expires_at <= clock_timestamp() returning * into e;
  if e.id is not null then
    delete from private.erasure_subjects x where x.org_id = org and x.erasure_id = e.id;
    perform audit.record('erasure.expire', 'erasure', e.id::text, jsonb_build_object('datasets', e.dataset_ids), null, 'refused');
    return null;
  end if;
  update data.erasures x set state = 'running', error = null, started_at = coalesce(x.started_at, clock_timestamp())
   where x.org_id = org and x.id = p_erasure and x.state in ('queued', 'running', 'waiting') returning * into e;
  if e.id is null then
    return null;
  end if;
  select * into s from private.erasure_subjects x where x.org_id = org and x.erasure_id = p_erasure for update;
  if s.resolved is null then
    foreach d in array e.dataset_ids loop
      known := known || jsonb_build_object(d, data.find_subject(d, s.selections, null));
    end loop;
    if not e.dry_run or e.needs_approval then
      perform data.hold_refuse(r.key::uuid, k.value) from jsonb_each(known) r cross join jsonb_array_elements(r.value -> 'keys') k
        where exists (select from data.legal_holds h where h.org_id = org and h.released_at is null);
    end if;
    update private.erasure_subjects x set resolved = known where x.org_id = org and x.erasure_id = p_erasure;
    update data.erasures x
       set found = jsonb_build_object('rows', (select coalesce(sum(jsonb_array_length(r.value -> 'keys')), 0) from jsonb_each(known) r),
                                      'versions', (select coalesce(sum((r.value ->> 'versions')::int), 0) from jsonb_each(known) r))
     where x.org_id = org and x.id = p_erasure returning * into e;
  end if;
  return e;
end
$$;
comment on function data.begin_erasure(uuid) is 'Begins or continues an erasure; null where it is over. For the worker.';
revoke execute on function data.begin_erasure(uuid) from public;
grant execute on function data.begin_erasure(uuid) to cadastre_worker;
