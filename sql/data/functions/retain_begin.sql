-- Begins a dataset's retention: what its rule asks for, and whether something stands against it (a hold on it or on the
-- organization; an archive that somebody has attached). It is due again tomorrow, or when retain_end says so.
create or replace function data.retain_begin(p_dataset uuid, out action text, out refused text)
language plpgsql security definer
set search_path = ''
as $$
declare
  org uuid := private.org_id();
begin
  perform core.require('run.execute');
  update data.retention_rules r set next_run_at = clock_timestamp() + interval '1 day'
   where r.org_id = org and r.dataset_id = p_dataset returning r.action into retain_begin.action;
  if exists (select from data.legal_holds h where h.org_id = org and h.released_at is null and h.keys is null and (h.dataset_id is null or h.dataset_id = p_dataset)) then
    refused := 'held';
  elsif exists (select from data.archives a where a.org_id = org and a.dataset_id = p_dataset and a.state = 'attached' and a.attached_until > clock_timestamp()) then
    refused := 'attached';
  end if;
end
$$;
comment on function data.retain_begin(uuid) is 'Begins a dataset''s retention. For the worker.';
revoke execute on function data.retain_begin(uuid) from public;
grant execute on function data.retain_begin(uuid) to cadastre_worker;
