-- Whoever may read a dataset's rows may look at what they said at a moment whose versions are archived: the archives that
-- the moment needs come back into history for an hour after the last look (at most a day after they came), then retention
-- archives them again. Through history and not beside it, because there are the policies, filters and masks of every road.
-- Needs less than attach_archive, which keeps archives where they are for as long as somebody says. Asked again it tells how
-- far it is; what has failed is tried again with retry alone, so that who waits hears of it.
create or replace function data.look_at_moment(dataset_id uuid, moment timestamptz, retry boolean default false) returns jsonb
language plpgsql security definer
set search_path = ''
as $$
declare
  org uuid := private.org_id();
  most constant int := 200;
  lasts constant interval := interval '1 hour';
  at_most constant interval := interval '1 day';
  -- A job that has not answered for so long is asked for anew.
  patience constant interval := interval '15 minutes';
  until timestamptz := clock_timestamp() + lasts;
  a record;
  waiting int;
  versions bigint;
  asked int := 0;
  failed jsonb;
begin
  perform data.require_on('record.view', look_at_moment.dataset_id);
  perform data.dataset_names(look_at_moment.dataset_id);
  select count(*), coalesce(sum(x.row_count), 0) into waiting, versions from data.archives x
   where x.org_id = org and x.dataset_id = look_at_moment.dataset_id and x.state = 'archived'
     and x.valid_from_min <= look_at_moment.moment and x.valid_to_max > look_at_moment.moment;
  if waiting > most then
    perform core.raise('RT011', format('that moment lies in %s archives; %s can be looked at at once', waiting, most),
      'Ask for a moment near to it, or ask who may edit compliance to attach the archives.', 'moment');
  end if;
  for a in
    select x.id from data.archives x
     where x.org_id = org and x.dataset_id = look_at_moment.dataset_id and x.state = 'archived'
       and x.valid_from_min <= look_at_moment.moment and x.valid_to_max > look_at_moment.moment
       and (x.attach_asked_at is null and (x.attach_error is null or look_at_moment.retry) or x.attach_asked_at < clock_timestamp() - patience)
     order by x.valid_to_max for update
  loop
    update data.archives x
       set attach_asked_at = clock_timestamp(), attach_error = null, attached_by = private.user_id(),
           attached_until = greatest(x.attached_until, until)
     where x.org_id = org and x.id = a.id;
    perform core.enqueue('data__attach', json_build_object('orgId', org, 'archiveId', a.id), null, 'attach:' || a.id);
    asked := asked + 1;
  end loop;
  -- What is there stays while it is looked at; written only now and then.
  update data.archives x set attached_until = least(until, x.attached_at + at_most)
   where x.org_id = org and x.dataset_id = look_at_moment.dataset_id and x.state = 'attached'
     and x.valid_from_min <= look_at_moment.moment and x.valid_to_max > look_at_moment.moment
     and x.attached_until between clock_timestamp() and until - interval '5 minutes'
     and x.attached_until < x.attached_at + at_most;
  select x.attach_error into failed from data.archives x
   where x.org_id = org and x.dataset_id = look_at_moment.dataset_id and x.state = 'archived' and x.attach_error is not null
     and x.valid_from_min <= look_at_moment.moment and x.valid_to_max > look_at_moment.moment
   order by x.valid_to_max limit 1;
  if asked > 0 then
    perform audit.record('history.look', 'dataset', look_at_moment.dataset_id::text,
      jsonb_build_object('moment', to_char(look_at_moment.moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'archives', asked));
  end if;
  return jsonb_build_object('waiting', waiting, 'versions', versions, 'until', until, 'error', failed);
end
$$;
comment on function data.look_at_moment(uuid, timestamptz, boolean) is
  'Brings the archived versions of a moment back into history for an hour, for whoever may read the rows: {waiting (archives still to come), versions, until, error}. Ask again until nothing is waiting. Needs record.view on the dataset. Errors: DS001, RT011.';
grant execute on function data.look_at_moment(uuid, timestamptz, boolean) to cadastre_user, cadastre_worker;
