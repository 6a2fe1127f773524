-- A foreign key between tables of organizations carries org_id on both sides: a plain one confirms other organizations'
-- ids, and its cascade deletes their rows in spite of forced row-level security.
select con.conrelid::regclass::text || '.' || con.conname as object, 'the foreign key does not include org_id' as problem
  from pg_constraint con
 where con.contype = 'f'
   and exists (select from pg_attribute a where a.attrelid = con.conrelid and a.attname = 'org_id' and not a.attisdropped)
   and exists (select from pg_attribute a where a.attrelid = con.confrelid and a.attname = 'org_id' and not a.attisdropped)
   and not exists (
     select from unnest(con.conkey, con.confkey) k (here, there)
       join pg_attribute h on h.attrelid = con.conrelid and h.attnum = k.here and h.attname = 'org_id'
       join pg_attribute t on t.attrelid = con.confrelid and t.attnum = k.there and t.attname = 'org_id')
