-- Marks notifications of one's own as read: those that are named, or all. Whoever looks as somebody else marks nothing.
create or replace function ops.mark_notifications_read(ids uuid[] default null) returns int
language plpgsql security definer
set search_path = ''
as $$
declare
  marked int;
  max_ids constant int := 1000;
begin
  perform core.require('organization.view');
  if cardinality(ids) > max_ids then
    perform core.raise('22023', format('name at most %s notifications', max_ids), 'Leave them out to mark all.', 'ids');
  end if;
  update ops.notifications n set read_at = clock_timestamp()
   where n.org_id = private.org_id() and n.user_id = private.user_id() and n.user_id = private.actor_id()
     and n.read_at is null and (ids is null or n.id = any (ids));
  get diagnostics marked = row_count;
  return marked;
end
$$;
comment on function ops.mark_notifications_read(uuid[]) is 'Marks one''s own notifications as read (all, where none is named); returns how many.';
grant execute on function ops.mark_notifications_read(uuid[]) to cadastre_user;
