-- How far an erasure is, what it found on the way (added to what it found before), what people should know. For the worker.
create or replace function data.note_erasure(p_erasure uuid, p_step text, p_counts jsonb, p_notes jsonb default '[]') returns void
language plpgsql security definer
set search_path = ''
as $$
begin
  perform core.require('run.execute');
  update data.erasures x
     set step = p_step, notes = x.notes || p_notes,
         found = (select coalesce(jsonb_object_agg(c.key, c.n), '{}')
                    from (select v.key, sum(v.value::bigint) as n from (select * from jsonb_each_text(x.found) union all select * from jsonb_each_text(p_counts)) v
                           group by 1 having sum(v.value::bigint) > 0) c)
   where x.org_id = private.org_id() and x.id = p_erasure and x.state = 'running';
end
$$;
comment on function data.note_erasure(uuid, text, jsonb, jsonb) is 'Notes how far an erasure is. For the worker.';
revoke execute on function data.note_erasure(uuid, text, jsonb, jsonb) from public;
grant execute on function data.note_erasure(uuid, text, jsonb, jsonb) to cadastre_worker;
