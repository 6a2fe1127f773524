-- A snapshot with rejected rows whose key cannot be read (a ragged line, a key that is not of its type): such a line
-- may be the replacement of a live row that would now be deleted. A live row is spared where every key value that has
-- one spelling only (text, whole numbers, uuid) is found in the raw text of such a line. Where that cannot be told,
-- nothing is deleted. Returns how many rows were spared. Internal.
create or replace function ingest.spare_rows(p_run ingest.runs, p_columns text[]) returns bigint
language plpgsql
set search_path = ''
as $$
declare
  kept text := ingest.landing_name(p_run.id, p_run.lease_generation, 'keys');
  out_table text := ingest.landing_name(p_run.id, p_run.lease_generation, 'out');
  n record := data.dataset_names(p_run.dataset_id);
  any_null text;
  found text;
  unread bigint;
  known bigint;
  going bigint;
  spared bigint;
  max_comparisons constant bigint := 20000000;
begin
  select string_agg(format('k.%I is null', f.name), ' or '),
         string_agg(format('strpos(u.raw, s.%I::text) > 0', f.name), ' and ') filter (where f.type in ('text', 'integer', 'bigint', 'uuid'))
    into any_null, found
    from ingest.landed_fields(p_run.dataset_id, p_columns) f where f.is_key;
  execute format('select (select count(*) from %s k where %s) + $1 - (select count(*) from %s where reason <> ''duplicate'')',
    kept, any_null, out_table) into unread using p_run.rejected_rows;
  if unread = 0 then
    return 0;
  end if;
  drop table if exists pg_temp.cadastre_unread;
  execute format(
    'create temp table cadastre_unread on commit drop as
     select x.raw from ingest.rejected_rows x
      where x.org_id = $1 and x.run_id = $2
        and (not exists (select from %s o where o.line = x.line) or exists (select from %s k where k.line$ = x.line and (%s)))',
    out_table, kept, any_null) using p_run.org_id, p_run.id;
  select count(*) into known from pg_temp.cadastre_unread;
  select count(*) into going from pg_temp.cadastre_diff where line$ is null;
  if known < unread or found is null or known * going > max_comparisons then
    found := 'true';
  end if;
  execute format(
    'delete from pg_temp.cadastre_diff d using %s s
      where d.line$ is null and s.ctid = d.ctid$ and exists (select from pg_temp.cadastre_unread u where %s)',
    n.current_table, found);
  get diagnostics spared = row_count;
  if spared > 0 then
    insert into ingest.row_issues (org_id, run_id, line, column_name, rule, severity, rejected, message, remedy)
    values (p_run.org_id, p_run.id, 0, '', 'snapshot_spared', 'warning', false,
      format('%s rows that the file does not hold were not deleted: %s rejected lines have keys that cannot be read, and may be theirs', spared, unread),
      'Correct the rejected lines and load the file again.')
    on conflict do nothing;
  end if;
  return spared;
end
$$;
comment on function ingest.spare_rows(ingest.runs, text[]) is 'Takes rows that a rejected line may stand for out of a snapshot''s deletions. Internal.';
