-- What bringing rows back to earlier versions would do: pg_temp.cadastre_restore, one row each, and nothing written yet.
-- p_targets is a query of the key columns and
--   before$    the version to go back to; null: the row was not there
--   made$      the version that is to be undone: a later one is a conflict; or null, and conflict$ says it
--   missing$   the version to go back to is not kept any more, or there never was such a row
-- It adds now$ (the version in force, null: none), latest$ (the last version, a tombstone counts), mask$ (of the fields
-- that change) and effect$: insert, update, delete, unchanged or missing. A row that is as it was then already is no
-- conflict, whoever changed it meanwhile. So whoever asks a second time finds everything unchanged.
--
-- Renamed and widened fields need nothing here: history has been renamed and widened with them. Retired fields come back
-- too, in the table; no view shows them. Internal.
create or replace function data.plan_restores(p_dataset uuid, p_targets text) returns void
language plpgsql
set search_path = ''
set work_mem = '128MB'
as $$
declare
  n record := data.dataset_names(p_dataset);
  keys text[];
  listed text;
  same_row text;
  differs text;
  mask text;
begin
  keys := case when n.keyed then n.key_fields else '{file_id,source_line}' end;
  select string_agg(format('t.%I', k), ', '), string_agg(format('%%1$s.%1$I = t.%1$I', k), ' and ')
    into listed, same_row from unnest(keys) k;
  select coalesce(string_agg(format('c.%1$I is distinct from b.%1$I', f.name), ' or ') filter (where f.name <> all (keys)), 'false'),
         string_agg(case when f.name = any (keys) then '''0''' else format('case when c.%1$I is distinct from b.%1$I then ''1'' else ''0'' end', f.name) end,
                    ' || ' order by f.position)
    into differs, mask
    from data.fields f where f.org_id = n.org_id and f.dataset_id = p_dataset;
  drop table if exists pg_temp.cadastre_restore;
  execute format($q$
    create temp table cadastre_restore on commit drop as
    select %1$s, t.before$, c.version as now$, l.latest$, coalesce(t.conflict$, l.latest$ <> t.made$) as conflict$,
           case when t.missing$ then 'missing' when t.before$ is null and c.version is null then 'unchanged'
                when t.before$ is null then 'delete' when c.version is null then 'insert'
                when t.before$ = c.version or not (%2$s) then 'unchanged' else 'update' end as effect$,
           case when t.before$ < c.version then (%3$s)::bit varying end as mask$
      from (%4$s) t
      left join %5$s c on %6$s
      left join %7$s b on %8$s and b.version = t.before$
      left join lateral (select coalesce(c.version, (select max(h.version) from %7$s h where %9$s)) as latest$) l on true $q$,
    listed, differs, mask, p_targets, n.current_table, format(same_row, 'c'), n.history_table, format(same_row, 'b'), format(same_row, 'h'));
  -- The statements that write go by it: what it holds decides between the key's index and a hash.
  analyze pg_temp.cadastre_restore;
  update pg_temp.cadastre_restore set conflict$ = false where effect$ in ('unchanged', 'missing') and conflict$;
end
$$;
comment on function data.plan_restores(uuid, text) is 'Makes pg_temp.cadastre_restore: what going back to earlier versions would do. Internal.';
revoke execute on function data.plan_restores(uuid, text) from public;
