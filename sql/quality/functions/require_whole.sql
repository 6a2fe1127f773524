-- Counts of rows that meet a condition of one's own choosing tell values one by one. So whoever sees a dataset only in part
-- (a filter or mask) neither makes nor tries rules over it, nor over others that refer to it. Internal.
create or replace function quality.require_whole(p_dataset uuid, p_definition jsonb default null) returns void
language plpgsql stable
set search_path = ''
as $$
begin
  if exists (select from data.datasets d
              where d.org_id = private.org_id() and d.id = any (private.bound_datasets())
                and (d.id = p_dataset or d.name = p_definition -> 'parameters' ->> 'dataset')) then
    perform core.raise('42501', 'you see these rows only in part, and what rules find would tell of the rest',
      'Ask somebody who sees the whole dataset.');
  end if;
end
$$;
comment on function quality.require_whole(uuid, jsonb) is 'Refuses with 42501 whoever sees the dataset only in part. Internal.';
