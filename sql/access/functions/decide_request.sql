-- Approves or refuses a request. Who asks does not decide, and nobody approves what they do not hold themselves. Where the
-- organization wants four eyes, two people approve, and both must still be able to when the second one does. The last
-- approval makes the grant, here and now; the lock on the request makes two who decide at once take turns.
create or replace function access.decide_request(request_id uuid, approved boolean, note text default '') returns access.requests
language plpgsql security definer
set search_path = ''
as $$
declare
  who record := private.identity();
  r access.requests;
  moment constant timestamptz := clock_timestamp();
  ends timestamptz;
  voices int;
  given access.grants;
begin
  perform core.require('role.approve');
  if who.user_id is null or who.kind not in ('user', 'key') then
    perform core.raise('42501', 'a person decides on requests', 'Sign in as a member.');
  elsif length(note) > 2000 or approved is null then
    perform core.raise('AC020', 'say yes or no, and why in at most 2000 characters', 'Shorten the note.', 'note');
  end if;
  select * into r from access.requests x
   where x.org_id = who.org_id and x.id = decide_request.request_id and x.status = 'pending' for update;
  if r.id is null then
    perform core.raise('AC028', 'there is no such request to decide', 'It may have been decided already.', 'request_id');
  elsif r.user_id = who.user_id then
    perform core.raise('42501', 'who asks does not decide', 'Ask somebody else who may.', 'request_id');
  elsif exists (select from access.request_decisions d where d.org_id = r.org_id and d.request_id = r.id and d.user_id = who.user_id) then
    perform core.raise('AC029', 'you have said your word on this request', 'Another person has to approve too.', 'request_id');
  end if;
  if approved then
    ends := private.check_lasting(r.user_id, moment, r.duration,
      (select s.max_grant from access.org_security s where s.org_id = r.org_id));
    perform private.check_gift(r.permission, r.system_role, r.own_role, r.object_kind, r.object_id, ends);
  end if;
  insert into access.request_decisions (org_id, request_id, user_id, approved, note)
  values (r.org_id, r.id, who.user_id, decide_request.approved, coalesce(decide_request.note, ''));
  perform audit.record(case when approved then 'request.approve' else 'request.refuse' end, 'request', r.id::text,
    jsonb_build_object('note', note));
  if not approved then
    update access.requests x set status = 'refused', decided_at = clock_timestamp()
     where x.org_id = r.org_id and x.id = r.id returning * into r;
    return r;
  end if;
  voices := private.approving_voices(r.org_id, r.id);
  if voices >= (select case when s.four_eyes then 2 else 1 end from access.org_security s where s.org_id = r.org_id) then
    insert into access.grants (org_id, user_id, permission, system_role, own_role, object_kind, object_id, starts_at, ends_at,
                               reason, granted_by, request_id)
    values (r.org_id, r.user_id, r.permission, r.system_role, r.own_role, r.object_kind, r.object_id, moment, ends,
            r.reason, who.user_id, r.id)
    returning * into given;
    update access.requests x set status = 'approved', decided_at = clock_timestamp(), grant_id = given.id
     where x.org_id = r.org_id and x.id = r.id returning * into r;
    perform audit.record('grant.add', 'grant', given.id::text, private.grant_detail(given));
  end if;
  return r;
end
$$;
comment on function access.decide_request(uuid, boolean, text) is
  'Approves (making the grant) or refuses a request. Needs role.approve and what is asked for. Errors: AC025 how long, AC028 not pending, AC029 said already.';
revoke execute on function access.decide_request(uuid, boolean, text) from public;
grant execute on function access.decide_request(uuid, boolean, text) to cadastre_user;
