-- Fields of a dataset that a slot of a rule set's rule may stand for, best first: tagged as the slot says (1), called so and
-- of its types (0.9), of its types where it says nothing else (0.6), called so but of another type (0.5). Internal.
create or replace function quality.slot_candidates(p_dataset uuid, p_slot jsonb)
returns table (field text, confidence numeric, why text)
language sql stable
set search_path = ''
as $$
  select x.name, x.confidence, x.why
    from (
      select f.name, f.position,
             case when m.tagged then 1.0 when m.named and m.typed then 0.9 when p_slot ->> 'names' is null and p_slot -> 'tags' is null and m.typed then 0.6
                  when m.named then 0.5 end as confidence,
             case when m.tagged then 'tag' when m.named and m.typed then 'name' when m.named then 'name, but another type' else 'type' end as why
        from data.fields f
        cross join lateral (
          select f.tags && array(select jsonb_array_elements_text(coalesce(p_slot -> 'tags', '[]'))) as tagged,
                 p_slot ->> 'names' is not null and (f.name ~* (p_slot ->> 'names') or lower(regexp_replace(f.source_name, '[^A-Za-z0-9]+', '_', 'g')) ~ (p_slot ->> 'names')) as named,
                 p_slot -> 'types' is null or split_part(f.type, '(', 1) = any (array(select jsonb_array_elements_text(p_slot -> 'types'))) as typed) m
       where f.org_id = private.org_id() and f.dataset_id = p_dataset and f.retired_at is null) x
   where x.confidence is not null
   order by x.confidence desc, x.position
   limit 50
$$;
comment on function quality.slot_candidates(uuid, jsonb) is 'Fields that a rule set''s slot may stand for. Internal.';
