-- The versions of one row, newest first, as whoever asks may see them: read from the history view, whose filters and masks
-- ask who it is for and not who reads it; by the key's columns, so that the key's index serves it. Authors have names for
-- those who may see members, files and rule results are for those who may see runs; rule results show values, so they are
-- not told to whom a filter or mask of the dataset binds. In `private`, since it looks from datasets' functions down to runs.
create or replace function private.row_timeline(p_dataset uuid, p_key jsonb)
returns table (version int, change_type text, changed_fields text[], valid_from timestamptz, valid_to timestamptz, author_id uuid,
               author text, reason text, run_id uuid, run_kind text, file_name text, source_line bigint, "values" jsonb, issues jsonb)
language plpgsql stable security definer
set search_path = ''
as $$
declare
  max_versions constant int := 1000;
  n record;
  key_fields text[];
  wanted text;
  columns text;
  masked text;
  hidden boolean := false;
  sees_runs boolean;
  sees_members boolean;
  bad text;
begin
  perform data.require_on('record.view', p_dataset);
  n := data.dataset_names(p_dataset);
  key_fields := case when n.keyed then n.key_fields else '{file_id,source_line}' end;
  select k into bad from unnest(key_fields) k where p_key ->> k is null limit 1;
  if jsonb_typeof(p_key) is distinct from 'object' or bad is not null then
    perform core.raise('DS005', 'the key is not whole', format('Give an object with %s.', array_to_string(key_fields, ', ')), 'key');
  end if;
  select string_agg(format('(%s)', m.binds), ' or ') into masked from data.masked_fields(p_dataset) m where m.name = any (key_fields);
  if masked is not null then
    execute 'select coalesce(' || masked || ', true)' into hidden;
    perform private.refuse_masked_key(hidden);
  end if;
  select string_agg(format('v.%I = ($1 ->> %L)::%s', k.name, k.name, coalesce(f.type, case k.name when 'file_id' then 'uuid' else 'bigint' end)), ' and ')
    into wanted
    from unnest(key_fields) k (name)
    left join data.fields f on f.org_id = n.org_id and f.dataset_id = p_dataset and f.name = k.name;
  select string_agg(format('v.%I', f.name), ', ' order by f.position) into columns
    from data.fields f where f.org_id = n.org_id and f.dataset_id = p_dataset and f.retired_at is null;
  sees_runs := private.may(n.org_id, 'run.view', p_dataset);
  sees_members := private.has_permission('member.view');
  return query execute format(
    'select v.version, v.change_type, v.changed_fields, v.valid_from, v.valid_to, v.changed_by,
            case when $3 or v.changed_by = private.user_id() then coalesce(nullif(u.display_name, ''''), u.email::text) end,
            v.change_reason, v.run_id,
            case when v.run_id is null then ''edit'' when r.undo_of is not null then ''undo'' when r.replay_of is not null then ''replay'' else ''load'' end,
            case when $2 and r.undo_of is null then f.file_name end, v.source_line, (select to_jsonb(x$) from (select %s) x$),
            coalesce((select jsonb_agg(jsonb_build_object(''column'', i.column_name, ''rule'', i.rule, ''severity'', i.severity, ''message'', i.message)
                                       order by i.column_name, i.rule)
                        from ingest.row_issues i where $4 and i.org_id = $5 and i.run_id = v.run_id and i.line = v.source_line), ''[]'')
       from %s v
       left join ingest.runs r on r.org_id = $5 and r.id = v.run_id
       left join ingest.files f on f.org_id = $5 and f.id = r.file_id
       left join access.users u on u.id = v.changed_by
      where %s order by v.version desc limit %s', columns, n.history_view, wanted, max_versions)
    using p_key, sees_runs, sees_members, sees_runs and p_dataset <> all (private.bound_datasets()), n.org_id;
end
$$;
comment on function private.row_timeline(uuid, jsonb) is 'Versions of one row, newest first, as whoever asks may see them. Errors: 42501, DS001, DS005.';
revoke execute on function private.row_timeline(uuid, jsonb) from public;
grant execute on function private.row_timeline(uuid, jsonb) to cadastre_user, cadastre_sql, cadastre_owner;
