--! Previous: sha1:836fd035309c1a096b263d6c8d4105d2c23a5611
--! Hash: sha1:8447cb0f64e0b536187d16bf860d4d1b64d80170

-- Edits by hand, restores, replays and undos need a reason where the organization says so.
alter table tenancy.organizations add column reasons_required boolean not null default false;

-- Since when a row's statement is true in the world; null: the dataset has one time axis.
alter table data.datasets add column business_field text check (length(business_field) <= 58);

alter table ingest.runs
  -- The time of the merge's transaction, as its versions bear it.
  add column merged_at timestamptz,
  -- Of an undo, which is a run itself: what it undid. And the other way round.
  add column undo_of uuid,
  add column undone_by uuid,
  add column reason text check (length(reason) <= 1000),
  add foreign key (org_id, undo_of) references ingest.runs (org_id, id),
  add foreign key (org_id, undone_by) references ingest.runs (org_id, id);
create index runs_undo_of_idx on ingest.runs (org_id, undo_of);
create index runs_undone_by_idx on ingest.runs (org_id, undone_by);

-- Tables of datasets that are there already: versions bear the reason, and history is found by its time.
do $$
declare
  t record;
begin
  for t in
    select c.oid::regclass::text as name, c.relname like '%\_history' as is_history
      from pg_catalog.pg_class c
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where n.nspname like 'store\_%' and c.relkind = 'r'
       and exists (select from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attname = 'change_mask')
  loop
    execute format('alter table %s add column if not exists change_reason text', t.name);
    if t.is_history then
      execute format('create index on %s using brin (valid_from, valid_to) with (pages_per_range = 16, autosummarize = on)', t.name);
    end if;
  end loop;
end
$$;
