-- The rules that apply to what a file brings, numbered: [{no, field, rule, severity, max_share, fails, message, remedy,
-- rejects, ...}]: those of the contract, and the deployed rules of the dataset that are about rows. Rules over fields that
-- the file does not bring are left out: those keep their values. A deployed rule has rule_id, version, kind, dimension,
-- scope, holds, max_failures and, where the rest of the file must be known, prepare (see quality.compile_rule). Lasting are
-- rules that a row goes on meeting while it stays as it is; others depend on other rows, or mean another day tomorrow (today).
-- Internal.
create or replace function ingest.landed_rules(p_dataset uuid, p_columns text[]) returns jsonb
language sql stable
set search_path = ''
as $$
  with contract as (
    select row_number() over () as no, r.* from data.rule_checks(p_dataset) r
  ), own as (
    select 100000 + row_number() over () as no, r.* from quality.active_rules(p_dataset) r
     where r.fails is not null and r.scope <> 'dataset' and r.fields <@ p_columns
  )
  select coalesce(jsonb_agg(j.rule order by j.no), '[]') from (
    select c.no, jsonb_build_object(
             'no', c.no, 'field', c.field_name, 'place', array_position(p_columns, c.field_name), 'rule', c.rule,
             'severity', s.severity, 'max_share', c.max_share, 'fails', c.fails, 'message', c.message, 'remedy', c.remedy,
             'rejects', s.severity in ('error', 'critical'), 'lasting', ingest.is_lasting(c.rule, c.fails)) as rule
      from contract c
      join data.datasets d on d.org_id = private.org_id() and d.id = p_dataset
      -- A key without a value is no key, whatever the settings say.
      cross join lateral (select case when c.rule = 'required' and c.field_name = any (d.key_fields) then 'error' else c.severity end as severity) s
     where c.field_name = any (p_columns)
    union all
    select o.no, jsonb_build_object(
             'no', o.no, 'field', o.target, 'place', array_position(p_columns, o.target), 'rule', o.name,
             'severity', o.severity, 'max_share', o.max_share, 'fails', o.fails, 'message', o.message, 'remedy', o.remedy,
             'lasting', o.prepare is null and o.kind <> 'reference' and o.carry is not null, 'rejects', o.action = 'reject', 'holds', o.action = 'hold', 'max_failures', o.max_failures, 'prepare', o.prepare,
             'rule_id', o.rule_id, 'version', o.version, 'kind', o.kind, 'dimension', o.dimension, 'scope', o.scope)
      from own o
  ) j
$$;
comment on function ingest.landed_rules(uuid, text[]) is 'Rules for the fields that a file brings, as a JSON array. Internal.';
