-- A rule's preparation (quality.compile_rule) with its tables: where the rows that are asked are those that are known, what
-- is known of them comes from the same grouping ({same} ... {other} ... {end}), which spares a scan. p_pairs: a table of a
-- dependency's pairs, where there is one already ({pairs} ... {end}). Internal.
drop function if exists quality.fill_prepare(text, text, text);
create or replace function quality.fill_prepare(p_prepare text, p_source text, p_known text, p_pairs text default null) returns text
language sql immutable
set search_path = ''
as $$
  select replace(replace(regexp_replace(
           regexp_replace(p_prepare, '\{pairs\}(.*?)\{end\}', coalesce('select * from ' || p_pairs, '\1'), 'g'),
           '\{same\}(.*?)\{other\}(.*?)\{end\}', case when p_source = p_known then '\1' else '\2' end, 'g'),
           '{source}', p_source), '{current}', p_known)
$$;
comment on function quality.fill_prepare(text, text, text, text) is 'SQL of a rule''s preparation over given tables. Internal.';
