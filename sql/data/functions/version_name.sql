-- How the audit names a data version: its number and its key, as text. SQL over the alias t. Key fields read as they did
-- under the first contract, so that a version goes by the same name ever after.
create or replace function data.version_name(p_dataset uuid) returns text
language sql stable
set search_path = ''
as $$
  select 't.version::text || '' '' || json_build_array(' || case when n.keyed then (
           select string_agg(coalesce(data.field_text(f.name, f.type, first_.type), format('t.%I::text', f.name)), ', ' order by k.ordinality)
             from unnest(n.key_fields) with ordinality k (name, ordinality)
             join data.fields f on f.org_id = n.org_id and f.dataset_id = p_dataset and f.name = k.name
             left join data.contracts c on c.org_id = n.org_id and c.dataset_id = p_dataset and c.version = 1
             left join lateral jsonb_to_recordset(c.fields) as first_ (type text, position int) on first_.position = f.position)
         else 't.file_id::text, t.source_line::text' end || ')::text'
    from data.dataset_names(p_dataset) n
$$;
comment on function data.version_name(uuid) is 'SQL of a version''s name in the audit: number and key.';
revoke execute on function data.version_name(uuid) from public;
