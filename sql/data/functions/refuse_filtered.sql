-- Refuses to rename or retire a column that an enabled filter or mask names: its condition would not be met by anybody
-- any more, and silently at that.
create or replace function data.refuse_filtered(p_dataset uuid, p_field text) returns void
language plpgsql
set search_path = ''
as $$
declare
  policy text;
begin
  select p.name into policy
    from (select * from data.policies_of(p_dataset, 'row_filter') union all select * from data.policies_of(p_dataset, 'mask')) p
   where jsonb_path_exists(p.condition, '$.**.row ? (@ == $name)', jsonb_build_object('name', p_field))
      or p.mask -> 'fields' ? p_field
   limit 1;
  if policy is not null then
    perform core.raise('DS014', format('the policy %s asks for %s', quote_ident(policy), p_field),
      'Change or disable that policy first.', p_field);
  end if;
end
$$;
comment on function data.refuse_filtered(uuid, text) is 'Raises DS014 where a filter or mask names the column.';
