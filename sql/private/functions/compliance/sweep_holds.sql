--! owner: cadastre_system
-- Holds whose end comes near are told to those who may approve compliance, once; those whose end is there and was told long
-- enough before lapse. Nothing else asks for the date: a hold protects until its lapse is on record, also where no worker
-- ran for weeks. Over all organizations, in batches.
create or replace function private.sweep_holds(out noticed int, out lapsed int)
language plpgsql security definer
set search_path = ''
as $$
declare
  h data.legal_holds;
  told int;
  -- Told in the eighth day before the end, and seven whole days before it at least.
  from_when constant interval := '8 days';
  notice constant interval := '7 days';
  batch constant int := 1000;
begin
  perform core.require('platform.manage');
  noticed := 0;
  lapsed := 0;
  for h in
    select * from data.legal_holds x
     where x.released_at is null and x.noticed_at is null and x.ends_at <= clock_timestamp() + from_when
     order by x.ends_at limit batch for update skip locked
  loop
    -- The end waits for the notice, not the notice for the end.
    update data.legal_holds x set noticed_at = clock_timestamp(), ends_at = greatest(x.ends_at, clock_timestamp() + notice)
     where x.org_id = h.org_id and x.id = h.id returning * into h;
    told := private.tell_compliance(h.org_id, 'hold.ending', 'hold', h.id::text, h.dataset_id,
      format('The legal hold on %s ends on %s', private.hold_place(h), to_char(h.ends_at at time zone 'UTC', 'YYYY-MM-DD')),
      'Then retention and erasures may remove what it covers. Give it another end, or none, if it is still needed.', '/holds',
      jsonb_build_object('holdId', h.id, 'datasetId', h.dataset_id, 'endsAt', h.ends_at));
    perform audit.record('hold.notice', 'hold', h.id::text, jsonb_build_object('dataset', h.dataset_id, 'ends_at', h.ends_at, 'told', told), h.org_id);
    noticed := noticed + 1;
  end loop;
  for h in
    select * from data.legal_holds x
     where x.released_at is null and x.ends_at <= clock_timestamp() and x.noticed_at is not null
     order by x.ends_at limit batch for update skip locked
  loop
    update data.legal_holds x
       set released_at = clock_timestamp(), lapsed = true, release_reason = 'it ended on its date', keys = null
     where x.org_id = h.org_id and x.id = h.id;
    told := private.tell_compliance(h.org_id, 'hold.lapsed', 'hold', h.id::text, h.dataset_id,
      format('The legal hold on %s has ended', private.hold_place(h)), 'Retention and erasures may remove what it covered.', '/holds',
      jsonb_build_object('holdId', h.id, 'datasetId', h.dataset_id, 'endsAt', h.ends_at));
    perform audit.record('hold.lapse', 'hold', h.id::text, jsonb_build_object('dataset', h.dataset_id, 'ends_at', h.ends_at, 'noticed_at', h.noticed_at, 'told', told), h.org_id);
    lapsed := lapsed + 1;
  end loop;
end
$$;
comment on function private.sweep_holds() is 'Tells of legal holds that are about to end, and ends those whose end was told; how many of each. Needs platform.manage.';
revoke execute on function private.sweep_holds() from public;
grant execute on function private.sweep_holds() to cadastre_worker;
