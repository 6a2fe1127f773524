-- Rules that refused rows as an event tells them: an event is for ever, so neither keys nor values. Internal.
create or replace function data.told_rules(p_refused jsonb) returns jsonb
language sql immutable
set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('rule', r -> 'rule', 'field', r -> 'field', 'action', r -> 'action', 'rows', r -> 'rows')), '[]')
    from jsonb_array_elements(p_refused) r
$$;
comment on function data.told_rules(jsonb) is 'Refusing rules without keys and values. Internal.';
revoke execute on function data.told_rules(jsonb) from public;
