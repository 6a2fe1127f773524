-- Refuses where a hold in force covers the dataset, or the row where a key is given. Says which hold, since when and why:
-- whoever may remove may know what stands against it. Error RT001.
create or replace function data.hold_refuse(p_dataset uuid, p_key jsonb) returns void
language plpgsql stable
set search_path = ''
as $$
declare
  n record := data.dataset_names(p_dataset);
  h data.legal_holds;
  wanted jsonb := case when p_key is not null then data.hold_key(p_dataset, p_key) end;
begin
  select * into h from data.legal_holds x
   where x.org_id = n.org_id and x.released_at is null
     and (x.dataset_id is null or x.dataset_id = p_dataset and (x.keys is null or wanted is null or x.keys @> jsonb_build_array(wanted)))
   order by x.placed_at limit 1;
  if h.id is not null then
    perform core.raise('RT001', format('%s is under a legal hold since %s, placed by %s', case when h.keys is null then n.name else 'a row of ' || n.name end,
        to_char(h.placed_at at time zone 'UTC', 'YYYY-MM-DD'), coalesce((select u.email::text from access.users u where u.id = h.placed_by), 'the organization''s service')),
      format('Hold %s: %s.%s It can be released by whoever may approve compliance.', h.id, left(h.reason, 200),
        coalesce(' It ends on ' || to_char(h.ends_at at time zone 'UTC', 'YYYY-MM-DD') || '.', '')));
  end if;
end
$$;
comment on function data.hold_refuse(uuid, jsonb) is 'Raises RT001 where a hold in force covers the dataset, or the row with that key. Internal.';
revoke execute on function data.hold_refuse(uuid, jsonb) from public;
