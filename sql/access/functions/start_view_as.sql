-- Looks at the organization as another member: read-only, for a time, with a reason, on every road that is one's own (the
-- API, exports, an SQL login). private.identity() reads it from the row, so nothing else has to know. Nobody looks as
-- somebody with a permission that they do not hold; what the other gets afterwards is not seen either (private.permits).
create or replace function access.start_view_as(subject uuid, reason text, minutes int default 30) returns access.view_as
language plpgsql security definer
set search_path = ''
as $$
declare
  who record := private.identity();
  max_minutes constant int := 480;
  beyond text;
  result access.view_as;
begin
  perform core.require('member.monitor');
  if who.kind <> 'user' or who.read_only then
    perform core.raise('AC030', 'only a member who is signed in looks as somebody else', 'Sign in; end looking as somebody else first.');
  end if;
  perform private.require_recent();
  if start_view_as.subject = who.user_id or not exists (
    select from access.memberships m where m.org_id = who.org_id and m.user_id = start_view_as.subject and m.status = 'active'
  ) then
    perform core.raise('AC004', 'this person is not another active member', 'Choose one of the organization''s active members.', 'subject');
  elsif length(trim(coalesce(reason, ''))) not between 1 and 2000 then
    perform core.raise('AC030', 'say why you look as somebody else', 'Give a reason of 1 to 2000 characters.', 'reason');
  elsif minutes is null or minutes not between 1 and max_minutes then
    perform core.raise('AC030', format('it lasts from 1 to %s minutes', max_minutes), 'Choose a time within that.', 'minutes');
  end if;
  select b into beyond from private.beyond_viewer(who.org_id, subject, who.user_id) b limit 1;
  if beyond is not null then
    perform core.raise('42501', format('this person may do what you may not: %s', beyond), 'Ask somebody who holds it.', 'subject');
  end if;
  -- One that ran out is still open as a row.
  update access.view_as v set ended_at = v.expires_at
   where v.org_id = who.org_id and v.user_id = who.user_id and v.ended_at is null and v.expires_at <= clock_timestamp();
  begin
    insert into access.view_as (org_id, user_id, subject_id, reason, expires_at)
    values (who.org_id, who.user_id, start_view_as.subject, trim(start_view_as.reason), clock_timestamp() + make_interval(mins => minutes))
    returning * into result;
  exception when unique_violation then
    perform core.raise('AC030', 'you look as somebody else already', 'End that first.', 'subject');
  end;
  perform audit.record('view.start', 'user', result.subject_id::text,
    jsonb_build_object('reason', result.reason, 'expires_at', result.expires_at));
  return result;
end
$$;
comment on function access.start_view_as(uuid, text, int) is
  'Looks at the organization as another member, read-only, 1 to 480 minutes. Needs member.monitor, all that the other may do, and a recent proof of who you are. Errors: AC004 not a member, AC030 reason, minutes or looking already, AC060 proof.';
revoke execute on function access.start_view_as(uuid, text, int) from public;
grant execute on function access.start_view_as(uuid, text, int) to cadastre_user;
