-- Writes one field of a contract after checking all that can be wrong with it. Fields are given as people and the
-- inference write them: {name, sourceName, type, required, minimum, maximum, pattern, allowedValues, notInFuture,
-- references: {dataset, field}, nullTokens, sourceAliases, description}.
create or replace function data.put_field(p_dataset uuid, spec jsonb, p_position int, p_key_fields text[]) returns data.fields
language plpgsql
set search_path = ''
as $$
declare
  f data.fields;
  target record;
begin
  f.org_id := private.org_id();
  f.dataset_id := p_dataset;
  f.name := spec ->> 'name';
  f.position := p_position;
  f.type := coalesce(spec ->> 'type', 'text');
  f.source_name := coalesce(nullif(spec ->> 'sourceName', ''), f.name);
  f.required := coalesce((spec ->> 'required')::boolean, false) or f.name = any (p_key_fields);
  f.minimum := spec ->> 'minimum';
  f.maximum := spec ->> 'maximum';
  f.pattern := spec ->> 'pattern';
  f.not_in_future := coalesce((spec ->> 'notInFuture')::boolean, false);
  f.description := coalesce(spec ->> 'description', '');
  f.tags := '{}';
  f.source_aliases := case when jsonb_typeof(spec -> 'sourceAliases') = 'array'
    then array(select jsonb_array_elements_text(spec -> 'sourceAliases')) else '{}' end;
  f.allowed_values := case when jsonb_typeof(spec -> 'allowedValues') = 'array'
    then array(select jsonb_array_elements_text(spec -> 'allowedValues')) end;
  f.null_tokens := case when jsonb_typeof(spec -> 'nullTokens') = 'array'
    then array(select jsonb_array_elements_text(spec -> 'nullTokens')) end;

  perform data.check_field(f, p_key_fields);
  if jsonb_typeof(spec -> 'references') = 'object' then
    select d.id, rf.name, rf.type into target
      from data.datasets d
      join data.fields rf on rf.org_id = d.org_id and rf.dataset_id = d.id and rf.retired_at is null
     where d.org_id = f.org_id and d.name = spec #>> '{references,dataset}' and rf.name = spec #>> '{references,field}';
    if target.id is null then
      perform core.raise('DS004', format('field %s refers to %s.%s, which does not exist', f.name,
        left(spec #>> '{references,dataset}', 60), left(spec #>> '{references,field}', 60)),
        'Create the other dataset first, or correct the names.', f.name);
    elsif target.type <> f.type then
      perform core.raise('DS004', format('field %s is %s and refers to a field of type %s', f.name, f.type, target.type),
        'Give both the same type.', f.name);
    end if;
    f.references_dataset := target.id;
    f.references_field := target.name;
  end if;
  insert into data.fields values (f.*)
  on conflict (org_id, dataset_id, name) do update set
    source_name = excluded.source_name, required = excluded.required, minimum = excluded.minimum,
    maximum = excluded.maximum, pattern = excluded.pattern, allowed_values = excluded.allowed_values,
    not_in_future = excluded.not_in_future, references_dataset = excluded.references_dataset,
    references_field = excluded.references_field, null_tokens = excluded.null_tokens, description = excluded.description
  returning * into f;
  return f;
end
$$;
comment on function data.put_field(uuid, jsonb, int, text[]) is 'Checks and writes one field of a contract. Errors: DS002 to DS006.';
