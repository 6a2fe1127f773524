-- A rule that must know all rows of a source, with the values that break it in a temporary table that its condition names
-- ({bad}): {..., fails, alone, found, parts}. found: how many rows have such values, where the preparation tells it (all but
-- dependencies whose deciders vote); nobody needs to look at the rows then, where a temporary table would keep the one scan from
-- running parallel. parts: {pairs: the check with which a dependency's pairs are kept (quality.keep_pairs)}, p_check null: not.
-- p_pairs: a table that has the pairs already. Internal.
create or replace function quality.prepare_rule(p_dataset uuid, p_check uuid, p_rule jsonb, p_source text, p_known text, p_pairs text default null) returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  bad text := format('pg_temp.cadastre_bad_%s', p_rule ->> 'no');
  pairs text := p_pairs;
  total bigint;
  found bigint;
begin
  if pairs is null and (p_rule #>> '{carry,pairs}')::boolean and p_source = p_known then
    pairs := format('pg_temp.cadastre_pairs_%s', p_rule ->> 'no');
    execute format('drop table if exists %s', pairs);
    -- By itself, since it runs parallel so.
    execute format('create temp table %s on commit drop as %s', split_part(pairs, '.', 2),
      replace(substring(p_rule ->> 'prepare' from '\{pairs\}(.*?)\{end\}'), '{source}', p_source));
  end if;
  execute format('drop table if exists %s', bad);
  execute format('create temp table %s on commit drop as %s', split_part(bad, '.', 2), quality.fill_prepare(p_rule ->> 'prepare', p_source, p_known, pairs));
  get diagnostics total = row_count;
  if total > 0 and p_rule -> 'carry' ? 'groups' then
    execute format('select sum(b.n) from %s b', bad) into found;
  end if;
  return p_rule || jsonb_build_object('fails', case when total = 0 then 'false' else replace(p_rule ->> 'fails', '{bad}', bad) end,
      'alone', total > 0 and found is null)
    || case when found is not null then jsonb_build_object('found', found) else '{}' end
    || case when pairs is not null and p_check is not null
            then jsonb_build_object('parts', jsonb_strip_nulls(jsonb_build_object('pairs', quality.keep_pairs(p_dataset, p_check, p_rule, pairs)))) else '{}' end;
end
$$;
comment on function quality.prepare_rule(uuid, uuid, jsonb, text, text, text) is 'Finds the values that break a rule about groups of rows. Internal.';
