-- Superseded versions of a dataset's rows. Inserted by triggers only; nobody has the right to change or delete one.
create or replace function data.make_history_table(p_dataset uuid) returns void
language plpgsql
set search_path = ''
as $$
declare
  n record;
  columns text;
  key_columns text;
begin
  n := data.dataset_names(p_dataset);
  select string_agg(format('%I %s', f.name, f.type), ', ' order by f.position) into columns
    from data.fields f where f.org_id = n.org_id and f.dataset_id = p_dataset;
  select coalesce(string_agg(format('%I', k.name), ', ' order by k.ordinality), 'file_id, source_line') into key_columns
    from unnest(n.key_fields) with ordinality k (name, ordinality);
  execute format(
    'create table %s (
       org_id uuid not null default %L check (org_id = %2$L::uuid), %s,
       file_id uuid, version int not null, change_type text not null, change_mask bit varying,
       valid_from timestamptz not null, valid_to timestamptz not null, changed_by uuid, run_id uuid, source_line bigint, change_reason text,
       data_hash bytea generated always as (%s) virtual,
       primary key (%s, version), check (valid_to >= valid_from)
     )', n.history_table, n.org_id, columns, data.hash_expression(p_dataset), key_columns);
  -- Rows come in the order in which they were superseded, so a few pages of summary tell where the versions of a moment
  -- are: as-of reads those and not the whole history. It costs an insert next to nothing.
  execute format('create index on %s using brin (valid_from, valid_to) with (pages_per_range = 16, autosummarize = on)', n.history_table);
  perform data.store_policies(n.history_table, n.org_id, p_dataset, true);
  execute format('grant select on %s to cadastre_views', n.history_table);
  execute format(
    'create trigger history__refuse before update or delete or truncate on %s
       for each statement execute function data.tg_history__refuse()', n.history_table);
  execute format('alter table %s enable always trigger history__refuse', n.history_table);
end
$$;
comment on function data.make_history_table(uuid) is 'Makes a dataset''s history table with its policies and its refusal of changes.';
