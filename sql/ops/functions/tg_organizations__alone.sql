-- That erasures are to need no second person any more is told to all who approve them, while there is time to object.
create or replace function ops.tg_organizations__alone() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
  perform private.tell_compliance(new.id, 'erasure.alone', 'organization', new.id::text, null,
    'Erasures are to need no second person any more',
    format('It was switched off and counts from %s UTC on. Switch it on again to stop that.', to_char(new.erasures_alone_from at time zone 'UTC', 'YYYY-MM-DD HH24:MI')),
    '/security/general', jsonb_build_object('aloneFrom', new.erasures_alone_from));
  return null;
end
$$;
comment on function ops.tg_organizations__alone() is 'Trigger: event erasure.alone.';
