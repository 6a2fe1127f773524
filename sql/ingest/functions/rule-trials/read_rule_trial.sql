-- What a dry run of a rule is asked for, with the moments of the dataset's last loads; the worker's. No row: nobody waits
-- for it any more, or it is answered.
create or replace function ingest.read_rule_trial(p_trial uuid)
returns table (requested_by uuid, dataset text, definition jsonb, message text, loads jsonb)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform core.require('quality.execute');
  return query
    select t.requested_by, d.name, t.definition, c.message,
           (select coalesce(jsonb_agg(jsonb_build_object('run', r.id, 'at', r.at) order by r.at desc), '[]')
              from (select x.id, coalesce(x.merged_at, x.finished_at) as at from ingest.runs x
                     where x.org_id = t.org_id and x.dataset_id = t.dataset_id and x.status = 'succeeded' order by x.finished_at desc limit (t.settings ->> 'loads')::int) r)
      from private.find_trial('rule', p_trial) t
      join data.datasets d on d.org_id = t.org_id and d.id = t.dataset_id
      cross join lateral quality.compile_rule(t.dataset_id, 'sql', array(select jsonb_array_elements_text(t.definition -> 'fields')), t.definition -> 'parameters') c
     where t.id is not null;
end
$$;
comment on function ingest.read_rule_trial(uuid) is 'What a dry run of a rule that is not answered is asked for. The worker''s.';
revoke execute on function ingest.read_rule_trial(uuid) from public;
grant execute on function ingest.read_rule_trial(uuid) to cadastre_worker;
