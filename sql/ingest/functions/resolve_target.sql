-- What an upload is meant for: the dataset when it exists, the mode and the key in force. All refusals that can be
-- made before a byte is received are made here. Internal.
create or replace function ingest.resolve_target(
  p_name text, p_mode text, p_key text[],
  out dataset_id uuid, out mode text, out key_fields text[]
) returns record
language plpgsql stable
set search_path = ''
as $$
declare
  d data.datasets;
  k text;
  max_key_fields constant int := 16;
begin
  if p_name is null or p_name !~ '^[a-z][a-z0-9_]*$' or length(p_name) > 50 then
    perform core.raise('IN001', format('%L is not a dataset name', left(p_name, 60)),
      'Use 1 to 50 lower-case letters, digits and underscores, beginning with a letter, for example "orders".', 'dataset');
  end if;
  if p_mode is not null and p_mode not in ('upsert', 'snapshot', 'append') then
    perform core.raise('IN002', format('%L is not a mode', left(p_mode, 60)), 'Use upsert, snapshot or append.', 'mode');
  end if;
  p_key := nullif(p_key, '{}');
  if cardinality(p_key) > max_key_fields then
    perform core.raise('IN003', format('a key has at most %s fields', max_key_fields), 'Name fewer fields.', 'key');
  end if;
  foreach k in array coalesce(p_key, '{}') loop
    if k is null or trim(k) = '' or length(k) > 1000 then
      perform core.raise('IN003', 'a key field has no name', 'Name the key fields, separated by commas.', 'key');
    end if;
  end loop;

  select * into d from data.datasets x where x.org_id = private.org_id() and x.name = p_name;
  if d.id is null then
    -- The first file makes the dataset.
    perform core.require('dataset.create');
    mode := coalesce(p_mode, case when p_key is null then 'append' else 'upsert' end);
    key_fields := coalesce(p_key, '{}');
    if (mode = 'append') <> (p_key is null) then
      perform core.raise('IN003', format('mode %s %s', mode, case when p_key is null then 'needs a key' else 'takes no key' end),
        'Name the key fields for upsert and snapshot; leave them out to append.', 'key');
    end if;
    return;
  end if;
  dataset_id := d.id;
  key_fields := d.key_fields;
  mode := coalesce(p_mode, d.default_mode);
  if (mode = 'append') <> (cardinality(d.key_fields) = 0) then
    perform core.raise('IN002', format('dataset %s cannot be loaded by %s', d.name, mode),
      case when cardinality(d.key_fields) = 0 then 'It has no business key: use append.'
           else 'It has a business key: use upsert or snapshot.' end, 'mode');
  end if;
  if p_key is not null and not (
    select count(*) = cardinality(d.key_fields) and count(*) = cardinality(p_key)
      from unnest(p_key) with ordinality g (given, place)
      join data.fields f on f.org_id = d.org_id and f.dataset_id = d.id and f.name = d.key_fields[place]
     where lower(trim(given)) in (f.name, lower(trim(f.source_name)))
  ) then
    perform core.raise('IN003', format('the key of dataset %s is (%s)', d.name, array_to_string(d.key_fields, ', ')),
      'Leave the key out, or give it as the dataset has it.', 'key');
  end if;
end
$$;
comment on function ingest.resolve_target(text, text, text[]) is
  'Dataset (null: to be made), mode and key of an upload. Errors: IN001 name, IN002 mode, IN003 key. Internal.';
