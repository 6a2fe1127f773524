-- The proof that an event or a change of data is in the tree of a checkpoint (RFC 6962, 2.1.1): whoever has the
-- checkpoint, the row's text and its salt needs nothing else from us. Hashes in hexadecimal, from the leaf upwards.
create or replace function audit.inclusion_proof(source uuid, tree_size bigint default null) returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
declare
  org uuid := private.org_id();
  l audit.leaves;
  k audit.checkpoints;
  said text;
  secret bytea;
  steps jsonb := '[]';
  low bigint := 0;
  high bigint;
  half bigint;
begin
  perform core.require('audit.view');
  select * into l from audit.leaves x where x.org_id = org and x.source_id = source;
  if l.org_id is null then
    perform core.raise('AU004', 'this is not in the tree', 'Give the id of an event or change; new ones are sealed within seconds.', 'source');
  end if;
  select * into k from audit.checkpoints c
   where c.org_id = org and c.size > l.position and (tree_size is null or c.size = tree_size) order by c.size limit 1;
  if k.org_id is null then
    perform core.raise('AU004', 'there is no such checkpoint', 'Give the size of a checkpoint at or after the one that sealed the row.', 'tree_size');
  end if;
  high := k.size;
  -- Downwards: at each fork, the half that the leaf is not in.
  while high - low > 1 loop
    half := 1;
    while half * 2 < high - low loop
      half := half * 2;
    end loop;
    if l.position < low + half then
      steps := jsonb_build_array(encode(audit.subtree_hash(org, low + half, high - low - half), 'hex')) || steps;
      high := low + half;
    else
      steps := jsonb_build_array(encode(audit.subtree_hash(org, low, half), 'hex')) || steps;
      low := low + half;
    end if;
  end loop;
  if l.kind = 'event' then
    select audit.event_text(e), s.salt into said, secret
      from audit.events e left join private.event_salts s on s.org_id = e.org_id and s.event_id = e.id
     where e.org_id = org and e.id = source;
  else
    select audit.change_text(c) into said from audit.data_changes c where c.org_id = org and c.id = source;
  end if;
  return jsonb_build_object('kind', l.kind, 'id', source, 'position', l.position, 'size', k.size, 'leaf', encode(l.hash, 'hex'),
    'text', said, 'salt', encode(secret, 'hex'), 'path', steps, 'root', encode(k.root, 'hex'), 'checkpoint', k.jws);
end
$$;
comment on function audit.inclusion_proof(uuid, bigint) is
  'Proof that an event or change is in the tree of a checkpoint, the first that has it or the one of a size. Needs audit.view. Error AU004.';
revoke execute on function audit.inclusion_proof(uuid, bigint) from public;
grant execute on function audit.inclusion_proof(uuid, bigint) to cadastre_user, cadastre_worker;
