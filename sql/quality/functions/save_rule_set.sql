-- A rule set of the organization's own, or its next version. What is installed of it stays as it is until it is updated;
-- one that is everywhere is brought to the new version on all datasets at once.
create or replace function quality.save_rule_set(name text, rules jsonb, title text default null, description text default null,
                                                 industry text default null, everywhere boolean default null, note text default '')
returns quality.rule_sets
language plpgsql security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  saved quality.rule_sets;
  d record;
  most constant int := 200;
begin
  perform core.require('quality.edit');
  perform quality.check_rule_set(save_rule_set.rules);
  if coalesce(save_rule_set.name, '') !~ '^[a-z][a-z0-9_]{0,49}$' or length(save_rule_set.title) > 200 or length(save_rule_set.description) > 5000
     or length(save_rule_set.industry) > 50 then
    perform core.raise('QC013', 'not a rule set''s name, or title, description or industry is too long',
      'Use up to 50 lower-case letters, digits and underscores, beginning with a letter.', 'name');
  end if;
  select * into saved from quality.rule_sets s where s.org_id = private.org_id() and s.name = save_rule_set.name for no key update;
  -- What everybody installs, or every dataset is asked, is changed by who may approve.
  if saved.shared_at is not null or saved.everywhere or save_rule_set.everywhere then
    perform core.require('quality.approve');
  end if;
  -- Deployed on all datasets, it would ask those too of which whoever saves it sees a part only (quality.require_whole).
  if coalesce(save_rule_set.everywhere, saved.everywhere, false) and cardinality(private.bound_datasets()) > 0 then
    perform core.raise('42501', 'you see some datasets only in part, and what rules find there would tell of the rest',
      'Ask somebody who sees all of them, or install the set where you see the whole dataset.', 'everywhere');
  end if;
  if saved.id is null then
    if (select count(*) from quality.rule_sets s where s.org_id = private.org_id()) >= most then
      perform core.raise('QC013', format('an organization has at most %s rule sets', most), 'Drop one that is not used.', 'name');
    end if;
    insert into quality.rule_sets (org_id, name, title, description, industry, everywhere, created_by)
    values (private.org_id(), save_rule_set.name, coalesce(save_rule_set.title, ''), coalesce(save_rule_set.description, ''),
            coalesce(save_rule_set.industry, ''), coalesce(save_rule_set.everywhere, false), private.user_id())
    returning * into saved;
  else
    update quality.rule_sets s
       set version = s.version + 1, title = coalesce(save_rule_set.title, s.title), description = coalesce(save_rule_set.description, s.description),
           industry = coalesce(save_rule_set.industry, s.industry), everywhere = coalesce(save_rule_set.everywhere, s.everywhere)
     where s.org_id = saved.org_id and s.id = saved.id
    returning * into saved;
  end if;
  insert into quality.rule_set_versions (org_id, set_id, version, rules, note, saved_by)
  values (saved.org_id, saved.id, saved.version, save_rule_set.rules, left(coalesce(save_rule_set.note, ''), 1000), private.user_id());
  perform audit.record('quality.save_set', 'rule_set', saved.id::text,
    jsonb_build_object('name', saved.name, 'version', saved.version, 'everywhere', saved.everywhere));
  if saved.everywhere then
    for d in select x.id from data.datasets x where x.org_id = saved.org_id order by x.id limit 10000 loop
      perform quality.apply_rule_set(saved.id::text, saved.version, save_rule_set.rules, d.id, null, true);
    end loop;
  end if;
  return saved;
end
$$;
comment on function quality.save_rule_set(text, jsonb, text, text, text, boolean, text) is
  'Saves a rule set, or its next version. everywhere: on every dataset with fields that match, deployed, also on later ones. Needs quality.edit; for a shared one or one that is everywhere quality.approve. Error QC013.';
grant execute on function quality.save_rule_set(text, jsonb, text, text, text, boolean, text) to cadastre_user, cadastre_worker;
