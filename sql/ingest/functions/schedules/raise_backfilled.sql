-- One range of a source or pipeline at a time. Internal.
create or replace function ingest.raise_backfilled(p_source uuid) returns void
language plpgsql
set search_path = ''
as $$
begin
  if p_source is null then
    perform core.raise('IN096', 'a range of this pipeline is being filled in', 'Wait for it, or cancel it with cancel_backfill.', 'pipeline');
  else
    perform core.raise('IN096', 'a range of this source is being filled in', 'Wait for it, or cancel it with cancel_backfill.', 'source');
  end if;
end
$$;
comment on function ingest.raise_backfilled(uuid) is 'Raises IN096. Internal.';
