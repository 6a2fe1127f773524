--! owner: cadastre_system
-- Before and after of a change of configuration, whoever makes it and by whatever function: an event configuration.update
-- with the columns that changed, long values cut, secrets never. That something was made or removed is told by the act's
-- own event. First argument: the column that names the row; second: columns that are no configuration.
create or replace function audit.tg_configuration__record() returns trigger
language plpgsql security definer
set search_path = ''
as $$
declare
  was jsonb := to_jsonb(old);
  becomes jsonb := to_jsonb(new);
  left_out text[] := array['updated_at'] || string_to_array(coalesce(tg_argv[1], ''), ',');
  most constant int := 1000;
  before jsonb;
  after jsonb;
begin
  select jsonb_object_agg(k.name, x.earlier), jsonb_object_agg(k.name, x.later) into before, after
    from jsonb_object_keys(becomes) k (name)
    cross join lateral (
      select case when k.name ~ '(secret|token|password|hash)' then '"***"'::jsonb
                  when length((was -> k.name)::text) > most then to_jsonb(left((was -> k.name)::text, most)) else was -> k.name end as earlier,
             case when k.name ~ '(secret|token|password|hash)' then '"***"'::jsonb
                  when length((becomes -> k.name)::text) > most then to_jsonb(left((becomes -> k.name)::text, most)) else becomes -> k.name end as later) x
   where k.name <> all (left_out) and was -> k.name is distinct from becomes -> k.name;
  if before is not null then
    perform audit.record('configuration.update', tg_table_schema || '.' || tg_table_name, becomes ->> tg_argv[0],
      jsonb_build_object('before', before, 'after', after), (case when tg_relid = 'tenancy.organizations'::regclass then becomes ->> 'id' else becomes ->> 'org_id' end)::uuid);
  end if;
  return null;
end
$$;
comment on function audit.tg_configuration__record() is 'Trigger: records before and after of a change of configuration.';
revoke execute on function audit.tg_configuration__record() from public;
grant execute on function audit.tg_configuration__record() to cadastre_owner;
