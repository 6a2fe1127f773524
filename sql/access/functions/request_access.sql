-- Asks for a permission or role for a time. Any member may ask, so no permission is asked; who decides is told the reason.
create or replace function access.request_access(
  reason text, duration interval, permission text default null, system_role text default null, own_role text default null,
  object_kind text default 'organization', object_id text default null, columns text[] default '{}'
) returns access.requests
language plpgsql security definer
set search_path = ''
as $$
declare
  who record := private.identity();
  max_pending constant int := 50;
  result access.requests;
begin
  if who.user_id is null or who.kind not in ('user', 'key') or who.read_only then
    perform core.raise('42501', 'only a member asks for access, and only for themselves', 'Sign in, and end looking as somebody else.');
  elsif length(trim(coalesce(reason, ''))) not between 1 and 2000 then
    perform core.raise('AC020', 'say why you need it', 'Give a reason of 1 to 2000 characters.', 'reason');
  elsif cardinality(columns) > 1000 then
    perform core.raise('AC033', 'these are too many columns', 'Name at most 1000, or ask for all.', 'columns');
  end if;
  object_kind := coalesce(object_kind, 'organization');
  perform private.check_lasting(who.user_id, clock_timestamp(), duration,
    (select s.max_grant from access.org_security s where s.org_id = who.org_id));
  perform private.check_gift(permission, system_role, own_role, object_kind, object_id, 'infinity', false);
  if (select count(*) from access.requests r where r.org_id = who.org_id and r.user_id = who.user_id and r.status = 'pending') >= max_pending then
    perform core.raise('AC033', format('you have %s requests open', max_pending), 'Wait for answers, or withdraw some.', 'reason');
  end if;
  insert into access.requests (org_id, user_id, permission, system_role, own_role, object_kind, object_id, columns, reason, duration)
  values (who.org_id, who.user_id, request_access.permission, request_access.system_role, request_access.own_role,
          request_access.object_kind, request_access.object_id, coalesce(request_access.columns, '{}'), trim(request_access.reason),
          request_access.duration)
  returning * into result;
  perform audit.record('request.add', 'request', result.id::text,
    jsonb_strip_nulls(to_jsonb(result)) - array['org_id', 'id', 'status', 'created_at']);
  return result;
end
$$;
comment on function access.request_access(text, interval, text, text, text, text, text, text[]) is
  'Asks for a permission or role for a time. Errors: AC002, AC020, AC021 what, AC025 how long, AC027 object, AC033 too many.';
revoke execute on function access.request_access(text, interval, text, text, text, text, text, text[]) from public;
grant execute on function access.request_access(text, interval, text, text, text, text, text, text[]) to cadastre_user;
