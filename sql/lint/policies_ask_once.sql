-- Policies call the identity functions inside a sub-select: asked once a statement, not once a row.
select p.polrelid::regclass::text || '.' || p.polname as object,
       'an identity function is called outside a sub-select' as problem
  from pg_policy p
  cross join lateral (values (pg_get_expr(p.polqual, p.polrelid)), (pg_get_expr(p.polwithcheck, p.polrelid))) e (text)
 where e.text is not null
   and regexp_count(e.text, 'private\.\w+\(') <> regexp_count(e.text, 'SELECT private\.\w+\(')
