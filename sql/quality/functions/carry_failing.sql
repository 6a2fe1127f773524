-- A rule's failing rows kept with a check: those kept with the one before that did not change since, and those among the
-- changed that fail. False where they are fewer than there should be (others must be looked for). Internal.
create or replace function quality.carry_failing(p_dataset uuid, p_check uuid, p_before uuid, p_rule jsonb, p_failures bigint, p_changed boolean) returns boolean
language plpgsql
set search_path = ''
as $$
declare
  n record := data.dataset_names(p_dataset);
  old_key text;
  new_key text;
  many int;
  kept constant int := 100;
begin
  select string_agg(format('f.record -> %L', k), ', '), string_agg(format('to_jsonb(t.%I)', k), ', ') into old_key, new_key
    from unnest(case when n.keyed then n.key_fields else '{file_id,source_line}' end) k;
  execute format($q$
    insert into quality.failing_rows (org_id, dataset_id, check_id, rule_name, no, line, record)
    select $1, $2, $3, $4, row_number() over (), x.line, x.record
      from (select f.line, f.record from quality.failing_rows f
             where f.org_id = $1 and f.dataset_id = $2 and f.check_id = $5 and f.rule_name = $4 %s limit %s) x $q$,
    case when p_changed then format('and jsonb_build_array(%s) not in (select jsonb_build_array(%s) from pg_temp.cadastre_delta t where t.side$ <> ''seen'')
             union all select t.source_line, to_jsonb(t.*) - ''side$'' - ''note$'' from pg_temp.cadastre_delta t where t.side$ = ''new'' and (%s)',
           old_key, new_key, case when p_rule ->> 'prepare' is null then p_rule ->> 'fails' else 'false' end) end, kept)
    using private.org_id(), p_dataset, p_check, p_rule ->> 'name', p_before;
  get diagnostics many = row_count;
  return many = least(kept, p_failures);
end
$$;
comment on function quality.carry_failing(uuid, uuid, uuid, jsonb, bigint, boolean) is 'Carries a rule''s failing rows from check to check. Internal.';
