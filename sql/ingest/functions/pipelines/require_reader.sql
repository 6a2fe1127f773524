-- A pipeline reads as the member for whom it runs. Whoever asks through an API key must have given it the right to read, or
-- a key that may only run things would show rows. Internal.
create or replace function ingest.require_reader() returns void
language plpgsql stable
set search_path = ''
as $$
begin
  if (select i.kind from private.identity() i) = 'key' then
    perform core.require('record.view');
  end if;
end
$$;
comment on function ingest.require_reader() is 'Raises 42501 where an API key without record.view asks for what a pipeline reads. Internal.';
grant execute on function ingest.require_reader() to cadastre_system;
