-- What is committed to of a data version, as text that anybody can read: version, kind of change, mask, time, author,
-- run, file, line, the reason where one was given (as r:length:text), then every field that has a value as position:value (text with its length). SQL over the alias t.
--
-- It must read the same after the contract has changed: a field goes by its position, which no renaming changes; one
-- without a value leaves no trace, so fields added later change nothing; numbers lose trailing zeros, so wider types read
-- alike; and a number that became text is read as the number it was, where that is what it says.
-- Times and dates are written by the session's settings: whoever uses it sets timezone UTC and datestyle 'ISO, YMD'.
create or replace function data.version_text(p_dataset uuid, p_contract int) returns text
language sql stable
set search_path = ''
as $$
  select '''v1|'' || t.version::text || ''|'' || t.change_type || ''|'' || coalesce(t.change_mask::text, '''') || ''|'' || t.valid_from::text || ''|'' || '
    || 'coalesce(t.changed_by::text, '''') || ''|'' || coalesce(t.run_id::text, '''') || ''|'' || coalesce(t.file_id::text, '''') || ''|'' || '
    || 'coalesce(t.source_line::text, '''') || coalesce(''|r:'' || length(t.change_reason)::text || '':'' || t.change_reason, '''')'
    || coalesce(string_agg(format(' || coalesce(''|%s:'' || %s, '''')', f.position,
         case when f.type in ('text', 'jsonb', 'text[]')
                then format('length(%1$s)::text || '':'' || %1$s', data.field_text(now_.name, now_.type, f.type))
              -- No value of the other types has the mark in it: one that has was put there later.
              when now_.type = 'text' then format('replace(%s, ''|'', ''/|/'')', data.field_text(now_.name, now_.type, f.type))
              else data.field_text(now_.name, now_.type, f.type) end), '' order by f.position), '')
    from data.contracts c
    cross join lateral jsonb_to_recordset(c.fields) as f (name text, type text, position int)
    join data.fields now_ on now_.org_id = c.org_id and now_.dataset_id = c.dataset_id and now_.position = f.position
   where c.org_id = private.org_id() and c.dataset_id = p_dataset and c.version = p_contract
$$;
comment on function data.version_text(uuid, int) is 'SQL of the text that audit leaves commit to, of a version made under a contract.';
revoke execute on function data.version_text(uuid, int) from public;
