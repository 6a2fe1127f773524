-- Removes a notification rule. False: there is none.
create or replace function ops.remove_notification_rule(rule_id uuid) returns boolean
language plpgsql security definer
set search_path = ''
as $$
declare
  gone boolean;
begin
  perform core.require('ops.edit');
  delete from ops.notification_rules r where r.org_id = private.org_id() and r.id = remove_notification_rule.rule_id;
  gone := found;
  if gone then
    perform audit.record('notification_rule.remove', 'notification_rule', remove_notification_rule.rule_id::text);
  end if;
  return gone;
end
$$;
comment on function ops.remove_notification_rule(uuid) is 'Removes a notification rule; false where there is none. Needs ops.edit.';
grant execute on function ops.remove_notification_rule(uuid) to cadastre_user, cadastre_worker;
