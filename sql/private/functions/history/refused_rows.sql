-- What the deployed rules say to rows that anything but a load writes: [{rule, field, action, rows, message, keys: of the
-- first ten}], those that reject or hold. The one function that every such road asks (edits, restores, undos), so that none
-- of them lets through what another refuses:
--
--   p_written  a query of the rows as they are to be, with their key and fields
--   p_others   a FROM item of the rows that stay beside them; may refer to the first as `written`
--   p_contract the contract's rules too (the triggers of edits have asked those already)
--
-- Uniqueness is asked among all rows that there are then, since what is written by hand has no file to be unique in; a
-- dependency learns from the others, as a load learns from the rows in force. Rules about all rows are asked apart, once
-- the rows are written (private.refused_by_all). In `private`, because datasets may not know of rules. Internal.
create or replace function private.refused_rows(p_dataset uuid, p_written text, p_others text, p_contract boolean) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  n record := data.dataset_names(p_dataset);
  rules jsonb;
  rule jsonb;
  asked_rules jsonb := '[]';
  shared text;
  fields text;
  source text;
  others text;
  counts text;
  named text;
  asked bigint;
  found_rows bigint[];
  keys jsonb;
  told jsonb := '[]';
  max_keys constant int := 10;
begin
  select jsonb_agg(r.rule order by r.no) into rules
    from (select row_number() over () as no, x.rule from (
        select jsonb_build_object('rule', c.rule, 'field', c.field_name, 'action', 'reject', 'fails', c.fails, 'message', c.message) as rule
          from data.rule_checks(p_dataset) c where p_contract and c.severity in ('error', 'critical')
        union all
        select jsonb_build_object('rule', a.name, 'field', a.target, 'action', a.action, 'fails', a.fails, 'message', a.message, 'fields', a.fields,
                 'prepare', a.prepare, 'groups', a.carry -> 'groups', 'kind', a.kind, 'max_failures', a.max_failures, 'max_share', a.max_share)
          from quality.active_rules(p_dataset) a where a.fails is not null and a.scope <> 'dataset' and a.action <> 'record') x) r;
  if rules is null then
    return '[]';
  end if;
  -- The rows are told once; PostgreSQL keeps them where more than one part of the statement reads them.
  shared := format('with written as (%s)', p_written);
  for rule in select r || jsonb_build_object('no', no) from jsonb_array_elements(rules) with ordinality x (r, no) loop
    if rule ->> 'prepare' is not null then
      select string_agg(format('t.%I', f), ', ') into fields from (select distinct jsonb_array_elements_text(rule -> 'fields') as f) x;
      -- Of the others those alone that share a group with what is written: no other can speak of it.
      select format('(select %s from %s t where (%s) in (select %3$s from written t))', fields, p_others, string_agg(g, ', ')) into others
        from jsonb_array_elements_text(case when jsonb_typeof(rule -> 'groups') = 'array' then rule -> 'groups' else '[]' end) g having count(*) > 0;
      others := coalesce(others, p_others);
      source := case when rule ->> 'kind' = 'uniqueness' then format('(select %s from written t union all select %1$s from %s t)', fields, others) else 'written' end;
      shared := shared || format(', bad_%s as materialized (%s)', rule ->> 'no', quality.fill_prepare(rule ->> 'prepare', source, others));
      rule := rule || jsonb_build_object('fails', replace(rule ->> 'fails', '{bad}', 'bad_' || (rule ->> 'no')));
    end if;
    asked_rules := asked_rules || rule;
  end loop;
  select string_agg(format('count(*) filter (where %s)', r ->> 'fails'), ', ' order by (r ->> 'no')::int) into counts from jsonb_array_elements(asked_rules) r;
  execute format('%s select count(*), array[%s] from written t', shared, counts) into asked, found_rows;
  select string_agg(format('%L, t.%I', k, k), ', ') into named from unnest(case when n.keyed then n.key_fields else '{file_id,source_line}' end) k;
  for rule in
    select r from jsonb_array_elements(asked_rules) r
     where found_rows[(r ->> 'no')::int] > 0
       and not (r ->> 'action' = 'hold'
                and quality.is_passed(found_rows[(r ->> 'no')::int], asked, (r ->> 'max_failures')::bigint, (r ->> 'max_share')::numeric))
     order by (r ->> 'no')::int
  loop
    execute format('%s select jsonb_agg(x.k) from (select jsonb_build_object(%s) as k from written t where %s limit %s) x',
      shared, named, rule ->> 'fails', max_keys) into keys;
    told := told || jsonb_build_object('rule', rule -> 'rule', 'field', rule -> 'field', 'action', rule -> 'action',
      'rows', found_rows[(rule ->> 'no')::int], 'message', rule -> 'message', 'keys', keys);
  end loop;
  return told;
end
$$;
comment on function private.refused_rows(uuid, text, text, boolean) is 'Rules that refuse rows that are written by hand, restored or undone. Internal.';
revoke execute on function private.refused_rows(uuid, text, text, boolean) from public;
