-- A backfill with its parts. One of a source or pipeline at a time. Internal.
create or replace function ingest.make_backfill(
  p_source uuid, p_pipeline uuid, p_from text, p_to text, p_step text, p_newest_first boolean, p_at_once int
) returns ingest.backfills
language plpgsql
set search_path = ''
as $$
declare
  b ingest.backfills;
  n int;
  most constant int := 5000;
  most_at_once constant int := 20;
begin
  if coalesce(p_at_once, 1) not between 1 and most_at_once then
    perform core.raise('IN097', format('1 to %s parts are filled in at once', most_at_once), 'Take a number between them.', 'at_once');
  end if;
  select count(*) into n from ingest.backfill_slices_of(p_from, p_to, p_step);
  if n > most then
    perform core.raise('IN097', format('the range has more than %s slices', most), 'Take a larger step or a shorter range.', 'step');
  end if;
  begin
    insert into ingest.backfills (org_id, source_id, pipeline_id, range_from, range_to, step, slices, newest_first, at_once, requested_by)
    values (private.org_id(), p_source, p_pipeline, p_from, p_to, p_step, n, coalesce(p_newest_first, false), coalesce(p_at_once, 1), private.user_id())
    returning * into b;
  exception when unique_violation then
    perform ingest.raise_backfilled(p_source);
  end;
  insert into ingest.backfill_slices (org_id, backfill_id, "position", range_from, range_to)
  select b.org_id, b.id, row_number() over (), x.range_from, x.range_to from ingest.backfill_slices_of(p_from, p_to, p_step) x;
  perform ingest.record_backfill(b, 'backfill', jsonb_build_object('from', b.range_from, 'to', b.range_to, 'step', b.step, 'slices', n));
  return b;
end
$$;
comment on function ingest.make_backfill(uuid, uuid, text, text, text, boolean, int) is 'Makes a backfill with its parts. Errors: IN096, IN097. Internal.';
