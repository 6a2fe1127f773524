-- Places a legal hold: on the organization, a dataset, or rows of it by key. From its commit on nothing that it covers is
-- removed. With an end (until) it lapses by itself, after notice (private.sweep_holds).
drop function if exists data.place_hold(text, uuid, jsonb);
create or replace function data.place_hold(reason text, dataset_id uuid default null, keys jsonb default null, until timestamptz default null) returns data.legal_holds
language plpgsql security definer
set search_path = ''
as $$
declare
  org uuid := private.org_id();
  h data.legal_holds;
  named jsonb;
  max_keys constant int := 1000;
begin
  perform core.require('compliance.create');
  if coalesce(length(trim(place_hold.reason)), 0) not between 1 and 1000 then
    perform core.raise('22023', 'a hold needs a reason', 'Say why, in up to 1,000 characters.', 'reason');
  end if;
  perform data.check_hold_end(place_hold.until);
  if place_hold.dataset_id is not null then
    perform data.dataset_names(place_hold.dataset_id);
    -- Whoever removes rows of it just now has ended before the hold begins.
    perform 1 from data.datasets d where d.org_id = org and d.id = place_hold.dataset_id for update;
  end if;
  if place_hold.keys is not null then
    if place_hold.dataset_id is null or jsonb_typeof(place_hold.keys) <> 'array' or jsonb_array_length(place_hold.keys) not between 1 and max_keys then
      perform core.raise('22023', format('the keys are not a list of 1 to %s keys of a dataset', max_keys), 'Name a dataset and give [{"<key field>": value}].', 'keys');
    end if;
    select jsonb_agg(distinct data.hold_key(place_hold.dataset_id, k.value)) into named from jsonb_array_elements(place_hold.keys) k;
  end if;
  insert into data.legal_holds (org_id, dataset_id, keys, row_count, reason, placed_by, ends_at)
  values (org, place_hold.dataset_id, named, jsonb_array_length(named), trim(place_hold.reason), private.user_id(), place_hold.until)
  returning * into h;
  h.keys := null;
  -- How many rows, not which: keys are values, and an event is for ever.
  perform audit.record('hold.place', 'hold', h.id::text, jsonb_build_object('dataset', h.dataset_id, 'rows', h.row_count, 'reason', h.reason, 'ends_at', h.ends_at));
  return h;
end
$$;
comment on function data.place_hold(text, uuid, jsonb, timestamptz) is
  'Places a legal hold on the organization, a dataset, or rows of it ([{key}]), with or without an end (until, 8 days ahead at least). Needs compliance.create. Errors: 22023, DS001, DS005.';
grant execute on function data.place_hold(text, uuid, jsonb, timestamptz) to cadastre_user, cadastre_worker;
