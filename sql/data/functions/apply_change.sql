-- One change of a contract, on the control rows and on both tables. Called by data.alter_dataset within its frame.
create or replace function data.apply_change(p_dataset uuid, change jsonb) returns void
language plpgsql
set search_path = ''
as $$
declare
  n record := data.dataset_names(p_dataset);
  f data.fields;
  renamed data.fields;
  op text := change ->> 'op';
  target text := change ->> 'name';
  t text;
  max_aliases constant int := 50;
  evolutions constant text[] := '{evolve,freeze,discard_row,discard_value}';
begin
  if op in ('widen', 'rename', 'retire', 'rules', 'alias') or (op = 'business_date' and target is not null) then
    select * into f from data.fields x
     where x.org_id = n.org_id and x.dataset_id = p_dataset and x.name = target and x.retired_at is null;
    if not found then
      perform core.raise('DS011', format('there is no field %L', left(target, 60)), 'Name a field of the contract.', target);
    end if;
  end if;
  -- A policy that asks for the column would ask for nothing from here on.
  if op in ('rename', 'retire') or (op = 'widen' and change ->> 'type' = 'text') then
    perform data.refuse_filtered(p_dataset, f.name);
  end if;
  if op = 'add' then
    if exists (select from data.fields x where x.org_id = n.org_id and x.dataset_id = p_dataset and x.name = change #>> '{field,name}') then
      perform core.raise('DS011', format('there is a field %s already, in use or retired', change #>> '{field,name}'), 'Choose another name.', change #>> '{field,name}');
    end if;
    f := data.put_field(p_dataset, change -> 'field',
      (select max(x.position) + 1 from data.fields x where x.org_id = n.org_id and x.dataset_id = p_dataset), n.key_fields);
    foreach t in array array[n.current_table, n.history_table] loop
      execute format('alter table %s add column %I %s', t, f.name, f.type);
    end loop;
  elsif op = 'widen' then
    if not data.is_wider(f.type, change ->> 'type') then
      perform core.raise('DS012', format('%s cannot become %s without losing values', f.type, left(change ->> 'type', 60)),
        'Widen integer to bigint or numeric, numeric to more digits, anything to text; else add a new field.', target);
    end if;
    foreach t in array array[n.current_table, n.history_table] loop
      execute format('alter table %s alter column %I type %s', t, f.name, change ->> 'type');
    end loop;
    update data.fields x set type = change ->> 'type'
     where x.org_id = n.org_id and x.dataset_id = p_dataset and x.name = f.name;
  elsif op = 'rename' then
    renamed := f;
    renamed.name := change ->> 'to';
    perform data.check_field(renamed, n.key_fields);
    if exists (select from data.fields x where x.org_id = n.org_id and x.dataset_id = p_dataset and x.name = change ->> 'to') then
      perform core.raise('DS011', format('there is a field %s already, in use or retired', change ->> 'to'), 'Choose another name.', change ->> 'to');
    end if;
    foreach t in array array[n.current_table, n.history_table] loop
      execute format('alter table %s rename column %I to %I', t, f.name, change ->> 'to');
    end loop;
    update data.fields x set references_field = change ->> 'to'
     where x.org_id = n.org_id and x.references_dataset = p_dataset and x.references_field = f.name;
    update data.fields x set name = change ->> 'to'
     where x.org_id = n.org_id and x.dataset_id = p_dataset and x.name = f.name;
    update data.datasets x set key_fields = array_replace(key_fields, f.name, change ->> 'to'),
                               business_field = case when business_field = f.name then change ->> 'to' else business_field end
     where x.org_id = n.org_id and x.id = p_dataset;
  elsif op = 'retire' then
    if f.name = any (n.key_fields) or exists (select from data.fields x
        where x.org_id = n.org_id and x.references_dataset = p_dataset and x.references_field = f.name and x.retired_at is null) then
      perform core.raise('DS012', format('%s is part of the key or referred to', f.name), 'Only other fields can be retired.', target);
    end if;
    if exists (select from data.datasets x where x.org_id = n.org_id and x.id = p_dataset and x.business_field = f.name) then
      perform core.raise('DS012', format('%s is the dataset''s business date', f.name), 'Declare another business date, or none, first.', target);
    end if;
    update data.fields x set retired_at = clock_timestamp(), required = false
     where x.org_id = n.org_id and x.dataset_id = p_dataset and x.name = f.name;
  elsif op = 'rules' then
    perform data.put_field(p_dataset, (change -> 'field') || jsonb_build_object('name', f.name, 'type', f.type,
      'sourceName', coalesce(change #>> '{field,sourceName}', f.source_name)), f.position, n.key_fields);
  elsif op = 'alias' then
    -- What a field was called in files before stays known, so that an older file can still be loaded.
    if length(coalesce(change ->> 'sourceName', '')) not between 1 and 1000 then
      perform core.raise('DS011', format('the new name of %s in files is missing or too long', f.name), 'Give sourceName as the file''s header has it.', target);
    elsif cardinality(f.source_aliases) >= max_aliases then
      perform core.raise('DS008', format('field %s has %s names already', f.name, max_aliases), 'Rename the column in the file.', target);
    end if;
    update data.fields x
       set source_aliases = array(select distinct a from unnest(f.source_aliases || f.source_name) a where a <> change ->> 'sourceName'),
           source_name = change ->> 'sourceName'
     where x.org_id = n.org_id and x.dataset_id = p_dataset and x.name = f.name;
  elsif op = 'evolution' then
    if change ->> 'columns' <> all (evolutions) or change ->> 'types' <> all (evolutions) then
      perform core.raise('DS011', 'what happens to other columns or types is not one of the four', 'Use evolve, freeze, discard_row or discard_value.', 'op');
    end if;
    update data.datasets x set columns_evolution = coalesce(change ->> 'columns', columns_evolution),
                               types_evolution = coalesce(change ->> 'types', types_evolution)
     where x.org_id = n.org_id and x.id = p_dataset;
  elsif op = 'business_date' then
    if target is not null and f.type not in ('date', 'timestamptz') then
      perform core.raise('DS011', format('%s is no date', f.name), 'A business date is a field of type date or timestamptz.', target);
    end if;
    update data.datasets x set business_field = target where x.org_id = n.org_id and x.id = p_dataset;
  elsif op = 'gate' then
    update data.datasets x set max_rejected_share = coalesce((change ->> 'maxRejectedShare')::numeric, max_rejected_share),
                               gate_min_rows = coalesce((change ->> 'gateMinRows')::int, gate_min_rows)
     where x.org_id = n.org_id and x.id = p_dataset;
  else
    perform core.raise('DS011', format('unknown change %L', left(op, 60)), 'Use add, widen, rename, retire, rules, alias, evolution, business_date or gate.', 'op');
  end if;
end
$$;
comment on function data.apply_change(uuid, jsonb) is 'Applies one change of a contract. Internal to data.alter_dataset.';
