-- What a source is told to read, and into what, before it is kept. Internal.
create or replace function ingest.check_source(p_source ingest.sources, p_kind text) returns void
language plpgsql
set search_path = ''
as $$
declare
  spec record;
  max_options constant int := 50000;
begin
  if p_source.name is null or p_source.name !~ '^[a-z][a-z0-9_-]{0,49}$' then
    perform core.raise('IN086', 'a source''s name is 1 to 50 lower-case letters, digits, hyphens and underscores, beginning with a letter',
      'Use a name such as "crm-orders".', 'name');
  end if;
  select * into spec from ingest.connector_kinds() k where k.kind = p_kind;
  if p_source.how is null or p_source.how <> all (spec.hows) then
    perform core.raise('IN086', format('a source of kind %s is read %s', p_kind, array_to_string(spec.hows, ' or ')), 'Choose one of them.', 'how');
  end if;
  perform ingest.check_spec(p_source.selection, spec.selection, 'IN086', 'selection');
  if p_source.how = 'incremental' and spec.selection ? 'cursorField' and not p_source.selection ? 'cursorField' then
    perform core.raise('IN086', 'an incremental source needs a cursor field', 'Name a column that only grows, such as a time of change, as cursorField.', 'cursorField');
  elsif p_source.how = 'incremental' and spec.selection ? 'cursor' and not p_source.selection ? 'cursor' then
    perform core.raise('IN086', 'an incremental source needs a cursor', 'Give cursor: {field, parameter}.', 'cursor');
  end if;
  if p_source.how = 'incremental' and p_source.mode = 'snapshot' then
    perform core.raise('IN002', 'what is read piece by piece is no snapshot', 'Use upsert or append, or read the source full.', 'mode');
  end if;
  if jsonb_typeof(p_source.options) is distinct from 'object' or length(p_source.options::text) > max_options then
    perform core.raise('IN004', 'the options are not a JSON object, or too long', 'See docs/reference/uploads.md.', 'options');
  end if;
  perform ingest.resolve_target(p_source.dataset_name, p_source.mode, p_source.key_fields);
end
$$;
comment on function ingest.check_source(ingest.sources, text) is 'Errors: IN001 to IN004, IN086. Internal.';
