-- Where the rows of a running load are: schema landing, one name a run, generation and kind. The generation is part
-- of the name, so that a worker that lost its lease writes into tables that nobody reads any more.
create or replace function ingest.landing_name(p_run uuid, p_generation int, p_kind text) returns text
language sql immutable
set search_path = ''
as $$ select format('landing.%I', 'r' || replace(p_run::text, '-', '') || '_' || p_generation || '_' || p_kind) $$;
comment on function ingest.landing_name(uuid, int, text) is 'Quoted name of a run''s landing table: kind raw, typed, fail or out.';
grant execute on function ingest.landing_name(uuid, int, text) to cadastre_worker;
