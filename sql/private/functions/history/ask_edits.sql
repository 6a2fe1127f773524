-- Asks the deployed rules of the rows that a statement has just written through a dataset's view: all of them at once, so
-- that an edit of ten thousand rows costs one asking. Which rows they are the change feed tells, from where this transaction
-- was asked last. That place is kept in a temporary table of the owner's: a setting could be set by whoever edits.
--
-- Refused rows are refused with HS007, unless whoever edits goes against the rules (cadastre.against_rules) and says why:
-- then it is an event of the audit trail. In `private`, because datasets know neither rules nor the change feed. Internal.
create or replace function private.ask_edits(p_dataset uuid) returns void
language plpgsql
set search_path = ''
as $$
declare
  n record;
  last bigint;
  newest bigint;
  written boolean;
  picked text;
  same text;
  refused jsonb := '[]';
begin
  if not exists (select from quality.rules r join quality.rule_versions v on v.org_id = r.org_id and v.rule_id = r.id and v.version = r.deployed_version
                  where r.org_id = private.org_id() and r.dataset_id = p_dataset and r.enabled and v.action <> 'record') then
    return;
  end if;
  n := data.dataset_names(p_dataset);
  if to_regclass('pg_temp.cadastre_asked') is null then
    create temp table cadastre_asked (dataset uuid primary key, number bigint not null) on commit delete rows;
  elsif not exists (select from pg_catalog.pg_class c where c.oid = to_regclass('pg_temp.cadastre_asked') and c.relowner = current_user::regrole) then
    perform core.raise('42501', 'the temporary table cadastre_asked is not yours to make', 'Drop it and repeat the change.');
  end if;
  select a.number into last from pg_temp.cadastre_asked a where a.dataset = p_dataset;
  last := coalesce(last, 0);
  select max(c.number), bool_or(c.kind in ('insert', 'update')) into newest, written
    from ingest.changes c where c.org_id = n.org_id and c.dataset_id = p_dataset and c.txid = pg_current_xact_id() and c.number > last;
  if newest is null then
    return;
  end if;
  insert into pg_temp.cadastre_asked as a values (p_dataset, newest) on conflict (dataset) do update set number = excluded.number;
  if written then
    select string_agg(format('(x.v ->> %L)::%s as %I', k.name, coalesce(f.type, case k.name when 'file_id' then 'uuid' else 'bigint' end), k.name), ', '),
           string_agg(format('%%1$s.%1$I = %%2$s.%1$I', k.name), ' and ')
      into picked, same
      from unnest(case when n.keyed then n.key_fields else '{file_id,source_line}' end) k (name)
      left join data.fields f on f.org_id = n.org_id and f.dataset_id = p_dataset and f.name = k.name;
    refused := private.refused_rows(p_dataset, format(
      'select t.* from (select distinct %s from ingest.changes c join private.change_keys k on k.org_id = c.org_id and k.number = c.number
         cross join jsonb_array_elements(k.keys) x (v)
        where c.org_id = %L and c.dataset_id = %L and c.txid = pg_current_xact_id() and c.number > %s and c.kind in (''insert'', ''update'')) u
         join %s t on %s', picked, n.org_id, p_dataset, last, n.current_table, format(same, 't', 'u')),
      format('(select t.* from %s t where not exists (select from written w where %s))', n.current_table, format(same, 't', 'w')), false);
  end if;
  refused := refused || private.refused_by_all(p_dataset, true);
  perform data.refuse_restores(refused, data.against_rules(), nullif(current_setting('cadastre.reason', true), ''));
  if refused <> '[]' then
    perform audit.record('record.against_rules', 'dataset', p_dataset::text, jsonb_build_object('rules', data.told_rules(refused)));
  end if;
end
$$;
comment on function private.ask_edits(uuid) is 'Asks rules of the rows that a statement has just edited. Errors: HS007, HS001. Internal.';
revoke execute on function private.ask_edits(uuid) from public;
