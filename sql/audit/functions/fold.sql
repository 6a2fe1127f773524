-- The root over whole subtrees, largest first (RFC 6962): from the right, each with what is right of it.
create or replace function audit.fold(subtrees bytea[]) returns bytea
language plpgsql immutable
set search_path = ''
as $$
declare
  folded bytea := subtrees[cardinality(subtrees)];
begin
  for i in reverse cardinality(subtrees) - 1 .. 1 loop
    folded := sha256('\x01'::bytea || subtrees[i] || folded);
  end loop;
  return folded;
end
$$;
comment on function audit.fold(bytea[]) is 'Root over the roots of whole subtrees, largest first.';
revoke execute on function audit.fold(bytea[]) from public;
grant execute on function audit.fold(bytea[]) to cadastre_system;
