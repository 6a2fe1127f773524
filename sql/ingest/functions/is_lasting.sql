-- Does a row that meets a contract's rule go on meeting it while it stays as it is? Not one about other rows, nor one whose
-- bound means another day tomorrow ('today'::date). Internal.
create or replace function ingest.is_lasting(p_rule text, p_fails text) returns boolean
language sql immutable
set search_path = ''
as $$
  select p_rule <> 'reference' and not (p_rule = 'range' and p_fails ~* $re$'[^']*(now|today|tomorrow|yesterday)[^']*'::(date|time)$re$)
$$;
comment on function ingest.is_lasting(text, text) is 'True for a contract''s rule that unchanged rows need not be asked again. Internal.';
