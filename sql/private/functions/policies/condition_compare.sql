--! owner: cadastre_system
-- One comparison of two known or unknown values. Values of different kinds cannot be compared: unknown. Texts are
-- ordered by their characters' codes, not by a language.
create or replace function private.condition_compare(p_op text, a jsonb, b jsonb, p_kind text) returns boolean
language plpgsql stable parallel safe
set search_path = ''
as $$
declare
  kind text := coalesce(p_kind, case when jsonb_typeof(a) = 'string' then 'text' else jsonb_typeof(a) end);
  left_text text := private.condition_literal(a, kind);
  right_text text := private.condition_literal(b, kind);
  sign int;
begin
  if left_text is null or right_text is null then
    return null;
  end if;
  sign := case kind
    when 'text' then case when left_text collate "C" < right_text collate "C" then -1 when left_text = right_text then 0 else 1 end
    when 'number' then case when left_text::numeric < right_text::numeric then -1 when left_text::numeric = right_text::numeric then 0 else 1 end
    when 'boolean' then case when left_text = right_text then 0 end
    when 'date' then case when left_text::date < right_text::date then -1 when left_text::date = right_text::date then 0 else 1 end
    when 'timestamptz' then case when left_text::timestamptz < right_text::timestamptz then -1 when left_text::timestamptz = right_text::timestamptz then 0 else 1 end
    when 'time' then case when left_text::time < right_text::time then -1 when left_text::time = right_text::time then 0 else 1 end
    when 'uuid' then case when left_text::uuid < right_text::uuid then -1 when left_text::uuid = right_text::uuid then 0 else 1 end
  end;
  if kind = 'boolean' then
    return case p_op when 'eq' then sign is not null when 'ne' then sign is null end;
  end if;
  return case p_op
    when 'eq' then sign = 0 when 'ne' then sign <> 0 when 'lt' then sign < 0
    when 'lte' then sign <= 0 when 'gt' then sign > 0 when 'gte' then sign >= 0
  end;
end
$$;
comment on function private.condition_compare(text, jsonb, jsonb, text) is 'eq, ne, lt, lte, gt, gte of two JSON values as a kind; null when unknown.';
revoke execute on function private.condition_compare(text, jsonb, jsonb, text) from public;
