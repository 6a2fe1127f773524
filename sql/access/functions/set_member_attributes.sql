-- Sets what policies ask about a person. Nobody but an owner sets their own: it would open rows to themselves.
create or replace function access.set_member_attributes(user_id uuid, attributes jsonb) returns access.memberships
language plpgsql security definer
set search_path = ''
as $$
declare
  who record := private.identity();
  max_length constant int := 8000;
  was jsonb;
  result access.memberships;
begin
  perform core.require('member.edit');
  perform private.check_rank(set_member_attributes.user_id);
  if set_member_attributes.user_id = who.user_id and who.role_key <> 'owner' and who.kind <> 'service' then
    perform core.raise('42501', 'you may not set your own attributes', 'Ask somebody else who may.', 'user_id');
  elsif jsonb_typeof(set_member_attributes.attributes) is distinct from 'object'
        or length(set_member_attributes.attributes::text) > max_length then
    perform core.raise('AC032', 'attributes are a JSON object of at most 8000 characters',
      'For example {"department": "sales", "region": "EMEA", "clearance": 2}.', 'attributes');
  end if;
  select m.attributes into was from access.memberships m
   where m.org_id = who.org_id and m.user_id = set_member_attributes.user_id for update;
  update access.memberships m set attributes = set_member_attributes.attributes
   where m.org_id = who.org_id and m.user_id = set_member_attributes.user_id
  returning * into result;
  perform audit.record('member.attributes', 'user', result.user_id::text, jsonb_build_object('from', was, 'to', result.attributes));
  return result;
end
$$;
comment on function access.set_member_attributes(uuid, jsonb) is
  'Sets a member''s attributes, all of them. Needs member.edit; one''s own are set by others. Errors: AC004 not a member, AC032 attributes.';
grant execute on function access.set_member_attributes(uuid, jsonb) to cadastre_user, cadastre_worker;
