-- Rules about all rows in force with action hold that do not pass once rows are written by hand, restored or undone:
-- [{rule, field, action, rows, message}], asked after the writing and before its commit, as after a load's merge.
-- p_known: a rule that did not pass before either refuses nothing, or nobody could mend such a dataset row by row.
--
-- Whoever a filter or mask binds sees not all rows, so of their edits these rules are asked by the next load or check. The
-- check goes on from the one before and is kept for the next (quality.check_current). Internal.
create or replace function private.refused_by_all(p_dataset uuid, p_known boolean) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  rules jsonb;
  checked jsonb;
  this uuid := uuidv7();
begin
  select jsonb_agg(to_jsonb(r)) into rules
    from (select row_number() over () as no, a.* from quality.active_rules(p_dataset) a where a.scope = 'dataset') r;
  if rules is null or p_dataset = any (private.bound_datasets())
     or not exists (select from jsonb_array_elements(rules) r where r ->> 'action' = 'hold' and r ->> 'kind' <> 'sql') then
    return '[]';
  end if;
  checked := quality.check_current(p_dataset, this, 'load', rules) -> 'rules';
  return (select coalesce(jsonb_agg(jsonb_build_object('rule', c -> 'name', 'field', c -> 'target', 'action', 'hold', 'rows', c -> 'failures', 'message', c -> 'message')), '[]')
            from jsonb_array_elements(checked) c
           where c ->> 'action' = 'hold' and not (c ->> 'passed')::boolean
             and not (p_known and coalesce((
               select not s.passed from quality.results s
                where s.org_id = private.org_id() and s.dataset_id = p_dataset and s.rule_name = c ->> 'name' and s.version = (c ->> 'version')::int
                order by s.checked_at desc limit 1), false)));
end
$$;
comment on function private.refused_by_all(uuid, boolean) is 'Rules about all rows that hold what was written by hand. Internal.';
revoke execute on function private.refused_by_all(uuid, boolean) from public;
