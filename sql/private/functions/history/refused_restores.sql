-- What rules say to the rows that pg_temp.cadastre_restore would write: [{rule, field, action, rows, message, keys}], those of
-- the contract that reject, and deployed ones that reject or hold (private.refused_rows). With p_all, for a preview, also
-- rules about all rows in force that would hold, by reading the rows as they would be; what is written asks those once it
-- is written. Internal.
drop function if exists private.refused_restores(uuid);
create or replace function private.refused_restores(p_dataset uuid, p_all boolean) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  n record := data.dataset_names(p_dataset);
  same text;
  written text;
  others text;
  after text;
  rules jsonb;
  told jsonb := '[]';
begin
  if not exists (select from pg_temp.cadastre_restore u where u.effect$ in ('insert', 'update', 'delete')) then
    return '[]';
  end if;
  select string_agg(format('t.%1$I = u.%1$I', k), ' and ') into same from unnest(case when n.keyed then n.key_fields else '{file_id,source_line}' end) k;
  written := format('select t.* from pg_temp.cadastre_restore u join %s t on %s and t.version = u.before$ where u.effect$ in (''insert'', ''update'')',
    n.history_table, same);
  others := format('(select t.* from %s t where not exists (select from pg_temp.cadastre_restore u where %s and u.effect$ in (''insert'', ''update'', ''delete'')))',
    n.current_table, same);
  if exists (select from pg_temp.cadastre_restore u where u.effect$ in ('insert', 'update')) then
    told := private.refused_rows(p_dataset, written, others, true);
  end if;
  if p_all then
    select jsonb_agg(to_jsonb(r)) into rules
      from (select row_number() over () as no, a.* from quality.active_rules(p_dataset) a where a.scope = 'dataset' and a.action = 'hold' and a.kind <> 'sql') r;
    if rules is not null then
      select format('(select %1$s from (%2$s) t union all select %1$s from %3$s t)', string_agg(format('t.%I', f.name), ', '), written, others) into after
        from data.fields f where f.org_id = n.org_id and f.dataset_id = p_dataset and f.retired_at is null;
      told := told || (
        select coalesce(jsonb_agg(jsonb_build_object('rule', c -> 'name', 'field', c -> 'target', 'action', 'hold', 'rows', c -> 'failures', 'message', c -> 'message')), '[]')
          from jsonb_array_elements(quality.check_relation(p_dataset, null, after, after, rules)) c where not (c ->> 'passed')::boolean);
    end if;
  end if;
  return told;
end
$$;
comment on function private.refused_restores(uuid, boolean) is 'Rules that refuse what a restore would write. Internal.';
revoke execute on function private.refused_restores(uuid, boolean) from public;
