-- Which records of a file are the person's: [[line, {<field>: text}, [every text of the record]]]. Typed by the contract, once a record.
-- p_loose: the columns are not the contract's (a pipeline's input); then a record is the person's where every value of a
-- condition is in it, and among its values is one of the person's that tells by itself whom it is about: that 2 is
-- somewhere in a record makes it nobody's.
create or replace function ingest.match_lines(p_erasure uuid, p_dataset uuid, p_file uuid, p_records jsonb, p_loose boolean) returns bigint[]
language plpgsql stable security definer
set search_path = '' set timezone = 'UTC' set datestyle = 'ISO, YMD'
as $$
declare
  org uuid := private.org_id();
  known jsonb;
  built text;
  result bigint[];
  tells text[];
begin
  perform core.require('run.execute');
  select s.resolved -> p_dataset::text into known from private.erasure_subjects s where s.org_id = org and s.erasure_id = p_erasure;
  if p_loose then
    tells := array(
      select distinct x.said from (
        select t.value #>> '{}' as said from jsonb_each(known -> 'texts') f cross join jsonb_array_elements(f.value) t
        union all select v.value from jsonb_array_elements(known -> 'conditions') c cross join jsonb_each_text(c.value) v) x
       where data.is_telling(x.said));
    select array_agg((r.value ->> 0)::bigint) into result
      from jsonb_array_elements(p_records) r
     where exists (select from jsonb_array_elements(known -> 'conditions') c
                    where not exists (select from jsonb_each_text(c.value) v where not (r.value -> 2) ? v.value))
       and (r.value -> 2) ?| tells;
    return coalesce(result, '{}');
  end if;
  select string_agg(format('%1$L, case when pg_input_is_valid(r.value -> 1 ->> %1$L, %2$L) then to_jsonb((r.value -> 1 ->> %1$L)::%3$s) else r.value -> 1 -> %1$L end',
           f.name, f.type, f.type), ', ') into built
    from data.fields f
   where f.org_id = org and f.dataset_id = p_dataset
     and exists (select from jsonb_array_elements(known -> 'conditions') c where c.value ? f.name);
  if built is not null then
    execute format($q$
      select array_agg((x.value ->> 0)::bigint)
        from (select r.value, jsonb_strip_nulls(jsonb_build_object(%s)) as typed from jsonb_array_elements($1) r offset 0) x
       where exists (select from jsonb_array_elements($2) c where x.typed @> c.value) $q$, built)
      into result using p_records, known -> 'conditions';
  end if;
  -- Rows of an append-only dataset are lines of files.
  return coalesce(result, '{}') || array(
    select (k.value ->> 'source_line')::bigint from jsonb_array_elements(known -> 'keys') k
     where k.value ->> 'file_id' = p_file::text
       and exists (select from jsonb_array_elements(p_records) r where (r.value ->> 0)::bigint = (k.value ->> 'source_line')::bigint));
end
$$;
comment on function ingest.match_lines(uuid, uuid, uuid, jsonb, boolean) is 'Lines of records that are the person''s. For the worker.';
revoke execute on function ingest.match_lines(uuid, uuid, uuid, jsonb, boolean) from public;
grant execute on function ingest.match_lines(uuid, uuid, uuid, jsonb, boolean) to cadastre_worker;
