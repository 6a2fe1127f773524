--! owner: cadastre_system
-- Keeps private.exceptions: whoever is exceptional has a row there, from the same commit on. Its argument is the column
-- that says whom a row is about.
--
-- Why nothing slips through when transactions run side by side: whoever makes somebody exceptional always adds a row of
-- their own, also beside others; and rows are taken away by one statement, which decides by the snapshot that it deletes
-- by. What it does not see of another transaction's reasons, it does not see of that one's rows either. A row too many
-- costs the long question, no more; so nobody waits to take one away, and one whose reason ended by time alone stays
-- until the next change about the same, or the worker's sweep (private.sweep_exceptions).
create or replace function private.tg_exceptions__note() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  whom uuid;
begin
  for whom in
    select distinct (r ->> tg_argv[0])::uuid
      from unnest(array[case when tg_op <> 'INSERT' then to_jsonb(old) end, case when tg_op <> 'DELETE' then to_jsonb(new) end]) r
     where r is not null
  loop
    insert into private.exceptions (about) select whom where private.exceptional(whom);
    if not found then
      delete from private.exceptions e
       where e.id in (select x.id from private.exceptions x where x.about = whom for update skip locked)
         and not private.exceptional(whom);
    end if;
  end loop;
  return null;
end
$$;
comment on function private.tg_exceptions__note() is 'Trigger: notes about whom the short question does not do.';
revoke execute on function private.tg_exceptions__note() from public;
grant execute on function private.tg_exceptions__note() to cadastre_owner;
