-- A hold ends by being released, by somebody and with a reason; it does not vanish.
create or replace function data.tg_legal_holds__refuse() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform core.raise('RT001', 'a legal hold is in force', 'Release it first: cadastre hold release.');
  return null;
end
$$;
comment on function data.tg_legal_holds__refuse() is 'Trigger: refuses the removal of a hold that is in force.';
