--! owner: cadastre_system
-- No dataset goes while a hold covers it or a row of it, whichever road its end takes. Owned by the system role: an
-- organization's end comes without a claim for it.
create or replace function data.tg_datasets__held() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  h data.legal_holds;
begin
  select * into h from data.legal_holds x
   where x.org_id = old.org_id and x.released_at is null and (x.dataset_id is null or x.dataset_id = old.id)
   order by x.placed_at limit 1;
  if h.id is not null then
    perform core.raise('RT001', format('the dataset %s is under a legal hold since %s', old.name, to_char(h.placed_at at time zone 'UTC', 'YYYY-MM-DD')),
      format('Hold %s: %s. Whoever placed it can release it.', h.id, left(h.reason, 200)));
  end if;
  return old;
end
$$;
comment on function data.tg_datasets__held() is 'Trigger: refuses the end of a dataset under legal hold. Error RT001.';
revoke execute on function data.tg_datasets__held() from public;
grant execute on function data.tg_datasets__held() to cadastre_owner;
