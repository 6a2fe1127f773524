-- SQL of a version as a list of texts (alias t): the fields of p_fields ([{name, position, type}]) by their positions,
-- under whatever name they have now, then what every version has. Internal.
create or replace function data.archive_columns(p_dataset uuid, p_fields jsonb) returns text
language sql stable
set search_path = ''
as $$
  select 'array[' || coalesce(string_agg(format('t.%I::text', now_.name), ', ' order by f.position) || ', ', '')
      || 't.file_id::text, t.version::text, t.change_type, t.change_mask::text, t.valid_from::text, t.valid_to::text, t.changed_by::text, t.run_id::text, t.source_line::text, t.change_reason]'
    from jsonb_to_recordset(p_fields) as f (name text, type text, position int)
    join data.fields now_ on now_.org_id = private.org_id() and now_.dataset_id = p_dataset and now_.position = f.position
$$;
comment on function data.archive_columns(uuid, jsonb) is 'SQL of a version as texts, in the order of an archive''s columns. Internal.';
revoke execute on function data.archive_columns(uuid, jsonb) from public;
