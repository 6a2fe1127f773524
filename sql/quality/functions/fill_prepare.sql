-- A rule's preparation (quality.compile_rule) with its tables: where the rows that are asked are those that are known, what
-- is known of them comes from the same grouping ({same} ... {other} ... {end}), which spares a scan. Internal.
create or replace function quality.fill_prepare(p_prepare text, p_source text, p_known text) returns text
language sql immutable
set search_path = ''
as $$
  select replace(replace(regexp_replace(p_prepare, '\{same\}(.*?)\{other\}(.*?)\{end\}', case when p_source = p_known then '\1' else '\2' end, 'g'),
           '{source}', p_source), '{current}', p_known)
$$;
comment on function quality.fill_prepare(text, text, text) is 'SQL of a rule''s preparation over given tables. Internal.';
