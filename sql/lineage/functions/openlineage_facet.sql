-- A facet with the two marks that each must have. Internal.
create or replace function lineage.openlineage_facet(p_name text, p_version text, p_content jsonb) returns jsonb
language sql immutable
set search_path = ''
as $$
  select p_content || jsonb_build_object('_producer', 'urn:cadastre',
    '_schemaURL', format('https://openlineage.io/spec/facets/%s/%s.json#/$defs/%s', p_version, p_name, p_name))
$$;
comment on function lineage.openlineage_facet(text, text, jsonb) is 'A facet of OpenLineage. Internal.';
