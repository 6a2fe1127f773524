-- What policies ask about a dataset and its columns: tags, sensitivity, owner. Needs dataset.classify or dataset.edit; taking a tag away or
-- lowering the sensitivity may lift a mask or filter, so that needs role.security too. A tag that a grant in force shares
-- would share the dataset with whoever holds that grant, so adding one needs role.share.
-- fields: {"<field>": ["<tag>", ...]}; what is null stays as it is.
create or replace function data.set_protection(dataset_id uuid, tags text[] default null, sensitivity int default null,
                                               owner_id uuid default null, fields jsonb default null)
returns data.datasets
language plpgsql security definer
set search_path = ''
as $$
declare
  n record;
  d data.datasets;
  f record;
  wanted text[];
  lowered boolean;
  max_tags constant int := 100;
begin
  if not private.may(private.org_id(), 'dataset.classify', set_protection.dataset_id) then
    perform data.require_on('dataset.edit', set_protection.dataset_id);
  end if;
  n := data.dataset_names(set_protection.dataset_id);
  select * into d from data.datasets x where x.org_id = n.org_id and x.id = set_protection.dataset_id for update;
  lowered := set_protection.sensitivity < d.sensitivity or not d.tags <@ coalesce(set_protection.tags, d.tags);
  if exists (select from unnest(set_protection.tags) t where t is null or t !~ '^[a-z][a-z0-9_.-]{0,59}$') or cardinality(set_protection.tags) > max_tags then
    perform core.raise('DS015', 'a tag is not one', 'Use up to 60 lower-case letters, digits, dots, dashes and underscores.', 'tags');
  elsif set_protection.sensitivity not between 0 and 4 then
    perform core.raise('DS015', 'the sensitivity goes from 0 to 4', 'Give 0 for public to 4 for secret.', 'sensitivity');
  elsif set_protection.owner_id is not null and set_protection.owner_id not in (select private.org_member_ids()) then
    perform core.raise('DS015', 'the owner is no member', 'Choose a member of your organization.', 'owner_id');
  elsif jsonb_typeof(set_protection.fields) <> 'object' then
    perform core.raise('DS015', 'the fields are no object', 'Give {"<field>": ["<tag>"]}.', 'fields');
  end if;
  for f in select e.key, e.value from jsonb_each(coalesce(set_protection.fields, '{}')) e loop
    wanted := case when jsonb_typeof(f.value) = 'array' then array(select jsonb_array_elements_text(f.value)) end;
    if wanted is null or cardinality(wanted) > max_tags or exists (select from unnest(wanted) t where t is null or t !~ '^[a-z][a-z0-9_.-]{0,59}$') then
      perform core.raise('DS015', format('the tags of %s are not a list of tags', left(f.key, 60)),
        'Use up to 60 lower-case letters, digits, dots, dashes and underscores each.', f.key);
    end if;
    lowered := lowered or coalesce((select not x.tags <@ wanted from data.fields x
      where x.org_id = n.org_id and x.dataset_id = d.id and x.name = f.key), false);
    update data.fields x set tags = wanted where x.org_id = n.org_id and x.dataset_id = d.id and x.name = f.key and x.retired_at is null;
    if not found then
      perform core.raise('DS011', format('there is no field %L', left(f.key, 60)), 'Name a field of the contract.', f.key);
    end if;
  end loop;
  if lowered then
    perform core.require('role.security');
  end if;
  if exists (select from access.grants g
              where g.org_id = n.org_id and g.object_kind = 'tag' and g.effect = 'allow' and g.revoked_at is null
                and g.ends_at > clock_timestamp()
                and g.object_id = any (set_protection.tags) and g.object_id <> all (d.tags)) then
    perform core.require('role.share');
  end if;
  update data.datasets x
     set tags = coalesce(set_protection.tags, x.tags), sensitivity = coalesce(set_protection.sensitivity, x.sensitivity),
         owner_id = coalesce(set_protection.owner_id, x.owner_id)
   where x.org_id = n.org_id and x.id = d.id returning * into d;
  perform data.apply_policies(d.id);
  perform audit.record('dataset.protect', 'dataset', d.id::text,
    jsonb_build_object('tags', set_protection.tags, 'sensitivity', set_protection.sensitivity,
                       'owner_id', set_protection.owner_id, 'fields', set_protection.fields));
  return d;
end
$$;
comment on function data.set_protection(uuid, text[], int, uuid, jsonb) is
  'Sets a dataset''s tags, sensitivity, owner and its fields'' tags ({field: [tag]}). Needs dataset.classify or dataset.edit; lowering needs role.security, a tag that a grant shares role.share. Errors: DS001, DS011, DS015.';
grant execute on function data.set_protection(uuid, text[], int, uuid, jsonb) to cadastre_user, cadastre_worker;
