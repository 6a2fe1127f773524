-- The expression behind data_hash: sha256 over all declared columns, each with its length or a mark for null, so that
-- no two different rows read the same. Only immutable built-ins: virtual generated columns allow nothing else.
-- A text[] goes in by two 64-bit hashes, since every text form of an array depends on settings.
create or replace function data.hash_expression(p_dataset uuid) returns text
language sql stable
set search_path = ''
as $$
  select format('sha256(decode(replace(%s, ''\'', ''\\''), ''escape''))',
    string_agg(
      format('coalesce(%s, ''~'') || ''|''',
        case
          when f.type = 'text' then format('length(%1$I)::text || '':'' || %1$I', f.name)
          when f.type = 'date' then format('extract(julian from %I)::text', f.name)
          when f.type = 'timestamptz' then format('extract(epoch from %I - timestamptz ''2000-01-01 00:00:00+00'')::text', f.name)
          when f.type = 'time' then format('extract(epoch from %I)::text', f.name)
          when f.type = 'text[]' then
            format('hash_array_extended(%1$I, 0)::text || ''.'' || hash_array_extended(%1$I, 42)::text', f.name)
          else format('%I::text', f.name)
        end), ' || ' order by f.position))
    from data.fields f
   where f.org_id = private.org_id() and f.dataset_id = p_dataset
$$;
comment on function data.hash_expression(uuid) is 'SQL of data_hash for a dataset''s table.';
