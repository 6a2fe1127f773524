-- A dataset's functions about the past, beside its views, whose masks and filters hold in them since they read nothing else:
--
--   <name>_as_of(at)             the rows as they were
--   <name>_diff(from, to)        what differs between two moments, one row each
--   <name>_timeline(key)         the versions of one row, with author, file, line, rule results and reason
--   <name>_valid_on(on, at)      where there is a business date: what was true on a day, as known at a moment
--
-- A moment that is left out is the setting cadastre.as_of, and without that now: one setting moves all datasets of the
-- organization to the same moment. It is asked for in a sub-select, once a statement.
--
-- As-of reads the current rows from the one view and superseded ones from the other: of the history view's two halves
-- PostgreSQL then drops the current one by itself (its end is null), and finds superseded versions by their times.
--
-- A moment of which versions were archived or removed is refused (private.whole_moment), never answered with what is left
-- of it: as a value where rows are compared with it, and as a filter asked before any where there may be none.
--
-- Parameters go by number, and a row as a whole by a name that no column can have: columns of the same name would win.
create or replace function data.make_past_functions(p_dataset uuid) returns void
language plpgsql
set search_path = ''
as $$
declare
  n record;
  business data.fields;
  keys text[];
  plain text;
  fields text;
  same text;
  listed text;
  told_key text;
  in_order text;
  now_then constant text := $m$coalesce(%s, nullif(current_setting('cadastre.as_of', true), '')::timestamptz, now())$m$;
  moment text;
  whole text;
  masked text;
  differing text;
  comment_at constant text := 'A moment that is left out is the setting cadastre.as_of (header X-As-Of), else now.';
