-- How far a total is from another dataset's: |a - b| / max(|b|, 1), over the alias t, in the form of quality.compile_rule's
-- carry. Errors: QC002, QC003. Internal.
drop function if exists quality.reconcile_measure(uuid, text[], jsonb);
create or replace function quality.reconcile_measure(p_dataset uuid, p_fields text[], p jsonb) returns jsonb
language plpgsql stable
set search_path = ''
as $$
declare
  other record;
  kind text := coalesce(p ->> 'measure', 'count');
  own text;
  theirs text;
begin
  if kind not in ('count', 'sum') or (kind = 'sum') <> (cardinality(p_fields) = 1) or (kind = 'sum') <> (p ->> 'field' is not null) then
    perform core.raise('QC002', 'a reconciliation compares counts, or sums of one field each', 'Give dataset, measure count or sum, and for sums the field here and there.', 'measure');
  end if;
  select n.current_table into other
    from data.datasets d cross join lateral data.dataset_names(d.id) n
   where d.org_id = private.org_id() and d.name = p ->> 'dataset'
     and (kind = 'count' or exists (select from data.fields f where f.org_id = d.org_id and f.dataset_id = d.id and f.name = p ->> 'field'
                                     and f.retired_at is null and f.type ~ '^(integer|bigint|numeric)'));
  if other.current_table is null
     or kind = 'sum' and not exists (select from data.fields f where f.org_id = private.org_id() and f.dataset_id = p_dataset and f.name = p_fields[1] and f.type ~ '^(integer|bigint|numeric)') then
    perform core.raise('QC003', format('there is nothing like %s.%s to compare with', left(p ->> 'dataset', 60), left(coalesce(p ->> 'field', 'rows'), 60)),
      'Name another dataset, and number fields of both.', 'dataset');
  end if;
  own := case kind when 'count' then 'count(*)' else format('coalesce(sum(t.%I), 0)', p_fields[1]) end;
  theirs := case kind when 'count' then format('(select count(*) from %s)', other.current_table)
            else format('(select coalesce(sum(o.%I), 0) from %s o)', p ->> 'field', other.current_table) end;
  return jsonb_build_object('keep', jsonb_build_object('s', own), 'say', format('abs({s} - %1$s)::numeric / greatest(abs(%1$s), 1)', theirs));
end
$$;
comment on function quality.reconcile_measure(uuid, text[], jsonb) is 'The statistic of a reconciliation rule. Errors: QC002, QC003. Internal.';
