-- Reads a range of a source again, slice by slice in order, each a pull of its own and its loads, so that no slice is larger
-- than the step and a failure leaves off where it was. The source's cursor stays where it is.
drop function if exists ingest.start_backfill(text, text, text, text);
create or replace function ingest.start_backfill(source text, range_from text, range_to text, step text, newest_first boolean default false)
returns ingest.backfills
language plpgsql security definer
set search_path = ''
as $$
declare
  s ingest.sources;
begin
  perform core.require('datasource.execute');
  s := ingest.find_source(start_backfill.source);
  if not (s.selection ? 'cursorField' or s.selection ? 'cursor') then
    perform core.raise('IN086', 'a range is one of the cursor field, of a source that has one', 'Name cursorField in the source''s selection.', 'source');
  end if;
  return ingest.make_backfill(s.id, null, start_backfill.range_from, start_backfill.range_to, start_backfill.step, start_backfill.newest_first, 1);
end
$$;
comment on function ingest.start_backfill(text, text, text, text, boolean) is
  'Reads a range of a source (from inclusive, to exclusive: numbers, dates or times) in slices of step (hour, day, week, month, year or an interval; of numbers a whole one), in order, the newest first where asked. Needs datasource.execute. Errors: IN085, IN086, IN096 one is under way, IN097 range or step.';
grant execute on function ingest.start_backfill(text, text, text, text, boolean) to cadastre_user, cadastre_worker;
