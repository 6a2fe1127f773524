-- The second pair of eyes: whoever asked does not decide. What was approved are the numbers that the search found; the
-- erasure then looks the person up anew, so that rows which came meanwhile go too, and holds placed meanwhile stand.
-- A fresh proof of who decides is asked for: keys and SQL logins cannot give one.
create or replace function data.decide_erasure(erasure_id uuid, approved boolean, note text default '') returns data.erasures
language plpgsql security definer
set search_path = ''
as $$
declare
  who record := private.identity();
  e data.erasures;
  d uuid;
begin
  perform core.require('compliance.approve');
  perform private.require_recent();
  if who.kind is distinct from 'user' then
    perform core.raise('42501', 'a person decides on erasures', 'Sign in as a member, or name one: --as <e-mail>.');
  elsif decide_erasure.approved is null or length(decide_erasure.note) > 1000 then
    perform core.raise('22023', 'say yes or no, and why in at most 1,000 characters', 'Shorten the note.', 'note');
  end if;
  select * into e from data.erasures x where x.org_id = who.org_id and x.id = decide_erasure.erasure_id and x.state = 'approval' for update;
  if e.id is null or e.expires_at <= clock_timestamp() then
    perform core.raise('RT013', 'there is no such erasure to decide on', 'It may have been decided, withdrawn, or have waited too long.', 'erasureId');
  elsif e.requested_by = who.user_id then
    perform core.raise('42501', 'who asks does not decide', 'Ask somebody else who may; you can withdraw it.', 'erasureId');
  end if;
  if not decide_erasure.approved then
    return data.end_request(e.id, who.user_id, coalesce(decide_erasure.note, ''), 'erasure.refuse');
  end if;
  foreach d in array e.dataset_ids loop
    perform data.hold_refuse(d, null)
      where exists (select from data.legal_holds h where h.org_id = e.org_id and h.released_at is null and h.row_count is null and (h.dataset_id is null or h.dataset_id = d));
  end loop;
  update private.erasure_subjects s set resolved = null where s.org_id = e.org_id and s.erasure_id = e.id;
  update data.erasures x
     set state = 'queued', dry_run = false, approved = true, decided_by = who.user_id, decided_at = clock_timestamp(),
         decision_note = nullif(trim(decide_erasure.note), ''), found = '{}', notes = '[]', started_at = null
   where x.org_id = e.org_id and x.id = e.id returning * into e;
  perform audit.record('erasure.approve', 'erasure', e.id::text,
    jsonb_build_object('requested_by', e.requested_by, 'numbers', e.planned, 'note', e.decision_note));
  perform core.enqueue('data__erase', json_build_object('orgId', e.org_id, 'erasureId', e.id), null, 'erase:' || e.id);
  return e;
end
$$;
comment on function data.decide_erasure(uuid, boolean, text) is
  'Approves an erasure that waits for a second person, which begins it, or refuses it. Needs compliance.approve and a fresh proof; not by the one who asked. Errors: 22023, 42501, AC060, RT001 legal hold, RT013 not waiting.';
revoke execute on function data.decide_erasure(uuid, boolean, text) from public;
grant execute on function data.decide_erasure(uuid, boolean, text) to cadastre_user, cadastre_worker;
