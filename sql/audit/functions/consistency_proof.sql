-- The proof that the tree of one checkpoint is the beginning of a later one's (RFC 6962, 2.1.2): nothing that was sealed
-- then has been changed or taken out since.
create or replace function audit.consistency_proof(from_size bigint, to_size bigint) returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
declare
  org uuid := private.org_id();
  steps jsonb := '[]';
  low bigint := 0;
  high bigint := to_size;
  half bigint;
  whole boolean := true;
begin
  perform core.require('audit.view');
  if from_size is null or to_size is null or from_size < 1 or from_size > to_size
     or (select count(*) from audit.checkpoints c where c.org_id = org and c.size in (from_size, to_size)) <> (case when from_size = to_size then 1 else 2 end) then
    perform core.raise('AU004', 'there is no such checkpoint', 'Give the sizes of two checkpoints, the earlier one first.', 'from_size');
  end if;
  -- Downwards to where the earlier tree ends.
  while from_size < high loop
    half := 1;
    while half * 2 < high - low loop
      half := half * 2;
    end loop;
    if from_size <= low + half then
      steps := jsonb_build_array(encode(audit.subtree_hash(org, low + half, high - low - half), 'hex')) || steps;
      high := low + half;
    else
      steps := jsonb_build_array(encode(audit.subtree_hash(org, low, half), 'hex')) || steps;
      low := low + half;
      whole := false;
    end if;
  end loop;
  if not whole then
    steps := jsonb_build_array(encode(audit.subtree_hash(org, low, high - low), 'hex')) || steps;
  end if;
  return jsonb_build_object('from', from_size, 'to', to_size, 'path', steps);
end
$$;
comment on function audit.consistency_proof(bigint, bigint) is
  'Proof that the tree of one checkpoint is the beginning of another''s. Needs audit.view. Error AU004.';
revoke execute on function audit.consistency_proof(bigint, bigint) from public;
grant execute on function audit.consistency_proof(bigint, bigint) to cadastre_user, cadastre_worker;
