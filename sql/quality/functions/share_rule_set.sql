-- Puts a rule set into the marketplace, which every organization sees with this organization's name, or takes it out. What
-- was installed from it stays.
create or replace function quality.share_rule_set(name text, shared boolean default true) returns quality.rule_sets
language plpgsql security definer
set search_path = ''
as $$
declare
  s quality.rule_sets;
begin
  perform core.require('quality.approve');
  update quality.rule_sets x
     set shared_at = case when share_rule_set.shared then coalesce(x.shared_at, clock_timestamp()) end
   where x.org_id = private.org_id() and x.name = share_rule_set.name
  returning * into s;
  if s.id is null then
    perform core.raise('QC014', format('there is no rule set %L', left(share_rule_set.name, 60)), 'Check the name; only your own are shared.', 'name');
  end if;
  perform audit.record(case when share_rule_set.shared then 'quality.share_set' else 'quality.unshare_set' end, 'rule_set', s.id::text,
    jsonb_build_object('name', s.name));
  return s;
end
$$;
comment on function quality.share_rule_set(text, boolean) is
  'Puts one of the organization''s rule sets into the marketplace, or takes it out. Needs quality.approve. Error QC014.';
grant execute on function quality.share_rule_set(text, boolean) to cadastre_user, cadastre_worker;
