-- Where the rows of a change are to be read, for whoever may read the dataset: the view, and the keys or the run to find
-- them by. Keys are not to be shown: private.change_rows only compares them with what the view shows its caller.
create or replace function private.change_source(
  p_number bigint, out history_view text, out picked text, out matches text, out keys jsonb, out run_id uuid, out file_id uuid, out columns text[]
) returns record
language plpgsql stable security definer
set search_path = ''
as $$
declare
  c ingest.changes;
  n record;
begin
  select * into c from ingest.changes x where x.org_id = private.org_id() and x.number = p_number;
  if c.number is null or not private.may(c.org_id, 'record.view', c.dataset_id) then
    return;
  end if;
  n := data.dataset_names(c.dataset_id);
  history_view := n.history_view;
  run_id := c.run_id;
  select k.keys into keys from private.change_keys k where k.org_id = c.org_id and k.number = c.number;
  -- Typed before they are joined: compared as they are, without a cast, they may meet the index under row-level security.
  select string_agg(format('(i.item ->> %L)::%s as k%s', f.name, f.type, f.position), ', '),
         string_agg(format('h.%I = k.k%s', f.name, f.position), ' and ')
    into picked, matches
    from data.fields f
   where f.org_id = c.org_id and f.dataset_id = c.dataset_id and f.name = any (n.key_fields);
  if not n.keyed then
    picked := '(i.item ->> ''file_id'')::uuid as k1, (i.item ->> ''source_line'')::bigint as k2';
    matches := 'h.file_id = k.k1 and h.source_line = k.k2';
    if keys is null then
      select r.file_id into file_id from ingest.runs r where r.org_id = c.org_id and r.id = c.run_id;
    end if;
  end if;
  select array_agg(f.name order by f.position) into columns
    from data.fields f where f.org_id = c.org_id and f.dataset_id = c.dataset_id and f.retired_at is null;
end
$$;
comment on function private.change_source(bigint) is 'View, keys or run of a change''s rows; nulls where whoever is asking may not read them.';
revoke execute on function private.change_source(bigint) from public;
grant execute on function private.change_source(bigint) to cadastre_user;
