-- Drops what a run landed, of generations up to the given one; what a frozen worker holds is left to the sweeper. Internal.
create or replace function ingest.drop_landing(p_run uuid, p_generation int) returns void
language plpgsql
set search_path = ''
as $$
declare
  t record;
begin
  for t in
    select c.relname from pg_catalog.pg_class c
     where c.relnamespace = 'landing'::regnamespace and c.relkind = 'r'
       and c.relname like 'r' || replace(p_run::text, '-', '') || '\_%'
       and split_part(c.relname, '_', 2)::int <= p_generation
  loop
    perform ingest.try_drop_landing(t.relname);
  end loop;
end
$$;
comment on function ingest.drop_landing(uuid, int) is 'Drops a run''s landing tables up to a generation. Internal.';