begin
  n := data.dataset_names(p_dataset);
  keys := case when n.keyed then n.key_fields else '{file_id,source_line}' end;
  select f.* into business from data.datasets d
    join data.fields f on f.org_id = d.org_id and f.dataset_id = d.id and f.name = d.business_field
   where d.org_id = n.org_id and d.id = p_dataset;
  select string_agg(format('t.%I', f.name), ', ' order by f.position),
         string_agg(format('%%1$s.%I', f.name), ', ' order by f.position),
         coalesce(string_agg(format('case when a.%1$I is distinct from b.%1$I then %1$L end', f.name), ', ' order by f.position)
           filter (where f.name <> all (keys)), '')
    into plain, fields, differing
    from data.fields f where f.org_id = n.org_id and f.dataset_id = p_dataset and f.retired_at is null;
  plain := plain || case when n.keyed then '' else ', t.file_id' end
           || ', t.composite_key, t.version, t.change_type, t.changed_fields, t.valid_from, t.changed_by, t.run_id, t.source_line, t.change_reason';
  moment := format('(select private.whole_moment(%L, ' || now_then || '))', p_dataset, '$1');

  perform data.run_as_views(format(
    'create or replace function %1$s("at" timestamptz default null) returns setof %2$s language sql stable
       as $body$ select %3$s from %2$s t where t.valid_from <= %5$s
                 union all
                 select %3$s from %4$s t where t.valid_from <= %5$s and t.valid_to > %5$s and %5$s is not null $body$',
    n.as_of_function, n.current_view, plain, n.history_view, moment));

  -- Whatever is not the same version at both moments ended between them (a), or began there and is in force at the later
  -- one (b): two reads by time, joined by key, and no look for each row.
  select string_agg(format('a.%1$I = b.%1$I', x), ' and '), string_agg(format('coalesce(a.%1$I, b.%1$I) as %1$I', x), ', '),
         string_agg(format('coalesce(a.%1$I, b.%1$I)', x), ', '), string_agg(format('t.%I', x), ', ')
    into same, told_key, in_order, listed from unnest(keys) x;
  select string_agg(format('(%s)', m.binds), ' or ') into masked from data.masked_fields(p_dataset) m where m.name = any (keys);
  moment := format('(select ' || now_then || ')', '$2');
  whole := format('(select private.whole_moment(%1$L, $1)) is not null and (select private.whole_moment(%1$L, %2$s)) is not null', p_dataset, format(now_then, '$2'));
  perform data.run_as_views(format(
    'create or replace function %1$s("from" timestamptz, "to" timestamptz default null)
       returns table (key jsonb, change text, changed_fields text[], before jsonb, after jsonb, from_version int, to_version int)
       language sql stable
       as $body$
         select (select to_jsonb(r$) from (select %5$s) r$),
                case when b.version is null then ''removed'' when b.change_type = ''restore'' then ''restored''
                     when a.version is null then ''added'' else ''changed'' end,
                case when a.version is null or b.version is null then ''{}'' else array_remove(array[%6$s]::text[], null) end,
                case when a.version is not null then (select to_jsonb(r$) from (select %7$s) r$) end,
                case when b.version is not null then (select to_jsonb(r$) from (select %8$s) r$) end,
                a.version, b.version
           from (select t.* from %3$s t where t.valid_from <= $1 and t.valid_to > $1 and t.valid_to <= %4$s and %13$s) a
           full join (
             select %2$s from %10$s t where t.valid_from > $1 and t.valid_from <= %4$s
             union all
             select %2$s from %3$s t where t.valid_from > $1 and t.valid_from <= %4$s and t.valid_to > %4$s) b on %9$s
          where (a.version is null or b.version is null or cardinality(array_remove(array[%6$s]::text[], null)) > 0)%11$s
          order by %12$s $body$',
    n.org_schema || '.' || quote_ident(n.name || '_diff'), plain, n.history_view, moment, told_key, differing,
    format(fields, 'a'), format(fields, 'b'), same, n.current_view,
    case when masked is not null then format(' and (select private.refuse_masked_key(%s))', masked) else '' end, in_order, whole));

  perform data.run_as_views(format(
    'create or replace function %1$s(key jsonb)
       returns table (version int, change_type text, changed_fields text[], valid_from timestamptz, valid_to timestamptz, author_id uuid,
                      author text, reason text, run_id uuid, run_kind text, file_name text, source_line bigint, "values" jsonb, issues jsonb)
       language sql stable as $body$ select * from private.row_timeline(%2$L, $1) $body$',
    n.org_schema || '.' || quote_ident(n.name || '_timeline'), p_dataset));

  if business.name is not null then
    select string_agg(format('d.%1$I = t.%1$I', x), ' and ') into same from unnest(keys) x;
    perform data.run_as_views(format(
      'create or replace function %1$s("on" %2$s, "at" timestamptz default null) returns setof %3$s language sql stable
         as $body$
           select distinct on (%4$s) %5$s from %6$s t
            where %10$s is not null and t.valid_from <= %7$s and t.%8$I <= $1 and t.change_type <> ''delete''
              and t.version > coalesce((select max(d.version) from %6$s d where %9$s and d.change_type = ''delete'' and d.valid_from <= %7$s), 0)
            order by %4$s, t.%8$I desc, t.version desc $body$',
      n.org_schema || '.' || quote_ident(n.name || '_valid_on'), business.type, n.current_view, listed, plain, n.history_view, moment,
      business.name, same, format('(select private.whole_moment(%L, ' || now_then || ', true))', p_dataset, '$2')));
    perform data.run_as_views(format(
      'comment on function %1$s(%2$s, timestamptz) is %3$L; revoke all on function %1$s(%2$s, timestamptz) from public;
       grant execute on function %1$s(%2$s, timestamptz) to cadastre_user, cadastre_sql, cadastre_owner',
      n.org_schema || '.' || quote_ident(n.name || '_valid_on'), business.type,
      format('What %s said of that day (%s), as it was known at a moment: of each row the last version that had begun by then. %s', n.name,
        business.name, comment_at)));
  end if;

  perform data.run_as_views(format(
    'comment on function %1$s(timestamptz) is %4$L;
     comment on function %2$s(timestamptz, timestamptz) is %5$L;
     comment on function %3$s(jsonb) is %6$L;
     revoke all on function %1$s(timestamptz), %2$s(timestamptz, timestamptz), %3$s(jsonb) from public;
     grant execute on function %1$s(timestamptz), %2$s(timestamptz, timestamptz), %3$s(jsonb) to cadastre_user, cadastre_sql, cadastre_owner',
    n.as_of_function, n.org_schema || '.' || quote_ident(n.name || '_diff'), n.org_schema || '.' || quote_ident(n.name || '_timeline'),
    format('Rows of %s as they were at that moment. %s', n.name, comment_at),
    format('What differs in %s between two moments, one row each: change is added, changed, removed or restored. %s', n.name, comment_at),
    format('Versions of one row of %s, newest first: who, when, why, from which file and line, and what the rules said. key: {<key field>: value}.', n.name)));
end
$$;
comment on function data.make_past_functions(uuid) is 'Generates a dataset''s functions about the past.';
revoke execute on function data.make_past_functions(uuid) from public;
