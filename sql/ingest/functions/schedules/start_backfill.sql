-- Reads a range of a source again, slice by slice in order, each a pull of its own and its loads, so that no slice is larger
-- than the step and a failure leaves off where it was. The source's cursor stays where it is.
create or replace function ingest.start_backfill(source text, range_from text, range_to text, step text) returns ingest.backfills
language plpgsql security definer
set search_path = ''
as $$
declare
  s ingest.sources;
  b ingest.backfills;
  n int;
  most constant int := 5000;
begin
  perform core.require('datasource.execute');
  s := ingest.find_source(start_backfill.source);
  if not (s.selection ? 'cursorField' or s.selection ? 'cursor') then
    perform core.raise('IN086', 'a range is one of the cursor field, of a source that has one', 'Name cursorField in the source''s selection.', 'source');
  end if;
  select count(*) into n from ingest.backfill_slices_of(start_backfill.range_from, start_backfill.range_to, start_backfill.step);
  if n > most then
    perform core.raise('IN097', format('the range has more than %s slices', most), 'Take a larger step or a shorter range.', 'step');
  end if;
  begin
    insert into ingest.backfills (org_id, source_id, range_from, range_to, step, slices, requested_by)
    values (s.org_id, s.id, start_backfill.range_from, start_backfill.range_to, start_backfill.step, n, private.user_id())
    returning * into b;
  exception when unique_violation then
    perform core.raise('IN096', 'a range of this source is being filled in', 'Wait for it, or cancel it with cancel_backfill.', 'source');
  end;
  insert into ingest.backfill_slices (org_id, backfill_id, "position", range_from, range_to)
  select b.org_id, b.id, row_number() over (), x.range_from, x.range_to
    from ingest.backfill_slices_of(start_backfill.range_from, start_backfill.range_to, start_backfill.step) x;
  perform audit.record('source.backfill', 'source', s.id::text, jsonb_build_object('name', s.name, 'backfill', b.id,
    'from', b.range_from, 'to', b.range_to, 'step', b.step, 'slices', n));
  return b;
end
$$;
comment on function ingest.start_backfill(text, text, text, text) is
  'Reads a range of a source (from inclusive, to exclusive: numbers, dates or times) in slices of step, in order. Needs datasource.execute. Errors: IN085, IN086, IN096 one is under way, IN097 range or step.';
grant execute on function ingest.start_backfill(text, text, text, text) to cadastre_user, cadastre_worker;
