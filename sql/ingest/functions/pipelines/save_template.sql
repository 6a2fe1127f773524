-- A template of the organization's own, or its next version. A shared one's new version is everybody's at once.
create or replace function ingest.save_template(name text, definition jsonb, title text default null, description text default null,
                                                note text default '')
returns ingest.pipeline_templates
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  saved ingest.pipeline_templates;
  most constant int := 1000;
begin
  perform core.require('pipeline.edit');
  perform ingest.check_pipeline(save_template.definition);
  if coalesce(save_template.name, '') !~ '^[a-z][a-z0-9_]{0,49}$' or length(save_template.title) > 200 or length(save_template.description) > 5000 then
    perform core.raise('IN064', 'not a template''s name, or title or description is too long',
      'Use up to 50 lower-case letters, digits and underscores, beginning with a letter.', 'name');
  end if;
  select * into saved from ingest.pipeline_templates t where t.org_id = private.org_id() and t.name = save_template.name for no key update;
  if saved.id is null then
    if (select count(*) from ingest.pipeline_templates t where t.org_id = private.org_id()) >= most then
      perform core.raise('IN064', format('an organization has at most %s templates', most), 'Drop one that is not used.', 'name');
    end if;
    insert into ingest.pipeline_templates (org_id, name, title, description, created_by)
    values (private.org_id(), save_template.name, coalesce(save_template.title, ''), coalesce(save_template.description, ''), private.user_id())
    returning * into saved;
  else
    -- What everybody installs is changed by who may share.
    if saved.shared_at is not null then
      perform core.require('pipeline.approve');
    end if;
    update ingest.pipeline_templates t
       set version = t.version + 1, title = coalesce(save_template.title, t.title), description = coalesce(save_template.description, t.description)
     where t.org_id = saved.org_id and t.id = saved.id
    returning * into saved;
  end if;
  insert into ingest.pipeline_template_versions (org_id, template_id, version, definition, note, saved_by)
  values (saved.org_id, saved.id, saved.version, save_template.definition, left(coalesce(save_template.note, ''), 1000), private.user_id());
  perform audit.record('template.save', 'template', saved.id::text, jsonb_build_object('name', saved.name, 'version', saved.version));
  return saved;
end
$$;
comment on function ingest.save_template(text, jsonb, text, text, text) is
  'Saves a template of the organization, or its next version. Needs pipeline.edit; of a shared one pipeline.approve. Errors: IN060 definition, IN064 name.';
grant execute on function ingest.save_template(text, jsonb, text, text, text) to cadastre_user, cadastre_worker;
