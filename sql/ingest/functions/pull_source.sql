-- Queues one reading of a source. Nothing piles up: while one is under way, asking again gives that one; a range is
-- something else and is refused then.
create or replace function ingest.pull_source(name text, range jsonb default null) returns ingest.source_pulls
language plpgsql security definer
set search_path = ''
as $$
declare
  s ingest.sources;
  p ingest.source_pulls;
  asked jsonb := nullif(pull_source.range, 'null');
  kept constant int := 200;
begin
  perform core.require('datasource.execute');
  s := ingest.find_source(pull_source.name);
  if s.paused then
    perform core.raise('IN087', 'the source is paused', 'Let it go on first: alter_source with paused false.', 'name');
  end if;
  if asked is not null then
    if jsonb_typeof(asked) <> 'object' or not asked ? 'from' or exists (select from jsonb_each(asked) e where e.key not in ('from', 'to') or jsonb_typeof(e.value) not in ('string', 'number'))
       or not (s.selection ? 'cursorField' or s.selection ? 'cursor') then
      perform core.raise('IN086', 'a range is {from, to} of the cursor field, of a source that has one', 'Give for example {"from": "2026-01-01", "to": "2026-02-01"}.', 'range');
    end if;
  end if;
  select * into p from ingest.source_pulls x where x.org_id = s.org_id and x.source_id = s.id and x.status in ('queued', 'running', 'waiting');
  if p.id is not null then
    if asked is distinct from p.range then
      perform core.raise('IN088', 'the source is being read', 'Wait for it, or cancel it with cancel_pull.', 'name');
    end if;
    return p;
  end if;
  delete from ingest.source_pulls x
   where x.org_id = s.org_id and x.source_id = s.id
     and x.id not in (select y.id from ingest.source_pulls y where y.org_id = s.org_id and y.source_id = s.id order by y.created_at desc limit kept);
  insert into ingest.source_pulls (org_id, source_id, range, cursor_before, requested_by)
  values (s.org_id, s.id, asked, s.cursor, private.user_id())
  returning * into p;
  update ingest.sources x set last_pull_id = p.id where x.org_id = s.org_id and x.id = s.id;
  perform ingest.queue_pull(p.org_id, p.id);
  perform audit.record('source.pull', 'source', s.id::text, jsonb_build_object('name', s.name, 'pull', p.id, 'range', asked));
  perform core.notify('pulls:' || p.org_id, p.id);
  return p;
end
$$;
comment on function ingest.pull_source(text, jsonb) is
  'Queues a reading of a source (by name or id); range {from, to} reads a part again without moving the cursor. While one is under way that one is given. Needs datasource.execute. Errors: IN085, IN086, IN087 paused, IN088 under way.';
grant execute on function ingest.pull_source(text, jsonb) to cadastre_user, cadastre_worker;
