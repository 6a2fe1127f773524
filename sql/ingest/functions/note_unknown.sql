-- Values of a batch's events for fields that the contract does not have: a warning each, or what the event is rejected for
-- where the dataset says so. p_known: what an event may hold, the sender's key too. Internal.
create or replace function ingest.note_unknown(p_run ingest.runs, p_known text[], p_refuses boolean, p_events int) returns void
language sql
set search_path = ''
as $$
  insert into ingest.row_issues (org_id, run_id, line, column_name, rule, severity, rejected, message, remedy)
  select p_run.org_id, p_run.id, e.line, left(k.name, 200), case when p_refuses then 'unknown_column' else 'unknown_field' end,
         case when p_refuses then 'error' else 'warning' end, p_refuses,
         left(format('the event has a value for %s, which is not in the dataset''s contract; %s was not loaded', k.name,
                     case when p_refuses then 'the event' else 'it' end), 2000),
         'Add the field to the contract, or leave it out.'
    from ingest.stream_events e cross join lateral jsonb_each_text(e.body - p_known) k (name, value)
   where e.org_id = p_run.org_id and e.run_id = p_run.id and (not p_refuses or btrim(k.value) <> '')
   order by e.line limit case when p_refuses then 10 * p_events else 100 end
  on conflict do nothing
$$;
comment on function ingest.note_unknown(ingest.runs, text[], boolean, int) is 'Notes fields of events that are not in the contract. Internal.';
