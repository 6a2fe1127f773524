-- The rows of a dataset that changed since a check, as they were for it (side$ old) and as they are (new), found by key:
-- pg_temp.cadastre_delta, with a row (seen) whose note$ tells {snapshot, rows, known, lacking, olds}. All of it is one
-- statement, so of one snapshot, which the next check goes on from. A tombstone among the old means that there was no row.
--
-- Each change tells its keys with the version before: loads in private.checked_keys, edits and undos in private.change_keys;
-- a file that was appended is its rows' key. Of a key that changed more than once the first change tells what the check saw.
--
-- Null where it does not add up, or would cost more than asking all rows: the change feed was cleared since, a load told no
-- keys (a first one, a very large one), versions are not kept any more, somebody wrote past the change feed. In `private`,
-- because rules may not know of `ingest`. Internal.
create or replace function private.changed_rows(p_dataset uuid, p_snapshot pg_snapshot, p_txid xid8, p_saw_own boolean, p_rows bigint) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  n record := data.dataset_names(p_dataset);
  changed constant text := $q$c.org_id = $1 and c.dataset_id = $2 and c.txid >= pg_snapshot_xmin($3)
    and case when c.txid = $4 then not $5 else not pg_visible_in_snapshot(c.txid, $3) end$q$;
  columns text;
  blanks text;
  parts record;
  told bigint;
  now_ pg_snapshot;
  seen jsonb;
  most constant bigint := 100000;
begin
  execute format('select coalesce(sum(c.inserted_rows + c.updated_rows + c.deleted_rows), 0), pg_current_snapshot() from ingest.changes c where %s', changed)
    into told, now_ using n.org_id, p_dataset, p_snapshot, p_txid, p_saw_own;
  if told > least(most, greatest(p_rows / 10, 1000))
     or exists (select from private.change_horizons h where h.org_id = n.org_id and not pg_visible_in_snapshot(h.txid, p_snapshot)) then
    return null;
  elsif told = 0 and private.versions_since(n.org_id, array[p_dataset], p_snapshot, p_txid, p_saw_own) = 0 then
    return jsonb_build_object('snapshot', now_, 'rows', 0);
  end if;
  select string_agg(format('%%1$s.%I', a.attname), ', ' order by a.attnum), string_agg(format('null::%s', format_type(a.atttypid, a.atttypmod)), ', ' order by a.attnum)
    into columns, blanks
    from pg_catalog.pg_attribute a
   where a.attrelid = n.current_table::regclass and a.attnum > 0 and not a.attisdropped and a.attname not in ('org_id', 'data_hash', 'change_mask');
  select string_agg(format('(x.v ->> %s)::%s as k%s', k.no - 1, k.type, k.no), ', ') as by_place, count(*) as many,
         string_agg(format('(x.v ->> %L)::%s as k%s', k.name, k.type, k.no), ', ') as by_name,
         string_agg('k' || k.no, ', ' order by k.no) as keys, string_agg(format('%%1$s.%I = f.k%s', k.name, k.no), ' and ') as same
    into parts
    from (select w.name, w.no, coalesce(f.type, case w.name when 'file_id' then 'uuid' else 'bigint' end) as type
            from unnest(case when n.keyed then n.key_fields else '{file_id,source_line}' end) with ordinality w (name, no)
            left join data.fields f on f.org_id = n.org_id and f.dataset_id = p_dataset and f.name = w.name) k;
  drop table if exists pg_temp.cadastre_delta;
  execute format($q$
    create temp table cadastre_delta on commit drop as
    with entries as materialized (
      select c.number, c.kind, c.run_id, c.inserted_rows + c.updated_rows + c.deleted_rows as rows, k.keys as checked, e.keys as edited
        from ingest.changes c
        left join private.checked_keys k on k.org_id = c.org_id and k.number = c.number
        left join private.change_keys e on e.org_id = c.org_id and e.number = c.number and c.kind <> 'load'
       where %1$s
    ), named as (
      select e.number, %2$s, (x.v ->> %3$s)::int as before$ from entries e cross join jsonb_array_elements(e.checked) x (v)
      union all
      select e.number, %4$s, (x.v ->> 'version$')::int - 1 from entries e cross join jsonb_array_elements(e.edited) x (v) where e.checked is null
      %5$s
    ), firsts as materialized (
      select distinct on (%6$s) * from named order by %6$s, number
    )
    select 'new' as side$, null::jsonb as note$, %7$s from firsts f join %8$s t on %9$s
    union all
    select 'old', null, %10$s from firsts f join %11$s h on %12$s and h.version = f.before$
    union all
    select 'seen', jsonb_build_object('snapshot', pg_current_snapshot(), 'rows', (select coalesce(sum(rows), 0) from entries),
             'lacking', (select count(*) from entries where checked is null and edited is null and not (%13$L::boolean and kind = 'load')),
             'unversioned', (select count(*) from firsts where before$ is null),
             'olds', (select count(*) from firsts where before$ > 0)), %14$s $q$,
    changed, parts.by_place, parts.many, parts.by_name,
    case when not n.keyed then format($q$
      union all
      select e.number, t.file_id, t.source_line, 0
        from entries e join ingest.runs r on r.org_id = $1 and r.id = e.run_id
        join (select file_id, source_line, run_id, version from %s union all select file_id, source_line, run_id, version from %s) t
          on t.file_id = r.file_id and t.run_id = e.run_id and t.version = 1
       where e.kind = 'load' $q$, n.current_table, n.history_table) end,
    parts.keys, format(columns, 't'), n.current_table, format(parts.same, 't'), format(columns, 'h'), n.history_table, format(parts.same, 'h'),
    not n.keyed, blanks) using n.org_id, p_dataset, p_snapshot, p_txid, p_saw_own;
  select d.note$ into seen from pg_temp.cadastre_delta d where d.side$ = 'seen';
  if (seen ->> 'lacking')::bigint > 0 or (seen ->> 'unversioned')::bigint > 0
     or (seen ->> 'olds')::bigint <> (select count(*) from pg_temp.cadastre_delta d where d.side$ = 'old')
     or (seen ->> 'rows')::bigint <> private.versions_since(n.org_id, array[p_dataset], p_snapshot, p_txid, p_saw_own) then
    return null;
  end if;
  return seen;
end
$$;
comment on function private.changed_rows(uuid, pg_snapshot, xid8, boolean, bigint) is
  'Makes pg_temp.cadastre_delta: rows that changed since a check, as they were and are; null where they are too many or not known. Internal.';
revoke execute on function private.changed_rows(uuid, pg_snapshot, xid8, boolean, bigint) from public;
