-- The rules of a dataset that loads are asked, in their deployed versions, as SQL. A rule whose field has left the
-- contract meanwhile rests. Internal.
drop function if exists quality.active_rules(uuid);
create or replace function quality.active_rules(p_dataset uuid)
returns table (rule_id uuid, version int, name text, kind text, fields text[], target text, severity text, scope text, action text, dimension text,
               max_failures bigint, max_share numeric, fails text, prepare text, measure text, low numeric, high numeric, message text, remedy text, carry jsonb)
language sql stable
set search_path = ''
as $$
  select r.id, v.version, r.name, v.kind, v.fields || case when v.parameters ? 'to' then array[v.parameters ->> 'to'] else '{}' end, c.target,
         v.severity, v.scope, quality.staged_action(r, v.action), v.dimension, v.max_failures, v.max_share, c.fails, c.prepare, c.measure, c.low, c.high, c.message, c.remedy, c.carry
    from quality.rules r
    join quality.rule_versions v on v.org_id = r.org_id and v.rule_id = r.id and v.version = r.deployed_version
    cross join lateral quality.try_compile(p_dataset, v.kind, v.fields, v.parameters) c
   where r.org_id = private.org_id() and r.dataset_id = p_dataset and r.enabled and c.target is not null
   order by r.name
$$;
comment on function quality.active_rules(uuid) is 'Deployed rules of a dataset as SQL. Internal.';
