-- A dataset's id by its name. Error DS001. Internal.
create or replace function data.find_dataset(p_name text) returns uuid
language plpgsql stable
set search_path = ''
as $$
declare
  found_id uuid;
begin
  select d.id into found_id from data.datasets d where d.org_id = private.org_id() and d.name = p_name;
  if found_id is null then
    perform core.raise('DS001', format('there is no dataset %s', left(coalesce(p_name, ''), 60)),
      'Check the dataset''s id or name; you see only your organization''s.', 'dataset');
  end if;
  return found_id;
end
$$;
comment on function data.find_dataset(text) is 'A dataset''s id by its name. Error DS001. Internal.';
revoke execute on function data.find_dataset(text) from public;
