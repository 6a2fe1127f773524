-- The fields of a dataset on which a mask may lie, with SQL over the alias (`t.`):
--   binds    some mask on it binds whoever is asking, whatever the row: sub-selects alone, asked once a statement
--   applies  it is masked in this row: the mask's condition, if it has one, is not false (unknown lifts nothing)
--   shown    the value as it is shown: the first mask that applies, by priority, the stricter one where they are equal
-- A field is meant by a mask that names it ("fields") or one of its tags, or a tag of the dataset; the key only by its own
-- name or tag, since without a key nothing of a dataset is left to work with.
create or replace function data.masked_fields(p_dataset uuid, p_alias text default 't.')
returns table (name text, "position" int, type text, binds text, applies text, shown text)
language sql stable
set search_path = ''
as $$
  with masks as (
    select f.name, f.position, f.type, p.mask, p.priority, p.id, p.org_id,
           private.binds_sql(p) || ' is not false' as bound,
           case when p.condition is not null then format('(%s) is not false', private.compile_condition(p.condition, p_dataset, p_alias)) end as met
      from data.policies_of(p_dataset, 'mask') p
      join data.datasets d on d.org_id = p.org_id and d.id = p_dataset
      join data.fields f on f.org_id = p.org_id and f.dataset_id = p_dataset and f.retired_at is null
     where p.mask -> 'fields' ? f.name or f.tags && p.tags or (d.tags && p.tags and f.name <> all (d.key_fields))
  )
  select m.name, m.position, m.type, string_agg(m.bound, ' or '),
         string_agg(concat_ws(' and ', m.bound, m.met), ' or '),
         format('(case %s else %s end)::%s',
           string_agg(format('when %s then %s', concat_ws(' and ', m.bound, m.met),
               coalesce(data.mask_expression(m.org_id, m.mask, m.type, p_alias || quote_ident(m.name)), 'null::' || m.type)), ' '
             order by m.priority, array_position(array['null', 'constant', 'hash', 'partial', 'year'], m.mask ->> 'kind'), m.id),
           p_alias || quote_ident(m.name), m.type)
    from masks m
   group by m.name, m.position, m.type
$$;
comment on function data.masked_fields(uuid, text) is 'Fields on which masks may lie, with the SQL that says when and what is shown.';
