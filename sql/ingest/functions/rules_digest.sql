-- What a dataset's lasting rules are (see ingest.landed_rules), in one word, for telling whether its rows have met these very
-- rules. Internal.
create or replace function ingest.rules_digest(p_dataset uuid) returns text
language sql stable
set search_path = ''
as $$
  select encode(sha256(convert_to(concat_ws(E'\n', d.contract_version,
           (select string_agg(concat_ws(' ', r.severity, r.fails), E'\n' order by r.field_name, r.rule) from data.rule_checks(p_dataset) r where ingest.is_lasting(r.rule, r.fails)),
           (select string_agg(concat_ws(' ', a.rule_id, a.version), E'\n' order by a.rule_id)
              from quality.active_rules(p_dataset) a where a.fails is not null and a.prepare is null and a.kind <> 'reference' and a.carry is not null and a.scope <> 'dataset')), 'UTF8')), 'hex')
    from data.datasets d
   where d.org_id = private.org_id() and d.id = p_dataset
$$;
comment on function ingest.rules_digest(uuid) is 'Digest of the rules that rows go on meeting while they stay as they are. Internal.';
