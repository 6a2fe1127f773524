--! owner: cadastre_system
-- The leaves of an organization's tree from a position on, each with the text that it commits to as the tables have it
-- now, and the checkpoint that ends with it. For exports and verification. No text: the row is gone. A change has its
-- commitments and what each is of; those of a load are in audit.change_parts.
drop function if exists audit.sealed_leaves(bigint, int);
create or replace function audit.sealed_leaves(p_from bigint, p_limit int)
returns table (pos bigint, kind text, id uuid, hash bytea, said text, salt bytea, root bytea, jws text,
               commitments bytea, names text[])
language plpgsql stable security definer
set search_path = ''
as $$
declare
  org uuid := audit.trail_of();
begin
  return query
    select l.position, l.kind, l.source_id, l.hash,
           case when l.kind = 'event' then case when e.id is not null then audit.event_text(e) end
                when c.id is not null then audit.change_text(c) end,
           s.salt, k.root, k.jws, c.commitments, m.names
      from audit.leaves l
      left join audit.events e on l.kind = 'event' and e.org_id = l.org_id and e.id = l.source_id
      left join private.event_salts s on l.kind = 'event' and s.org_id = l.org_id and s.event_id = l.source_id
      left join audit.data_changes c on l.kind = 'change' and c.org_id = l.org_id and c.id = l.source_id
      left join private.change_secrets m on l.kind = 'change' and m.org_id = l.org_id and m.change_id = l.source_id
      left join audit.checkpoints k on k.org_id = l.org_id and k.size = l.position + 1
     where l.org_id = org and l.position >= p_from
     order by l.position limit p_limit;
end
$$;
comment on function audit.sealed_leaves(bigint, int) is 'Leaves with what they commit to, and checkpoints. Needs audit.export; without an organization the platform''s own, with platform.security.';
revoke execute on function audit.sealed_leaves(bigint, int) from public;
grant execute on function audit.sealed_leaves(bigint, int) to cadastre_worker;
