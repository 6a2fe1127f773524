-- Asks for the erasure of a person's data, or (dry_run) for a search that removes nothing. The subject is a list of
-- descriptions, each of one dataset: {"dataset": name, "key": {...}} for one row, {"dataset": name, "values": {"<field>":
-- value}} for every row that ever had those values. The work is a job's (worker/retention/erase.ts), since it reads files.
-- What describes the person stays in private.erasure_subjects until the end of the job, and nowhere else.
--
-- Where the organization wants four eyes, an erasure begins as a search; what that finds is what another person approves
-- (data.decide_erasure).
create or replace function data.request_erasure(subject jsonb, reason text, dry_run boolean default false) returns data.erasures
language plpgsql security definer
set search_path = '' set timezone = 'UTC' set datestyle = 'ISO, YMD'
as $$
declare
  org uuid := private.org_id();
  e data.erasures;
  one jsonb;
  d data.datasets;
  f record;
  said text;
  wanted jsonb;
  selections jsonb := '[]';
  waits boolean;
  max_parts constant int := 100;
  max_fields constant int := 16;
begin
  perform core.require('compliance.delete');
  if coalesce(length(trim(request_erasure.reason)), 0) not between 1 and 1000 then
    perform core.raise('22023', 'an erasure needs a reason', 'Say why, in up to 1,000 characters, without the data itself.', 'reason');
  elsif jsonb_typeof(subject) is distinct from 'array' or jsonb_array_length(subject) not between 1 and max_parts then
    perform core.raise('RT003', format('describe the person in 1 to %s parts', max_parts), 'Give [{"dataset": "people", "key": {"id": 42}}].', 'subject');
  end if;
  for one in select x.value from jsonb_array_elements(subject) x loop
    select * into d from data.datasets x where x.org_id = org and x.name = one ->> 'dataset';
    if d.id is null then
      perform core.raise('DS001', 'no such dataset', 'Check the dataset''s name; you see only your organization''s.', 'dataset');
    end if;
    perform data.require_on('record.delete', d.id);
    if (one ? 'key') = (one ? 'values') or jsonb_typeof(coalesce(one -> 'key', one -> 'values')) <> 'object' then
      perform core.raise('RT003', 'each part has either a key or values', 'Give {"dataset": name, "key": {...}} or {"dataset": name, "values": {...}}.', 'subject');
    end if;
    if one ? 'key' then
      wanted := data.hold_key(d.id, one -> 'key');
    else
      wanted := '{}';
      for f in select v.key as name, v.value as said, x.type
                 from jsonb_each_text(one -> 'values') v
                 left join data.fields x on x.org_id = org and x.dataset_id = d.id and x.name = v.key loop
        if f.type is null then
          perform core.raise('DS011', format('there is no field %L', left(f.name, 60)), 'Name a field of the contract.', f.name);
        end if;
        said := data.typed_text(f.said, f.type);
        if said is null then
          perform core.raise('RT003', format('the value for %s is none, or not %s', f.name, f.type), 'Write it as the dataset does.', f.name);
        end if;
        wanted := wanted || jsonb_build_object(f.name, said);
      end loop;
    end if;
    if (select count(*) from jsonb_object_keys(wanted)) not between 1 and max_fields then
      perform core.raise('RT003', format('a part names 1 to %s fields', max_fields), 'Name what tells the person from others.', 'subject');
    end if;
    -- Rows that are held one by one are known when the person's are (data.begin_erasure).
    if not request_erasure.dry_run and (one ? 'key' or exists (
         select from data.legal_holds h where h.org_id = org and h.released_at is null and h.row_count is null and (h.dataset_id is null or h.dataset_id = d.id))) then
      perform data.hold_refuse(d.id, one -> 'key');
    end if;
    selections := selections || jsonb_build_array(jsonb_build_object('dataset', d.id, 'values', wanted));
  end loop;
  waits := not request_erasure.dry_run and private.erasures_need_approval(org);
  insert into data.erasures (org_id, dry_run, needs_approval, dataset_ids, reason, requested_by)
  values (org, request_erasure.dry_run or waits, waits, array(select distinct (s.value ->> 'dataset')::uuid from jsonb_array_elements(selections) s), trim(request_erasure.reason), private.user_id())
  returning * into e;
  insert into private.erasure_subjects (org_id, erasure_id, selections) values (org, e.id, selections);
  perform audit.record(case when request_erasure.dry_run then 'erasure.search' else 'erasure.request' end, 'erasure', e.id::text,
    jsonb_build_object('datasets', e.dataset_ids, 'parts', jsonb_array_length(selections), 'reason', e.reason, 'needs_approval', e.needs_approval));
  perform core.enqueue('data__erase', json_build_object('orgId', org, 'erasureId', e.id), null, 'erase:' || e.id);
  return e;
end
$$;
comment on function data.request_erasure(jsonb, text, boolean) is
  'Asks for the erasure of a person''s data: [{dataset, key | values}]; dry_run: only counts what there is. Where the organization says so it waits for another person''s approval (decideErasure). Needs compliance.delete, and record.delete on each dataset. Errors: 22023, DS001, DS005, DS011, RT001 legal hold, RT003 subject.';
grant execute on function data.request_erasure(jsonb, text, boolean) to cadastre_user, cadastre_worker;
