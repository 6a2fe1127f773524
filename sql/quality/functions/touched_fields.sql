-- Fields that differ in any of the rows that changed since a check (pg_temp.cadastre_delta), where each of them was there
-- before and is there now; null where rows came or went. A rule over other fields finds what it found. Internal.
create or replace function quality.touched_fields(p_dataset uuid) returns text[]
language plpgsql
set search_path = ''
as $$
declare
  n record := data.dataset_names(p_dataset);
  same text;
  differs text;
  touched text[];
begin
  select string_agg(format('o.%1$I = t.%1$I', k), ' and ') into same from unnest(case when n.keyed then n.key_fields else '{file_id,source_line}' end) k;
  select string_agg(format('case when bool_or(t.%1$I is distinct from o.%1$I) then %1$L end', f.name), ', ') into differs
    from data.fields f where f.org_id = n.org_id and f.dataset_id = p_dataset and f.retired_at is null;
  execute format($q$
    select case when 2 * count(*) = (select count(*) - 1 from pg_temp.cadastre_delta) then array_remove(array[%s]::text[], null) end
      from pg_temp.cadastre_delta t join pg_temp.cadastre_delta o on t.side$ = 'new' and o.side$ = 'old' and o.change_type <> 'delete' and %s $q$, differs, same)
    into touched;
  return touched;
end
$$;
comment on function quality.touched_fields(uuid) is 'Fields that differ in changed rows; null where rows came or went. Internal.';
