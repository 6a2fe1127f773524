-- Tells the index of history's times of what a large change has just superseded. PostgreSQL does it by itself with a later
-- vacuum, and until then as-of reads those pages whatever moment is asked for. Where the table is being vacuumed, that does
-- it, and nobody waits. Costs a read of the pages just written. Internal.
create or replace function data.summarize_history(p_dataset uuid, p_rows bigint) returns void
language plpgsql
set search_path = ''
as $$
declare
  n record;
  worth_it constant bigint := 1000;
begin
  if p_rows < worth_it then
    return;
  end if;
  n := data.dataset_names(p_dataset);
  begin
    execute format('lock table %s in share update exclusive mode nowait', n.history_table);
  exception when lock_not_available then
    return;
  end;
  perform pg_catalog.brin_summarize_new_values(i.indexrelid)
    from pg_catalog.pg_index i
    join pg_catalog.pg_class c on c.oid = i.indexrelid
    join pg_catalog.pg_am a on a.oid = c.relam
   where i.indrelid = n.history_table::regclass and a.amname = 'brin';
end
$$;
comment on function data.summarize_history(uuid, bigint) is 'Summarizes what a large change superseded, for as-of. Internal.';
revoke execute on function data.summarize_history(uuid, bigint) from public;
