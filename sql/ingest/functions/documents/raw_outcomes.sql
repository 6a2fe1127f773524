-- What became of a run's lines, in their order and by pages (no transaction stays open while a slow store takes documents):
-- versions that were written, and lines from `line` to `upto` that were set aside. Lines that are in none said what the
-- table said already. Of a replay also the lines that it had in hand ("unchanged"), since it has not the whole file.
create or replace function ingest.raw_outcomes(p_run uuid, p_after bigint, p_limit int)
returns table (line bigint, upto bigint, outcome text, composite_key text, business_keys jsonb, version int, data_hash text,
               changed_fields text[], previous_version int)
language plpgsql stable security definer
set search_path = ''
as $$
begin
  perform core.require('run.execute');
  return query
  with due as (select w.* from private.raw_due w where w.org_id = private.org_id() and w.run_id = p_run),
  merged as (select m.* from ingest.merged_rows(p_run, p_after, p_limit) m)
  select m.line, m.line, m.change_type, m.composite_key, m.business_keys, m.version, m.data_hash, m.changed_fields, m.previous_version
    from merged m
  union all
  select greatest(lower(x.span), p_after + 1), upper(x.span) - 1, x.what, null, null, null, null, null, null
    from (select unnest(d.rejected) as span, 'rejected' as what from due d
          union all select unnest(d.duplicates), 'duplicate' from due d) x
   where upper(x.span) - 1 > p_after
  union all
  select x.line, x.line, 'unchanged', null, null, null, null, null, null
    from ingest.rejected_rows x join ingest.runs r on r.org_id = x.org_id and r.id = p_run
    cross join due d
   where x.org_id = private.org_id() and x.run_id = r.replay_of and x.replay_run = p_run and x.line > p_after
     and not x.line <@ d.rejected and not x.line <@ d.duplicates and not exists (select from merged m where m.line = x.line)
   order by 1 limit p_limit;
end
$$;
comment on function ingest.raw_outcomes(uuid, bigint, int) is
  'What became of the lines behind one, the first so many: {line, upto, outcome: insert | update | restore | rejected | duplicate | unchanged, composite_key, business_keys, version, data_hash (hex), changed_fields, previous_version}. For the worker.';
revoke execute on function ingest.raw_outcomes(uuid, bigint, int) from public;
grant execute on function ingest.raw_outcomes(uuid, bigint, int) to cadastre_worker;
