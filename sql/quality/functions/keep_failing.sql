-- Keeps a rule's first failing rows of a source with a check, in place of those that are kept. Internal.
create or replace function quality.keep_failing(p_dataset uuid, p_check uuid, p_source text, p_rule jsonb) returns void
language plpgsql
set search_path = ''
as $$
declare
  kept constant int := 100;
begin
  delete from quality.failing_rows f where f.org_id = private.org_id() and f.dataset_id = p_dataset and f.check_id = p_check and f.rule_name = p_rule ->> 'name';
  execute format('insert into quality.failing_rows (org_id, dataset_id, check_id, rule_name, no, line, record)
    select $1, $2, $3, $4, row_number() over (), t.source_line, to_jsonb(t.*) - ''org_id'' - ''data_hash'' - ''change_mask'' from %s t where %s limit %s',
    p_source, p_rule ->> 'fails', kept) using private.org_id(), p_dataset, p_check, p_rule ->> 'name';
end
$$;
comment on function quality.keep_failing(uuid, uuid, text, jsonb) is 'Keeps a rule''s first failing rows. Internal.';
