-- Erases every version of a row, with what could prove that somebody's guess of it is right: the salts of its commitments.
-- data.request_erasure asks for all of a person's data, also in files; this is what it does to rows.
-- What is left in the audit trail are commitments to nothing that anybody could name, and an event that says how many
-- there were, who erased them and why. The tree still verifies, and tells of them as erased.
--
-- The salts of a change come from one seed. Where some versions of it are erased, the salts of all others are kept each,
-- and the seed goes. The key is not in the event.
--
-- Where erasures need a second person, a row goes only as part of one that has the approval (or was asked for before that
-- was wanted): never by somebody's call of this function alone.
create or replace function data.erase_row(dataset_id uuid, key jsonb, reason text) returns int
language plpgsql security definer
set search_path = '' set timezone = 'UTC' set datestyle = 'ISO, YMD'
as $$
declare
  n record;
  key_fields text[];
  matches text;
  entries text[];
  found_one record;
  versions int;
  most constant int := 10000;
begin
  perform core.require('compliance.delete');
  perform data.require_on('record.delete', erase_row.dataset_id);
  n := data.dataset_names(erase_row.dataset_id);
  key_fields := case when n.keyed then n.key_fields else '{file_id,source_line}' end;
  if exists (select from unnest(key_fields) k where erase_row.key ->> k is null) then
    perform core.raise('DS005', 'the key is not whole', format('Give %s.', array_to_string(key_fields, ', ')), 'key');
  elsif coalesce(length(trim(reason)), 0) not between 1 and 1000 then
    perform core.raise('22023', 'an erasure needs a reason', 'Say why, in up to 1,000 characters, without the data itself.', 'reason');
  end if;
  if private.erasures_need_approval(n.org_id) and not exists (
       select from data.erasures e
         join private.erasure_subjects s on s.org_id = e.org_id and s.erasure_id = e.id
        where e.org_id = n.org_id and e.state = 'running' and not e.dry_run
          and s.resolved -> erase_row.dataset_id::text -> 'keys' @> jsonb_build_array(erase_row.key)) then
    perform core.raise('RT012', 'an erasure needs another person''s approval here', 'Ask for it: data.request_erasure, cadastre erase, or the page Erasure.');
  end if;
  -- A hold that is being placed is waited for, and then stands.
  perform 1 from data.datasets d where d.org_id = n.org_id and d.id = erase_row.dataset_id for update;
  perform data.hold_refuse(erase_row.dataset_id, erase_row.key);
  select string_agg(format('t.%I = %L::%s', k.name, erase_row.key ->> k.name,
           coalesce(f.type, case k.name when 'file_id' then 'uuid' else 'bigint' end)), ' and ')
    into matches
    from unnest(key_fields) k (name)
    left join data.fields f on f.org_id = n.org_id and f.dataset_id = erase_row.dataset_id and f.name = k.name;
  execute format('lock table %s, %s in access exclusive mode', n.current_table, n.history_table);

  entries := data.entries_of(erase_row.dataset_id, matches, most);
  versions := cardinality(entries);
  if versions = 0 then
    perform core.raise('DS013', 'there is no such row', 'Check the key; an erased row cannot be erased again.', 'key');
  end if;
  for found_one in
    select split_part(e, '/', 1)::uuid as change_id, array_agg(split_part(e, '/', 2)::bigint) as numbers from unnest(entries) e group by 1
  loop
    perform data.forget_salts(found_one.change_id, found_one.numbers);
  end loop;

  -- No other road leads to a deletion from history: its refusal and its missing right are lifted for these two statements.
  execute format('alter table %1$s disable trigger versions__history_delete; alter table %2$s disable trigger history__refuse;
                  create policy erase on %2$s for delete to cadastre_owner using ((select private.org_id()) = %3$L::uuid)',
    n.current_table, n.history_table, n.org_id);
  execute format('delete from %s t where %s', n.history_table, matches);
  execute format('delete from %s t where %s', n.current_table, matches);
  execute format('drop policy erase on %2$s; alter table %1$s enable always trigger versions__history_delete;
                  alter table %2$s enable always trigger history__refuse', n.current_table, n.history_table);
  perform private.drop_carried(n.org_id);
  perform audit.record('record.erase', 'dataset', erase_row.dataset_id::text,
    jsonb_build_object('versions', versions, 'entries', entries, 'reason', reason));
  return versions;
end
$$;
comment on function data.erase_row(uuid, jsonb, text) is
  'Erases every version of a row from the current table and history, and the salts of its commitments; how many versions. Needs compliance.delete and record.delete. Errors: DS001, DS005, DS013, AU005, RT001 legal hold, RT012 needs a second person.';
grant execute on function data.erase_row(uuid, jsonb, text) to cadastre_user, cadastre_worker;
