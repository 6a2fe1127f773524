-- What rules say to the rows that pg_temp.cadastre_restore would write: [{rule, field, action, rows, message}], those of the
-- contract that reject, and deployed rules about single rows that reject or hold. Rules about the rest of the rows are asked
-- once they are written (ingest.undo_run). In `private`, because datasets may not know of rules. Internal.
create or replace function private.refused_restores(p_dataset uuid) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  n record := data.dataset_names(p_dataset);
  rules jsonb;
  same text;
  counts text;
  asked bigint;
  found_rows bigint[];
begin
  select jsonb_agg(r.rule order by r.no) into rules
    from (select row_number() over () as no, x.rule from (
        select jsonb_build_object('rule', c.rule, 'field', c.field_name, 'action', 'reject', 'fails', c.fails, 'message', c.message) as rule
          from data.rule_checks(p_dataset) c where c.severity in ('error', 'critical')
        union all
        select jsonb_build_object('rule', a.name, 'field', a.target, 'action', a.action, 'fails', a.fails, 'message', a.message,
                 'max_failures', a.max_failures, 'max_share', a.max_share)
          from quality.active_rules(p_dataset) a where a.fails is not null and a.prepare is null and a.scope <> 'dataset' and a.action <> 'record') x) r;
  if rules is null or not exists (select from pg_temp.cadastre_restore u where u.effect$ in ('insert', 'update')) then
    return '[]';
  end if;
  select string_agg(format('t.%1$I = u.%1$I', k), ' and ') into same from unnest(case when n.keyed then n.key_fields else '{file_id,source_line}' end) k;
  select string_agg(format('count(*) filter (where %s)', r ->> 'fails'), ', ' order by no) into counts from jsonb_array_elements(rules) with ordinality r (r, no);
  execute format('select count(*), array[%s] from pg_temp.cadastre_restore u join %s t on %s and t.version = u.before$ where u.effect$ in (''insert'', ''update'')',
    counts, n.history_table, same) into asked, found_rows;
  return (select coalesce(jsonb_agg(r.r - 'fails' - 'max_failures' - 'max_share' || jsonb_build_object('rows', found_rows[r.no]) order by r.no), '[]')
            from jsonb_array_elements(rules) with ordinality r (r, no)
           where found_rows[r.no] > 0
             and not (r.r ->> 'action' = 'hold' and quality.is_passed(found_rows[r.no], asked, (r.r ->> 'max_failures')::bigint, (r.r ->> 'max_share')::numeric)));
end
$$;
comment on function private.refused_restores(uuid) is 'Rules that refuse what a restore would write. Internal.';
revoke execute on function private.refused_restores(uuid) from public;
