-- What people query: view, history view and as-of function of a dataset. With p_replace the views keep their identity
-- (same columns over another table); without, they are made anew, after a change of the contract.
-- Not security barriers: no view filters rows, the tables' policies do, and PostgreSQL keeps functions of the reader
-- behind those by itself. A barrier would only hide the reader's ORDER BY and LIMIT from the index (144 ms for the
-- latest 50 of 300,000 rows instead of 0.1 ms).
-- Masks are in the views' expressions (data.masked_fields): filtering and sorting see what is shown.
-- A comment begins with smart tags, which give the GraphQL API keys and relations over views.
create or replace function data.make_views(p_dataset uuid, p_replace boolean default false) returns void
language plpgsql
set search_path = ''
as $$
declare
  n record;
  d data.datasets;
  columns text;
  plain text;
  changed text;
  editable text;
  key_list text;
  shared text;
begin
  n := data.dataset_names(p_dataset);
  select * into d from data.datasets where org_id = n.org_id and id = p_dataset;
  select string_agg(coalesce(m.shown || format(' as %I', f.name), format('t.%I', f.name)), ', ' order by f.position) filter (where f.retired_at is null),
         string_agg(format('t.%I', f.name), ', ' order by f.position) filter (where f.retired_at is null),
         -- That a masked value changed is not told either.
         string_agg(format('case when substring(t.change_mask from %s for 1) = B''1''%s then %L end', f.position,
             case when m.name is not null then format(' and not (%s)', m.applies) else '' end, f.name), ', ' order by f.position)
           filter (where f.retired_at is null),
         string_agg(format('%I', f.name), ', ' order by f.position)
           filter (where f.retired_at is null and f.name <> all (n.key_fields))
    into columns, plain, changed, editable
    from data.fields f
    left join data.masked_fields(p_dataset) m on m.name = f.name
   where f.org_id = n.org_id and f.dataset_id = p_dataset;
  key_list := case when n.keyed then array_to_string(n.key_fields, ',') else 'file_id,source_line' end;
  columns := columns || case when n.keyed then '' else ', t.file_id' end;
  plain := plain || case when n.keyed then '' else ', t.file_id' end;
  shared := format('%s as composite_key, t.version', data.key_expression(p_dataset));
  changed := format('array_remove(array[%s]::text[], null) as changed_fields', changed);

  if not p_replace then
    perform data.run_as_views(format('drop function if exists %s(timestamptz); drop view if exists %s, %s',
      n.as_of_function, n.history_view, n.current_view));
  end if;
  perform data.run_as_views(format(
    'create or replace view %s as
       select %s, %s, t.change_type, %s, t.valid_from, t.changed_by, t.run_id, t.source_line from %s t',
    n.current_view, columns, shared, changed, n.current_table));
  perform data.run_as_views(format(
    'create or replace view %1$s as
       select %2$s, %3$s, nullif(t.version - 1, 0) as previous_version, t.change_type, %4$s, t.valid_from,
              null::timestamptz as valid_to, t.changed_by, t.run_id, t.source_line from %5$s t
       union all
       select %2$s, %3$s, nullif(t.version - 1, 0), t.change_type, %4$s, t.valid_from,
              t.valid_to, t.changed_by, t.run_id, t.source_line from %6$s t',
    n.history_view, columns, shared, changed, n.current_table, n.history_table));
  -- A moment of which versions were archived or removed is refused, never answered with what is left of it.
  -- $1 and not its name: a dataset may have a column `at`, and the column would win.
  perform data.run_as_views(format(
    'create or replace function %1$s("at" timestamptz) returns setof %2$s language sql stable
       as $body$ select %3$s, t.composite_key, t.version, t.change_type, t.changed_fields, t.valid_from, t.changed_by, t.run_id, t.source_line
                   from %4$s t where t.valid_from <= $1 and (t.valid_to > $1 or t.valid_to is null)
                    and (select private.history_is_whole(%5$L, $1)) $body$',
    n.as_of_function, n.current_view, plain, n.history_view, p_dataset));

  perform data.run_as_views(format('comment on view %s is %L', n.current_view,
    format('@primaryKey %s', key_list) || data.reference_tags(p_dataset) || E'\n' ||
    coalesce(nullif(d.description, ''), format('Rows of %s.', coalesce(nullif(d.title, ''), d.name)))));
  perform data.run_as_views(format('comment on view %s is %L', n.history_view,
    format(E'@primaryKey %1$s,version\n@foreignKey (%1$s) references %2$s (%1$s)|@fieldName current|@foreignFieldName versions\nEvery version of the rows of %3$s; valid_to is null for the current one.',
      key_list, n.name, n.name)));
  perform data.run_as_views(format('comment on function %s(timestamptz) is %L', n.as_of_function,
    format('Rows of %s as they were at that moment.', d.name)));
  perform data.comment_columns(p_dataset);
  perform data.make_edit_triggers(p_dataset);

  perform data.run_as_views(format(
    'revoke all on function %1$s(timestamptz) from public;
     grant select on %2$s, %3$s to cadastre_user, cadastre_sql, cadastre_owner;
     grant execute on function %1$s(timestamptz) to cadastre_user, cadastre_sql;
     grant delete on %2$s to cadastre_user;
     grant insert (%4$s) on %2$s to cadastre_user',
    n.as_of_function, n.current_view, n.history_view,
    (select string_agg(format('%I', f.name), ', ') from data.fields f
      where f.org_id = n.org_id and f.dataset_id = p_dataset and f.retired_at is null)));
  -- A key is an identity: it is not edited; the row is deleted and another one made.
  if editable is not null then
    perform data.run_as_views(format('grant update (%s) on %s to cadastre_user', editable, n.current_view));
  end if;
  perform core.notify('ddl:' || n.org_id, p_dataset);
end
$$;
comment on function data.make_views(uuid, boolean) is 'Generates a dataset''s view, history view, as-of function, grants and comments.';
