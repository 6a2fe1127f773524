--! owner: cadastre_system
-- Takes away the rows whose reason ended by time alone (a grant that ran out), which no trigger sees: those members are
-- asked the short question again. As in private.tg_exceptions__note, one statement decides by the snapshot that it
-- deletes by, so a reason that comes into being at the same time keeps the row of its own.
create or replace function private.sweep_exceptions() returns bigint
language plpgsql security definer
set search_path = ''
as $$
declare
  swept bigint;
  batch constant int := 10000;
begin
  perform core.require('platform.manage');
  delete from private.exceptions e
   where e.id in (select x.id from private.exceptions x order by x.id limit batch for update skip locked)
     and not private.exceptional(e.about);
  get diagnostics swept = row_count;
  return swept;
end
$$;
comment on function private.sweep_exceptions() is 'Forgets about whom nothing is out of the ordinary any more; returns how many rows went. Needs platform.manage.';
revoke execute on function private.sweep_exceptions() from public;
grant execute on function private.sweep_exceptions() to cadastre_worker;
