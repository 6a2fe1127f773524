-- A hold's end lies so far ahead that it can be told before. Null: no end.
create or replace function data.check_hold_end(p_until timestamptz) returns void
language plpgsql stable
set search_path = ''
as $$
begin
  if p_until not between clock_timestamp() + interval '8 days' and clock_timestamp() + interval '100 years' then
    perform core.raise('22023', 'the end of a hold lies 8 days to 100 years ahead', 'It is told seven days before; to end a hold sooner, release it.', 'until');
  end if;
end
$$;
comment on function data.check_hold_end(timestamptz) is 'Refuses the end of a hold that is too near or too far. Error 22023. Internal.';
revoke execute on function data.check_hold_end(timestamptz) from public;
