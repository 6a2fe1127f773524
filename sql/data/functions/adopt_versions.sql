-- Datasets made before versions were committed to: their tables get the present triggers, and one change commits to every
-- version that is there. For the sealer, before it seals an organization for the first time. How many versions it was.
create or replace function data.adopt_versions() returns bigint
language plpgsql security definer
set search_path = '' set timezone = 'UTC' set datestyle = 'ISO, YMD' set lock_timeout = '5s'
as $$
declare
  org uuid := private.org_id();
  d data.datasets;
  n record;
  columns text;
  seed bytea;
  made bigint;
  commitments bytea;
  names text[];
  adopted bigint := 0;
begin
  perform core.require('run.execute');
  for d in select * from data.datasets x where x.org_id = org order by x.id loop
    n := data.dataset_names(d.id);
    continue when exists (select from pg_catalog.pg_trigger t
                           where t.tgrelid = n.current_table::regclass and t.tgname = 'versions__history_insert');
    execute format('lock table %s in share row exclusive mode', n.current_table);
    perform data.make_triggers(d.id, n.current_table);
    select string_agg(format('%I', f.name), ', ' order by f.position)
           || ', file_id, version, change_type, change_mask, valid_from, changed_by, run_id, source_line, change_reason' into columns
      from data.fields f where f.org_id = org and f.dataset_id = d.id;
    seed := public.gen_random_bytes(16);
    execute format($q$
      select count(*), string_agg(substr(sha256(sha256($1 || int8send(x.i)) || convert_to(x.said, 'UTF8')), 1, 16), ''::bytea order by x.i),
             array_agg(x.name order by x.i)
        from (select row_number() over () - 1 as i, %s as said, %s as name
                from (select %3$s from %4$s union all select %3$s from %5$s) t) x $q$,
      data.version_text(d.id, d.contract_version), data.version_name(d.id), columns, n.current_table, n.history_table)
      into made, commitments, names using seed;
    if made > 0 then
      perform audit.add_change(org, d.id, d.contract_version, 'insert', null, made, commitments, seed, names);
      adopted := adopted + made;
    end if;
  end loop;
  return adopted;
end
$$;
comment on function data.adopt_versions() is 'Commits to versions of datasets made before versions were committed to; how many.';
revoke execute on function data.adopt_versions() from public;
grant execute on function data.adopt_versions() to cadastre_worker;
