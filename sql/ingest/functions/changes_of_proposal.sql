-- What accepted header changes do to the contract, as changes of data.alter_dataset. A renamed column keeps its field's
-- name unless another is asked for, so whoever reads the dataset reads on. A dropped field stays and has no value in rows of
-- such files, unless it is to be retired. Internal.
create or replace function ingest.changes_of_proposal(p_dataset uuid, p_changes jsonb) returns jsonb
language sql stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(x.change order by c.place, x.step), '[]')
    from jsonb_array_elements(p_changes) with ordinality c (e, place)
    left join data.fields f on f.org_id = private.org_id() and f.dataset_id = p_dataset and f.name = c.e ->> 'field'
    cross join lateral (values
      (1, case when c.e ->> 'change' = 'renamed'
               then jsonb_build_object('op', 'alias', 'name', c.e ->> 'field', 'sourceName', c.e ->> 'column') end),
      (2, case when c.e ->> 'change' = 'renamed' and c.e ->> 'to' <> c.e ->> 'field'
               then jsonb_build_object('op', 'rename', 'name', c.e ->> 'field', 'to', c.e ->> 'to') end),
      (3, case when c.e ->> 'change' = 'added'
               then jsonb_build_object('op', 'add', 'field', jsonb_build_object('sourceName', c.e ->> 'column') || (c.e -> 'field')) end),
      (4, case when c.e ->> 'change' = 'dropped' and (c.e ->> 'retire')::boolean
               then jsonb_build_object('op', 'retire', 'name', c.e ->> 'field') end),
      (5, case when c.e ->> 'change' = 'retyped' and c.e ->> 'to' is not null and c.e ->> 'to' <> f.type
               then jsonb_build_object('op', 'widen', 'name', c.e ->> 'field', 'type', c.e ->> 'to') end)
    ) x (step, change)
   where x.change is not null
$$;
comment on function ingest.changes_of_proposal(uuid, jsonb) is 'Header changes as changes of a contract. Internal.';
