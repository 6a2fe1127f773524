-- Do so many failures pass? Without thresholds none may be. Internal.
create or replace function quality.is_passed(p_failures bigint, p_rows bigint, p_max_failures bigint, p_max_share numeric) returns boolean
language sql immutable
set search_path = ''
as $$
  select case when p_max_failures is null and p_max_share is null then p_failures = 0
              else coalesce(p_failures <= p_max_failures, true) and coalesce(p_failures <= p_max_share * p_rows, true) end
$$;
comment on function quality.is_passed(bigint, bigint, bigint, numeric) is 'Whether so many failures are within a rule''s thresholds. Internal.';
