--! owner: cadastre_system
-- Why somebody may do something, or may not, now or at a past moment. One's own answers need no permission; other
-- people's need audit.view (asked by private.member_named). Owned by the system role since decisions are.
create or replace function access.explain(
  permission text, p_user text default null, object_kind text default null, object_id text default null, at timestamptz default null
) returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
declare
  org constant uuid := private.org_id();
  person constant uuid := private.member_named(p_user);
  kind constant text := nullif(object_kind, 'organization');
  answer jsonb;
begin
  if not exists (select from access.permissions p where p.key = explain.permission) then
    perform core.raise('AC020', format('no such permission: %L', left(permission, 60)), 'access.permissions lists them with what each means; one is run.execute.', 'permission');
  elsif (kind is null) <> (object_id is null) then
    perform core.raise('AC027', 'name an object by kind and id, or neither', 'Kinds: dataset, tag, report, folder.', 'object_id');
  end if;
  answer := private.explain_decision(org, person, permission, kind, object_id, at);
  if not (answer ->> 'allowed')::boolean and at is null then
    answer := answer || jsonb_build_object('needed', private.who_could_give(org, person, permission, kind, object_id));
  end if;
  return answer;
end
$$;
comment on function access.explain(text, text, text, text, timestamptz) is
  'Why: {allowed, decided_by, reasons: [{source, counts, name, via, id, until, by}], needed: {roles, own_roles, ask}}. pUser is an id or e-mail address (needs audit.view), nothing for yourself; at asks about the past. Errors: AC004 not a member, AC020 permission, AC027 object.';
revoke execute on function access.explain(text, text, text, text, timestamptz) from public;
grant execute on function access.explain(text, text, text, text, timestamptz) to cadastre_user, cadastre_worker;
