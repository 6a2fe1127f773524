-- The expression behind composite_key: org/dataset/key values, each value with % and / escaped, so that different
-- keys never read the same (a_b + c and a + b_c did, in a tool that joined them with an underscore).
-- A value's text does not depend on the session's settings. A masked key field is in it as it is shown.
create or replace function data.key_expression(p_dataset uuid) returns text
language sql stable
set search_path = ''
as $$
  select format('%L', n.slug || '/' || n.name || '/') || ' || ' ||
    case when n.keyed then (
      select string_agg(
        format('replace(replace(%s, ''%%'', ''%%25''), ''/'', ''%%2F'')',
          case f.type
            when 'text' then v.sql
            when 'timestamptz' then format('((to_json(%s at time zone ''UTC'') #>> ''{}'') || ''Z'')', v.sql)
            else format('(to_json(%s) #>> ''{}'')', v.sql)
          end), ' || ''/'' || ' order by k.ordinality)
        from unnest(n.key_fields) with ordinality k (name, ordinality)
        join data.fields f on f.org_id = n.org_id and f.dataset_id = p_dataset and f.name = k.name
        left join data.masked_fields(p_dataset) m on m.name = k.name
        cross join lateral (select coalesce(m.shown, format('t.%I', f.name)) as sql) v)
    else 't.file_id::text || ''/'' || t.source_line::text' end
    from data.dataset_names(p_dataset) n
$$;
comment on function data.key_expression(uuid) is 'SQL of composite_key for a dataset, over the alias t.';
