-- A schedule that would start itself through others is not saved; the message says through which. Breadth first, so the
-- shortest round is named. Internal.
create or replace function ingest.refuse_cycle(p_schedule uuid) returns void
language plpgsql
set search_path = ''
as $$
declare
  edges jsonb;
  seen uuid[] := array[p_schedule];
  frontier uuid[] := array[p_schedule];
  -- How each one was reached.
  via jsonb := '{}';
  step record;
  place uuid := p_schedule;
  path text;
  turn int := 0;
  most constant int := 1000;
begin
  -- Two savings at once, each without a cycle, could make one together.
  perform pg_advisory_xact_lock(hashtextextended('schedules' || private.org_id(), 7203942));
  select coalesce(jsonb_object_agg(e.from_id, e.targets), '{}') into edges
    from (select x.from_id, jsonb_agg(x.to_id) as targets from ingest.schedule_edges() x group by x.from_id) e;
  while frontier <> '{}' and turn < most loop
    turn := turn + 1;
    for step in
      select distinct on (t.target) t.target::uuid as target, f as source
        from unnest(frontier) f cross join lateral jsonb_array_elements_text(coalesce(edges -> f::text, '[]')) t (target)
       order by t.target, f
    loop
      if step.target = p_schedule then
        via := via || jsonb_build_object(p_schedule, step.source);
        for i in 1 .. most loop
          path := concat_ws(' -> ', (select s.name from ingest.schedules s where s.org_id = private.org_id() and s.id = place), path);
          exit when i > 1 and place = p_schedule;
          place := (via ->> place::text)::uuid;
        end loop;
        perform core.raise('IN094', format('schedules would start each other for ever: %s', left(path, 500)),
          'Take one of these dependencies away.', 'upstreams');
      elsif step.target <> all (seen) then
        via := via || jsonb_build_object(step.target, step.source);
      end if;
    end loop;
    frontier := array(select distinct t.target::uuid
                        from unnest(frontier) f cross join lateral jsonb_array_elements_text(coalesce(edges -> f::text, '[]')) t (target)
                       where t.target::uuid <> all (seen));
    seen := seen || frontier;
  end loop;
end
$$;
comment on function ingest.refuse_cycle(uuid) is 'Error IN094, naming the cycle that a schedule closes. Internal.';
