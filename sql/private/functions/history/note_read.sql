-- An answer of an organization's API with columns that are to be told of (under a mask, or tagged audit_reads): one event a
-- dataset, {columns, masked}, where masked are those that a mask binds for whoever reads. Called by the server before it
-- answers, as the reader. In `private`: nobody is to tell of reads that were none.
create or replace function private.note_read(p_columns jsonb) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  org uuid := private.org_id();
  c record;
begin
  if org is null then
    return;
  end if;
  for c in
    select d.id, x.value as columns from jsonb_each(p_columns) x join data.datasets d on d.org_id = org and d.name = x.key limit 100
  loop
    perform audit.record('record.read', 'dataset', c.id::text,
      jsonb_build_object('columns', c.columns, 'masked', data.masked_for_reader(c.id, c.columns)));
  end loop;
end
$$;
comment on function private.note_read(jsonb) is 'Records the reading of columns, {dataset: [column]}. For the server.';
revoke execute on function private.note_read(jsonb) from public;
grant execute on function private.note_read(jsonb) to cadastre_user;
