-- The moment of a load: the dataset as of it is as the run left it; just before it, as the run found it. By row-level
-- security of whoever asks. Runs from before the moment was kept have their end instead, which is a little later.
create or replace function ingest.moment_of_run(run_id uuid, before boolean default false) returns timestamptz
language plpgsql stable
set search_path = ''
as $$
declare
  moment timestamptz;
begin
  select coalesce(r.merged_at, r.finished_at) into moment
    from ingest.runs r
   where r.org_id = (select private.org_id()) and r.id = moment_of_run.run_id and r.status = 'succeeded';
  if moment is null then
    raise exception using errcode = 'HS003', message = 'there is no such load, or it has changed nothing yet', column = 'run_id',
      hint = 'Name a run that has succeeded.';
  end if;
  return case when moment_of_run.before then moment - interval '1 microsecond' else moment end;
end
$$;
comment on function ingest.moment_of_run(uuid, boolean) is
  'The moment as of which a dataset is as the run left it; with before, as the run found it. Error HS003.';
revoke execute on function ingest.moment_of_run(uuid, boolean) from public;
grant execute on function ingest.moment_of_run(uuid, boolean) to cadastre_user, cadastre_worker;
