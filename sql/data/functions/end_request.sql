-- An erasure that waits for approval ends without it; what describes the person goes.
create or replace function data.end_request(p_erasure uuid, p_by uuid, p_note text, p_action text) returns data.erasures
language plpgsql
set search_path = ''
as $$
declare
  e data.erasures;
begin
  update data.erasures x
     set state = 'refused', approved = false, decided_by = p_by, decided_at = clock_timestamp(), decision_note = nullif(trim(p_note), ''), finished_at = clock_timestamp()
   where x.org_id = private.org_id() and x.id = p_erasure and x.state = 'approval' returning * into e;
  delete from private.erasure_subjects s where s.org_id = e.org_id and s.erasure_id = e.id;
  perform audit.record(p_action, 'erasure', e.id::text, jsonb_build_object('requested_by', e.requested_by, 'note', e.decision_note));
  return e;
end
$$;
comment on function data.end_request(uuid, uuid, text, text) is 'Ends an erasure that waits for approval without it. Internal.';
revoke execute on function data.end_request(uuid, uuid, text, text) from public;
