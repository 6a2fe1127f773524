-- Column comments: the contract's descriptions, and what the system's own columns mean.
create or replace function data.comment_columns(p_dataset uuid) returns void
language plpgsql
set search_path = ''
as $$
declare
  n record := data.dataset_names(p_dataset);
  c record;
begin
  for c in
    select v.view_name, m.column_name, m.text
      from (values (n.current_view), (n.history_view)) v (view_name)
      cross join (
        select f.name, nullif(f.description, '') from data.fields f
         where f.org_id = n.org_id and f.dataset_id = p_dataset and f.retired_at is null
        union all values
          ('composite_key', 'organization/dataset/key values, escaped: % is %25, / is %2F.'),
          ('version', 'Number of this version of the row, from 1.'),
          ('change_type', 'What made this version: insert, update, restore or delete.'),
          ('changed_fields', 'Fields that differ from the version before.'),
          ('valid_from', 'When this version began.'),
          ('changed_by', 'User who made this version; null for a load without one.'),
          ('run_id', 'Load that made this version; null for an edit by hand.'),
          ('source_line', 'Line of the file that this version came from.'),
          ('change_reason', 'Why this version was made, where a reason was given.')
      ) m (column_name, text)
     where m.text is not null
  loop
    perform data.run_as_views(format('comment on column %s.%I is %L', c.view_name, c.column_name, c.text));
  end loop;
  perform data.run_as_views(format('comment on column %s.valid_to is %L', n.history_view, 'When this version ended; null for the current one.'));
  perform data.run_as_views(format('comment on column %s.previous_version is %L', n.history_view, 'Version that this one replaced; null for the first.'));
end
$$;
comment on function data.comment_columns(uuid) is 'Comments the columns of a dataset''s views from its contract.';
