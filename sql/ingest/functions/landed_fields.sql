-- The contract's fields that a file brings, by the place of their column: p_columns names the field of each column of
-- the file, null where the column is none of the contract's. With each, the SQL for its cleaned text over the alias r
-- (tokens that mean null taken out), whether that text is of the field's type, and its typed value. Internal.
create or replace function ingest.landed_fields(p_dataset uuid, p_columns text[])
returns table (place int, name text, type text, field_position int, is_key boolean, cleaned text, valid text, typed text)
language sql stable
set search_path = ''
as $$
  with f as (
    select c.place::int as place, f.name, f.type, f.position, f.name = any (d.key_fields) as is_key,
           format('r.c%s', c.place) as raw,
           coalesce(f.null_tokens, case when f.type <> 'text' then array['', 'NA', 'N/A', 'NULL', '\N'] end) as tokens
      from unnest(p_columns) with ordinality c (name, place)
      join data.fields f on f.name = c.name
      join data.datasets d on d.org_id = f.org_id and d.id = f.dataset_id
     where f.org_id = private.org_id() and f.dataset_id = p_dataset and f.retired_at is null
  ), g as (
    select f.*, case when cardinality(f.tokens) > 0
                     then format('(case when btrim(%1$s) = any (%2$L) then null else %1$s end)', f.raw, f.tokens) else f.raw end as clean
      from f
  )
  select g.place, g.name, g.type, g.position, g.is_key, g.clean,
         case when g.type = 'text' then 'true' else format('coalesce(pg_input_is_valid(%s, %L), true)', g.clean, g.type) end,
         case when g.type = 'text' then g.clean else format('%s::%s', g.clean, g.type) end
    from g
   order by g.place
$$;
comment on function ingest.landed_fields(uuid, text[]) is 'Fields that a file''s columns bring, with the SQL that reads them from raw text. Internal.';
