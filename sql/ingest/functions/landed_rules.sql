-- The contract's rules that apply to what a file brings, numbered: [{no, field, rule, severity, max_share, fails,
-- message, remedy}]. Rules over fields that the file does not bring are left out: those keep their values. Internal.
create or replace function ingest.landed_rules(p_dataset uuid, p_columns text[]) returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
           'no', c.no, 'field', c.field_name, 'place', array_position(p_columns, c.field_name), 'rule', c.rule,
           -- A key without a value is no key, whatever the settings say.
           'severity', case when c.rule = 'required' and c.field_name = any (d.key_fields) then 'error' else c.severity end, 'max_share', c.max_share, 'fails', c.fails, 'message', c.message, 'remedy', c.remedy)
           order by c.no), '[]')
    from (select row_number() over () as no, r.* from data.rule_checks(p_dataset) r) c
    join data.datasets d on d.org_id = private.org_id() and d.id = p_dataset
   where c.field_name = any (p_columns)
$$;
comment on function ingest.landed_rules(uuid, text[]) is 'Rules for the fields that a file brings, as a JSON array. Internal.';
