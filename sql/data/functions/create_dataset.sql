-- A dataset from its contract: control rows, tables, history, triggers, policies, views, all in the caller's
-- transaction. Without key fields it is append-only: its key is the file and the line.
create or replace function data.create_dataset(name text, fields jsonb, key_fields text[] default '{}',
                                               default_mode text default null, title text default '',
                                               description text default '')
returns data.datasets
language plpgsql security definer
set search_path = ''
as $$
declare
  d data.datasets;
  spec jsonb;
  place int := 0;
  missing text;
  max_fields constant int := 500;
begin
  perform core.require('dataset.create');
  key_fields := coalesce(key_fields, '{}');
  if create_dataset.name is null or create_dataset.name !~ '^[a-z][a-z0-9_]*$' or length(create_dataset.name) > 50 then
    perform core.raise('DS007', format('%L is not a valid dataset name', left(create_dataset.name, 60)),
      'Use up to 50 lower-case letters, digits and underscores, beginning with a letter.', 'name');
  elsif jsonb_typeof(fields) is distinct from 'array' or jsonb_array_length(fields) not between 1 and max_fields then
    perform core.raise('DS008', format('a dataset has 1 to %s fields', max_fields), 'Give the fields as a JSON array.', 'fields');
  end if;
  select k into missing from unnest(key_fields) k
   where not exists (select from jsonb_array_elements(fields) e where e ->> 'name' = k) limit 1;
  if missing is not null then
    perform core.raise('DS005', format('the key field %L is not among the fields', left(missing, 60)),
      'Name key fields as the contract does.', 'key_fields');
  elsif cardinality(key_fields) <> (select count(distinct k) from unnest(key_fields) k) then
    perform core.raise('DS005', 'a key field is named twice', 'Name each key field once.', 'key_fields');
  end if;
  begin
    insert into data.datasets (org_id, name, key_fields, default_mode, title, description, created_by)
    values (private.org_id(), create_dataset.name, create_dataset.key_fields,
            coalesce(create_dataset.default_mode, case when cardinality(key_fields) = 0 then 'append' else 'upsert' end),
            coalesce(create_dataset.title, ''), coalesce(create_dataset.description, ''), private.user_id())
    returning * into d;
  exception
    when unique_violation then
      perform core.raise('DS009', format('there is a dataset %s already', create_dataset.name), 'Choose another name.', 'name');
    when check_violation then
      perform core.raise('DS008', 'the mode does not fit the key', 'Datasets with a key load by upsert or snapshot, those without by append.', 'default_mode');
  end;
  for spec in select e from jsonb_array_elements(fields) e loop
    place := place + 1;
    if exists (select from data.fields f where f.org_id = d.org_id and f.dataset_id = d.id and f.name = spec ->> 'name') then
      perform core.raise('DS002', format('the field %s is named twice', spec ->> 'name'), 'Give each field a name of its own.', spec ->> 'name');
    end if;
    perform data.put_field(d.id, spec, place, d.key_fields);
    if (spec ->> 'businessDate')::boolean then
      perform data.apply_change(d.id, jsonb_build_object('op', 'business_date', 'name', spec ->> 'name'));
    end if;
  end loop;
  -- <name>_history and <name>_as_of must not meet another dataset's objects.
  if exists (select from data.datasets o where o.org_id = d.org_id and o.id <> d.id
              and (o.name in (d.name || '_history', d.name || '_as_of') or d.name in (o.name || '_history', o.name || '_as_of'))) then
    perform core.raise('DS009', format('the name %s meets the history of another dataset', d.name), 'Choose another name.', 'name');
  end if;
  perform data.record_contract(d.id, 1, 'created');
  perform data.create_store_table(d.id, d.name::name);
  perform data.make_history_table(d.id);
  perform data.secure_store_table(d.id, d.name::name);
  perform data.make_views(d.id);
  perform audit.record('dataset.create', 'dataset', d.id::text, jsonb_build_object('name', d.name, 'key_fields', d.key_fields));
  return d;
end
$$;
comment on function data.create_dataset(text, jsonb, text[], text, text, text) is
  'Creates a dataset from a contract. Needs dataset.create. Fields: [{name, sourceName, type, required, minimum, maximum, pattern, allowedValues, notInFuture, references: {dataset, field}, nullTokens, description, businessDate}]. Errors: DS002 to DS009.';
grant execute on function data.create_dataset(text, jsonb, text[], text, text, text) to cadastre_user, cadastre_worker;
