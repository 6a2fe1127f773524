-- Whether a record ({<field>: text}) is the person's: one of the conditions ([{<field>: typed value}]) is contained in it.
create or replace function data.fits_subject(p_dataset uuid, p_record jsonb, p_conditions jsonb) returns boolean
language sql stable
set search_path = ''
as $$
  select exists (
    select from jsonb_array_elements(p_conditions) c
     where (select jsonb_object_agg(f.name, data.typed_value(p_record ->> f.name, f.type))
              from data.fields f
             where f.org_id = private.org_id() and f.dataset_id = p_dataset and p_record ->> f.name is not null and c.value ? f.name) @> c.value)
$$;
comment on function data.fits_subject(uuid, jsonb, jsonb) is 'Whether a record fits one of an erasure''s conditions. Internal.';
revoke execute on function data.fits_subject(uuid, jsonb, jsonb) from public;
