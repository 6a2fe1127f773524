-- Counts and samples the rows of a dataset's view that a condition means; through the view, so within the asker's own
-- sight, masks and filters included. Bounded by the request's statement timeout. Looks down from access to data.
create or replace function private.preview_rows(p_dataset uuid, p_condition jsonb, p_mask boolean, p_sample int) returns jsonb
language plpgsql stable security definer
set search_path = ''
as $$
declare
  view_name text := (data.dataset_names(p_dataset)).current_view;
  met text := private.compile_condition(p_condition, p_dataset, 't.');
  answer jsonb;
begin
  -- What is not known is masked, and not seen.
  met := format(case when p_mask then '(%s) is not false' else '(%s) is true' end, coalesce(met, 'true'));
  execute format(
    'select jsonb_build_object(''matching'', count(*) filter (where %1$s), ''total'', count(*),
              ''sample'', (select coalesce(jsonb_agg(x.r), ''[]'') from (select to_jsonb(t.*) as r from %2$s t where %1$s limit %3$s) x))
       from %2$s t', met, view_name, p_sample) into answer;
  return answer;
end
$$;
comment on function private.preview_rows(uuid, jsonb, boolean, int) is '{matching, total, sample} of a dataset''s rows for a condition.';
revoke execute on function private.preview_rows(uuid, jsonb, boolean, int) from public;
grant execute on function private.preview_rows(uuid, jsonb, boolean, int) to cadastre_system;
