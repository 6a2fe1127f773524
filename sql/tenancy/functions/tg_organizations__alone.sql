-- Nobody switches the second pair of eyes off, erases, and switches it on again: off counts a day later, and everybody who
-- approves erasures is told (ops.tg_organizations__alone).
create or replace function tenancy.tg_organizations__alone() returns trigger
language plpgsql
set search_path = ''
as $$
declare
  delay constant interval := '1 day';
begin
  new.erasures_alone_from := case when not new.erasures_approved then clock_timestamp() + delay end;
  return new;
end
$$;
comment on function tenancy.tg_organizations__alone() is 'Trigger: erasures go on needing a second person for a day after that was switched off.';
