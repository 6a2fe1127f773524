-- A person's versions in one archive. The worker gives the file's rows; what comes back is how many of them are the
-- person's and, unless it is a search, the rows that stay, after the salts of the others were forgotten: one transaction
-- with data.replace_archive, which puts the new file in the old one's place. Error AU005.
create or replace function data.erase_archived(p_erasure uuid, p_archive uuid, p_rows jsonb, out person_versions bigint, out kept jsonb)
language plpgsql security definer
set search_path = '' set timezone = 'UTC' set datestyle = 'ISO, YMD'
as $$
declare
  org uuid := private.org_id();
  e data.erasures;
  a data.archives;
  s private.erasure_subjects;
  n record;
  about jsonb;
  key_text text;
  one record;
  entries jsonb;
begin
  perform core.require('run.execute');
  select * into e from data.erasures x where x.org_id = org and x.id = p_erasure and x.state = 'running';
  select * into a from data.archives x where x.org_id = org and x.id = p_archive and x.state = 'archived' for update;
  select * into s from private.erasure_subjects x where x.org_id = org and x.erasure_id = p_erasure;
  if e.id is null or a.id is null or s.resolved is null then
    return;
  end if;
  n := data.dataset_names(a.dataset_id);
  perform data.put_archived(a.dataset_id, a.fields, p_rows, 'cadastre_archive');
  -- Rows that are in history under the same key are the person's too, whatever this version says.
  about := data.find_subject(a.dataset_id, s.selections, 'pg_temp.cadastre_archive');
  about := data.merge_subject(s.resolved -> a.dataset_id::text, about);
  if not e.dry_run then
    perform data.hold_refuse(a.dataset_id, k.value) from jsonb_array_elements(about -> 'keys') k
      where exists (select from data.legal_holds h where h.org_id = org and h.released_at is null);
  end if;
  -- Rows that the archive alone tells of are looked for in the steps that follow.
  update private.erasure_subjects x set resolved = x.resolved || jsonb_build_object(a.dataset_id, about) where x.org_id = org and x.erasure_id = p_erasure;
  select string_agg(format('%L, t.%I::text', k.name, k.name), ', ') into key_text
    from unnest(case when n.keyed then n.key_fields else '{file_id,source_line}' end) k (name);
  execute format('create temporary table cadastre_erasing on commit drop as select t.* from pg_temp.cadastre_archive t where jsonb_build_object(%s) in (select jsonb_array_elements($1))', key_text)
    using about -> 'keys';
  execute 'select count(*) from pg_temp.cadastre_erasing' into person_versions;
  if person_versions > 0 and not e.dry_run then
    select coalesce(jsonb_agg(x.change_id || '/' || x.entry), '[]') into entries from data.entries_in(a.dataset_id, 'select * from pg_temp.cadastre_erasing') x;
    for one in select split_part(x, '/', 1)::uuid as change_id, array_agg(split_part(x, '/', 2)::bigint) as numbers from jsonb_array_elements_text(entries) x group by 1 loop
      perform data.forget_salts(one.change_id, one.numbers);
    end loop;
    perform audit.record('record.erase', 'dataset', a.dataset_id::text, jsonb_build_object('versions', person_versions, 'archive', a.id, 'reason', e.reason, 'entries', entries));
    execute format('select coalesce(jsonb_agg(%s order by t.valid_to, t.version), ''[]'') from pg_temp.cadastre_archive t where jsonb_build_object(%s) not in (select jsonb_array_elements($1))',
      data.archive_columns(a.dataset_id, a.fields), key_text) into kept using about -> 'keys';
  end if;
  drop table pg_temp.cadastre_archive, pg_temp.cadastre_erasing;
end
$$;
comment on function data.erase_archived(uuid, uuid, jsonb) is 'Versions of a person in an archive: how many, and the rows that stay. For the worker. Error AU005.';
revoke execute on function data.erase_archived(uuid, uuid, jsonb) from public;
grant execute on function data.erase_archived(uuid, uuid, jsonb) to cadastre_worker;
