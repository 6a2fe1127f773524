-- Smart tags of a dataset's references, one line each, where the other side's field is its whole key (GraphQL needs a
-- unique target to make a relation of it).
create or replace function data.reference_tags(p_dataset uuid) returns text
language sql stable
set search_path = ''
as $$
  select coalesce(string_agg(
           format(E'\n@foreignKey (%s) references %s (%s)', f.name, target.name, f.references_field), '' order by f.position), '')
    from data.fields f
    join data.datasets target on target.org_id = f.org_id and target.id = f.references_dataset
   where f.org_id = private.org_id() and f.dataset_id = p_dataset and f.retired_at is null
     and target.key_fields = array[f.references_field]
$$;
comment on function data.reference_tags(uuid) is 'Smart tags for the relations of a dataset''s view.';
