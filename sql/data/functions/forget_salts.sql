-- Forgets the salts and names of some versions of a change and keeps those of all others. Internal to data.erase_row.
create or replace function data.forget_salts(p_change uuid, p_entries bigint[]) returns void
language plpgsql
set search_path = ''
as $$
declare
  org uuid := private.org_id();
  c audit.data_changes;
  s private.change_secrets;
begin
  select * into c from audit.data_changes x where x.org_id = org and x.id = p_change;
  select * into s from private.change_secrets x where x.org_id = org and x.change_id = p_change for update;
  if s.seed is null then
    delete from private.kept_salts k where k.org_id = org and k.change_id = p_change and k.entry = any (p_entries);
  else
    insert into private.kept_salts (org_id, change_id, entry, salt)
    select distinct org, p_change, e.entry, sha256(s.seed || int8send(e.entry))
      from (select i::bigint as entry from generate_series(0, case when c.commitments is null then -1 else c.row_count - 1 end) i
            union all
            -- A load's: the line within the part stands before each commitment.
            select p.part * 4096::bigint + get_byte(p.commitments, i * 18) * 256 + get_byte(p.commitments, i * 18 + 1)
              from (select x.part, x.row_count, x.commitments || ''::bytea as commitments
                      from audit.change_parts x where x.org_id = org and x.change_id = p_change offset 0) p
              cross join generate_series(0, p.row_count - 1) i) e
     where e.entry <> all (p_entries);
  end if;
  update private.change_secrets x
     set seed = null,
         names = (select array_agg(case when a.i - 1 = any (p_entries) then null else a.name end order by a.i) from unnest(s.names) with ordinality a (name, i))
   where x.org_id = org and x.change_id = p_change;
end
$$;
comment on function data.forget_salts(uuid, bigint[]) is 'Forgets the salts of some versions of a change. Internal.';
revoke execute on function data.forget_salts(uuid, bigint[]) from public;
