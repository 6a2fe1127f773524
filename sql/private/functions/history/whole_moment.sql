--! owner: cadastre_system
-- Asked once by every question about the past: are all versions in history that were in force at that moment (p_ever:
-- that ever were by then)? The moment, or an error that says which archive has the others (RT005) or that they were
-- removed (RT006). In `private`, because whoever may ask for rows need not see the dataset's archives.
create or replace function private.whole_moment(p_dataset uuid, p_at timestamptz, p_ever boolean default false) returns timestamptz
language plpgsql stable parallel safe security definer
set search_path = ''
as $$
declare
  org uuid := private.org_id();
  since timestamptz;
  a data.archives;
  others bigint;
begin
  select d.history_from into since from data.datasets d where d.org_id = org and d.id = p_dataset;
  if p_at < since or (p_ever and since is not null) then
    perform core.raise('RT006', format('what the rows said then is not known any more: versions before %s were removed', to_char(since at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS" UTC"')),
      'Ask for a later moment; the dataset''s retention rule says what is kept.');
  end if;
  select x.* into a from data.archives x
   where x.org_id = org and x.dataset_id = p_dataset and x.state = 'archived' and (p_ever or x.valid_to_max > p_at) and x.valid_from_min <= p_at
   order by x.valid_to_max limit 1;
  if a.id is not null then
    select count(*) into others from data.archives x
     where x.org_id = org and x.dataset_id = p_dataset and x.state = 'archived' and (p_ever or x.valid_to_max > p_at) and x.valid_from_min <= p_at;
    perform core.raise('RT005', format('versions of that moment are archived (%s)', case when others = 1 then 'archive ' || a.id else others || ' archives' end),
      format('Attach them, then ask again: cadastre archive attach --org <slug> --dataset <name> --at %s', to_char(p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')));
  end if;
  return p_at;
end
$$;
comment on function private.whole_moment(uuid, timestamptz, boolean) is 'The moment, or an error: versions of that moment are archived (RT005) or were removed (RT006).';
revoke execute on function private.whole_moment(uuid, timestamptz, boolean) from public;
grant execute on function private.whole_moment(uuid, timestamptz, boolean) to cadastre_user, cadastre_sql, cadastre_worker, cadastre_owner;
