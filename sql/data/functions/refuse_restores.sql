-- Refuses rows that rules refuse, by whatever road they are written by hand, restored or undone, unless whoever asks goes
-- against the rules and says why. Errors: HS007, HS001. Internal.
create or replace function data.refuse_restores(p_refused jsonb, p_against_rules boolean, p_reason text) returns void
language plpgsql
set search_path = ''
as $$
begin
  if p_refused = '[]' then
    return;
  elsif not coalesce(p_against_rules, false) then
    perform core.raise('HS007', format('rules refuse what would be written: %s', (
        select string_agg(format('%s (%s %s)', r ->> 'rule', r ->> 'rows', case r ->> 'rows' when '1' then 'row' else 'rows' end), ', ') from (select r from jsonb_array_elements(p_refused) r limit 5) x)),
      format('%s. Put it right or change the rules; or go against them (against_rules) and say why.', (
        select string_agg(r ->> 'message', '; ') from (select r from jsonb_array_elements(p_refused) r limit 5) x)), 'against_rules');
  elsif nullif(trim(p_reason), '') is null then
    perform core.raise('HS001', 'going against rules needs a reason', 'Give one.', 'reason');
  end if;
end
$$;
comment on function data.refuse_restores(jsonb, boolean, text) is 'Refuses rows that rules refuse. Errors: HS007, HS001. Internal.';
revoke execute on function data.refuse_restores(jsonb, boolean, text) from public;
