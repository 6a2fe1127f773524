-- A row's key as holds and erasures compare keys: every field of it, each as its own type writes it, so that 042 and 42
-- are one integer. Errors: DS005.
create or replace function data.hold_key(p_dataset uuid, p_key jsonb) returns jsonb
language plpgsql stable
set search_path = '' set timezone = 'UTC' set datestyle = 'ISO, YMD'
as $$
declare
  n record := data.dataset_names(p_dataset);
  k record;
  said text;
  result jsonb := '{}';
begin
  for k in
    select c.name, coalesce(f.type, case c.name when 'file_id' then 'uuid' else 'bigint' end) as type
      from unnest(case when n.keyed then n.key_fields else '{file_id,source_line}' end) c (name)
      left join data.fields f on n.keyed and f.org_id = n.org_id and f.dataset_id = p_dataset and f.name = c.name
  loop
    if jsonb_typeof(p_key) is distinct from 'object' or p_key ->> k.name is null then
      perform core.raise('DS005', 'the key is not whole', format('Give %s.', array_to_string(case when n.keyed then n.key_fields else '{file_id,source_line}' end, ', ')), 'key');
    end if;
    said := data.typed_text(p_key ->> k.name, k.type);
    if said is null then
      perform core.raise('DS005', format('the key''s %s is not %s', k.name, k.type), 'Write it as the dataset does.', k.name);
    end if;
    result := result || jsonb_build_object(k.name, said);
  end loop;
  return result;
end
$$;
comment on function data.hold_key(uuid, jsonb) is 'A row''s key, each field as its own type writes it. Error DS005. Internal.';
revoke execute on function data.hold_key(uuid, jsonb) from public;
