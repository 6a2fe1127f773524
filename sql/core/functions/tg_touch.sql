-- Keeps updated_at true, whoever writes.
create or replace function core.tg_touch() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.updated_at := clock_timestamp();
  return new;
end
$$;
comment on function core.tg_touch() is 'Trigger: sets updated_at to the time of the write.';
