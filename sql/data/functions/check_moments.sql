-- Two moments to compare, said before anything is read. Error HS004. Internal.
create or replace function data.check_moments(p_from timestamptz, p_to timestamptz) returns void
language plpgsql
set search_path = ''
as $$
begin
  if p_from is null or p_from > p_to then
    perform core.raise('HS004', 'the first moment is missing, or later than the second', 'Give the earlier moment first.', 'from');
  end if;
end
$$;
comment on function data.check_moments(timestamptz, timestamptz) is 'Refuses moments in the wrong order. Error HS004. Internal.';
revoke execute on function data.check_moments(timestamptz, timestamptz) from public;
