-- For generated functions that find rows of two moments by their key: where the key is masked for whoever is asking, rows
-- cannot be told apart, and an answer would be wrong. Always true, else 42501.
create or replace function private.refuse_masked_key(p_masked boolean) returns boolean
language plpgsql stable
set search_path = ''
as $$
begin
  if coalesce(p_masked, true) then
    raise insufficient_privilege using message = 'the key of these rows is masked for you', hint = 'Ask somebody who sees it.';
  end if;
  return true;
end
$$;
comment on function private.refuse_masked_key(boolean) is 'Raises 42501 where a dataset''s key is masked for whoever is asking.';
revoke execute on function private.refuse_masked_key(boolean) from public;
grant execute on function private.refuse_masked_key(boolean) to cadastre_user, cadastre_sql, cadastre_owner;
