comment on table ingest.system_templates is 'Templates of pipelines that come with the product; for everybody.';
alter table ingest.system_templates enable row level security, force row level security;
drop policy if exists select_member on ingest.system_templates;
create policy select_member on ingest.system_templates for select to public using ((select private.has_permission('pipeline.view')));
drop policy if exists all_owner on ingest.system_templates;
create policy all_owner on ingest.system_templates for all to cadastre_owner using (true) with check (true);
drop policy if exists all_system on ingest.system_templates;
create policy all_system on ingest.system_templates for select to cadastre_system using (true);
grant select on ingest.system_templates to cadastre_user, cadastre_worker, cadastre_system;

delete from ingest.system_templates;
insert into ingest.system_templates (name, version, title, description, definition) values
('latest_by_key', 1, 'The latest row of each key',
 'Keeps of each key (id) the row with the latest date (updated_at) of a file, and loads it by key. Change the names to yours.',
 '{"input": {"kind": "file"},
   "steps": [{"kind": "cast", "fields": {"updated_at": {"type": "timestamptz"}}, "on_error": "null"},
             {"kind": "deduplicate", "keys": ["id"], "order": [{"field": "updated_at", "direction": "desc"}]}],
   "output": {"dataset": "latest", "mode": "upsert", "key_fields": ["id"]}}'),
('hide_contacts', 1, 'People without their contact data',
 'Replaces e-mail addresses by keyed hashes, which still join, and shows only the last two digits of telephone numbers.',
 '{"input": {"kind": "file"},
   "steps": [{"kind": "mask", "fields": ["email"], "method": "hash"},
             {"kind": "mask", "fields": ["phone"], "method": "partial", "last": 2}],
   "output": {"dataset": "people", "mode": "upsert", "key_fields": ["id"]}}'),
('set_bad_rows_aside', 1, 'Bad rows into a dataset of their own',
 'Rows without an amount that is a number go to a second dataset with the line that they came from; the others are loaded.',
 '{"input": {"kind": "file"},
   "steps": [{"kind": "derive", "fields": {"line": "_source_line"}},
             {"kind": "split", "where": "number(amount) is null", "output": {"dataset": "bad_rows", "mode": "append"}},
             {"kind": "cast", "fields": {"amount": {"type": "numeric"}}}],
   "output": {"dataset": "good_rows", "mode": "append"}}'),
('counts_per_day', 1, 'Counts per day, kept up to date',
 'A model that counts the rows of a dataset (orders) per day and reads only the days from the last one on.',
 '{"kind": "model", "sql": "select ordered_on, count(*) as orders from orders group by ordered_on",
   "dataset": "orders_per_day", "materialized": "incremental", "key_fields": ["ordered_on"], "cursor": "ordered_on"}');
