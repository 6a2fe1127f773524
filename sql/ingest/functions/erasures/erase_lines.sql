-- A file was looked through: its lines are kept (a repetition finds them although the file has them no more), counted, and
-- unless it is a search, everything in the database that is of those lines goes: rejected rows with their issues, events
-- of the batch that the file is of, failing rows. Counts stay: how many rows were rejected is no person's value.
-- Called once more after a crash it finds less, so counts are those of the first time.
-- p_lines is an int8multirange as text: the API is generated from types that it knows.
create or replace function ingest.erase_lines(p_erasure uuid, p_file uuid, p_lines text, p_records int) returns void
language plpgsql security definer
set search_path = ''
as $$
declare
  lines int8multirange := p_lines;
  org uuid := private.org_id();
  e data.erasures;
  counts jsonb := '{}';
  is_first boolean;
  n bigint;
begin
  perform core.require('run.execute');
  select * into e from data.erasures x where x.org_id = org and x.id = p_erasure and x.state = 'running' for update;
  insert into private.erasure_files (org_id, erasure_id, file_id, lines) values (org, p_erasure, p_file, lines)
  on conflict do nothing;
  is_first := found;
  if not isempty(lines) then
    counts := jsonb_build_object('files', 1, 'fileLines', p_records,
      'rejectedRows', (select count(*) from ingest.rejected_rows x join ingest.runs r on r.org_id = x.org_id and r.id = x.run_id
                        where r.org_id = org and r.file_id = p_file and x.line <@ lines and x.raw <> ''),
      'issues', (select count(*) from ingest.row_issues x join ingest.runs r on r.org_id = x.org_id and r.id = x.run_id
                  where r.org_id = org and r.file_id = p_file and x.line <@ lines and x.value is not null),
      'events', (select count(*) from ingest.stream_events x join ingest.runs r on r.org_id = x.org_id and r.id = x.run_id
                  where r.org_id = org and r.file_id = p_file and x.line <@ lines),
      'failingRows', (select count(*) from quality.failing_rows x join ingest.runs r on r.org_id = x.org_id and r.id = x.check_id
                       where r.org_id = org and r.file_id = p_file and x.line <@ lines));
    if not e.dry_run then
      update ingest.rejected_rows x set raw = '', record = null, fixed = null, status = case when x.status = 'open' then 'dismissed' else x.status end
        from ingest.runs r where r.org_id = org and r.file_id = p_file and x.org_id = org and x.run_id = r.id and x.line <@ lines;
      update ingest.row_issues x set value = null, message = 'erased'
        from ingest.runs r where r.org_id = org and r.file_id = p_file and x.org_id = org and x.run_id = r.id and x.line <@ lines;
      delete from ingest.stream_events x using ingest.runs r
       where r.org_id = org and r.file_id = p_file and x.org_id = org and x.run_id = r.id and x.line <@ lines;
      delete from quality.failing_rows x using ingest.runs r
       where r.org_id = org and r.file_id = p_file and x.org_id = org and x.check_id = r.id and x.line <@ lines;
    end if;
  end if;
  if is_first then
    update data.erasures x set found = ingest.add_counts(x.found, counts), step = 'files' where x.org_id = org and x.id = p_erasure;
  end if;
  if e.dry_run or isempty(lines) then
    update private.erasure_files x set is_done = true where x.org_id = org and x.erasure_id = p_erasure and x.file_id = p_file;
  end if;
end
$$;
comment on function ingest.erase_lines(uuid, uuid, text, int) is 'Notes the lines of a file that are the person''s and clears what the database has of them. For the worker.';
revoke execute on function ingest.erase_lines(uuid, uuid, text, int) from public;
grant execute on function ingest.erase_lines(uuid, uuid, text, int) to cadastre_worker;
