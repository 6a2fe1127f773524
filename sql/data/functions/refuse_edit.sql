-- Why an edit by hand found no row to write: whoever asks may not do it, or the row is no longer what they saw. A row
-- that a filter hides from them is never seen, so it does not come to this.
create or replace function data.refuse_edit(p_org uuid, p_dataset uuid, p_permission text) returns void
language plpgsql
set search_path = ''
as $$
begin
  if not private.may(p_org, p_permission, p_dataset) then
    perform core.raise('42501', format('you need the permission %s for this', p_permission),
      'Ask an owner or administrator of your organization for it.');
  end if;
  perform core.raise('40001', 'the row was changed meanwhile', 'Read it again and repeat the change.');
end
$$;
comment on function data.refuse_edit(uuid, uuid, text) is 'Raises 42501 or 40001 for an edit that found no row. Internal to view triggers.';
