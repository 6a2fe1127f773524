-- A first load: the landing table itself becomes the dataset's. The platform's columns are added with constant
-- defaults, which PostgreSQL keeps in the catalog: not a row is rewritten, and the key is built once. Error 23505 where
-- a key comes twice. Internal.
create or replace function ingest.adopt_landing(p_run ingest.runs, p_columns text[]) returns void
language plpgsql
set search_path = ''
as $$
declare
  n record := data.dataset_names(p_run.dataset_id);
  typed text := ingest.landing_name(p_run.id, p_run.lease_generation, 'typed');
  bare name := split_part(ingest.landing_name(p_run.id, p_run.lease_generation, 'typed'), '.', 2);
  absent text;
  author uuid := private.user_id();
begin
  select coalesce(string_agg(format('add column %I %s, ', f.name, f.type), '' order by f.position), '') into absent
    from data.fields f
   where f.org_id = p_run.org_id and f.dataset_id = p_run.dataset_id and f.name <> all (p_columns);
  execute format('revoke all on %s from cadastre_worker', typed);
  execute format(
    'alter table %1$s alter column line$ drop identity if exists, %2$s
       add column org_id uuid not null default %3$L, add column file_id uuid default %4$s, add column version int not null default 1,
       add column change_type text not null default ''insert'', add column change_mask bit varying,
       add column valid_from timestamptz not null default %5$L::timestamptz, add column changed_by uuid default %6$s,
       add column run_id uuid default %7$L, add column change_reason text default %8$L',
    typed, absent, n.org_id, case when n.keyed then 'null' else quote_literal(p_run.file_id) end, now(),
    coalesce(quote_literal(author), 'null'), p_run.id, p_run.reason);
  execute format('alter table %s rename column line$ to source_line', typed);
  execute format(
    'alter table %s alter column file_id drop default, alter column changed_by drop default, alter column run_id drop default, alter column change_reason drop default,
       alter column valid_from set default now(), alter column source_line drop not null,
       add column data_hash bytea generated always as (%s) virtual',
    typed, data.hash_expression(p_run.dataset_id));
  -- Landed with more room on each page, since a row grows when it first changes; what comes later is whole already.
  execute format('alter table %s set (fillfactor = 90)', typed);
  execute format('alter table %s set schema %s', typed, n.store_schema);
  perform data.secure_store_table(p_run.dataset_id, bare);
end
$$;
comment on function ingest.adopt_landing(ingest.runs, text[]) is 'Makes a run''s landing table a secured table of its dataset''s. Internal.';
