-- Column comments: the contract's descriptions, and what the system's own columns mean. A column whose reading is to be told
-- of (under a mask, or tagged audit_reads) has @audited in front, by which the organization's API knows it.
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
        select f.name, nullif(concat_ws(E'\n', case when m.name is not null or f.tags && '{audit_reads}' or d.tags && '{audit_reads}' then '@audited' end,
                 nullif(f.description, '')), '')
          from data.fields f
          join data.datasets d on d.org_id = f.org_id and d.id = f.dataset_id
          left join data.masked_fields(p_dataset) m on m.name = f.name
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
     -- One that has no comment any more loses it.
     where m.text is not null or exists (
       select from pg_catalog.pg_attribute a
        where a.attrelid = to_regclass(v.view_name) and a.attname = m.column_name and pg_catalog.col_description(a.attrelid, a.attnum) is not null)
  loop
    perform data.run_as_views(format('comment on column %s.%I is %L', c.view_name, c.column_name, c.text));
  end loop;
  perform data.run_as_views(format('comment on column %s.valid_to is %L', n.history_view, 'When this version ended; null for the current one.'));
  perform data.run_as_views(format('comment on column %s.previous_version is %L', n.history_view, 'Version that this one replaced; null for the first.'));
end
$$;
comment on function data.comment_columns(uuid) is 'Comments the columns of a dataset''s views from its contract.';
