-- What a dataset's rules are, in one word, for telling whether its rows have met these very rules; null where rows that
-- have not changed must be asked again all the same: rules that are only noted (they are counted at every load), rules
-- with a share, references (what they refer to may be gone), deployed rules of the dataset's own. Internal.
create or replace function ingest.rules_digest(p_dataset uuid) returns text
language sql stable
set search_path = ''
as $$
  select case when bool_and(r.rule <> 'reference' and r.severity = 'error' and r.max_share is null) is not false
                   and not exists (select from quality.rules q where q.org_id = private.org_id() and q.dataset_id = p_dataset and q.enabled and q.deployed_version is not null)
              then encode(sha256(convert_to(d.contract_version::text || coalesce(string_agg(r.fails, E'\n' order by r.fails), ''), 'UTF8')), 'hex') end
    from data.datasets d left join data.rule_checks(p_dataset) r on true
   where d.org_id = private.org_id() and d.id = p_dataset
   group by d.contract_version
$$;
comment on function ingest.rules_digest(uuid) is 'Digest of a dataset''s rules; null where all rows are to be checked at each load. Internal.';
