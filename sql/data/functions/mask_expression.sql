-- A value as a mask shows it, as SQL of the column's own type. What a mask cannot do to a type is null: nothing is ever
-- shown because a mask did not fit. The hash is keyed with the organization's secret, which the view reads and nobody else
-- can: equal values stay equal across its datasets, and knowing the values does not give the key away.
create or replace function data.mask_expression(p_org uuid, p_mask jsonb, p_type text, p_column text) returns text
language plpgsql immutable
set search_path = ''
as $$
declare
  first_n int := least(greatest(coalesce((p_mask ->> 'first')::int, 0), 0), 1000);
  last_n int := least(greatest(coalesce((p_mask ->> 'last')::int, 0), 0), 1000);
  digest text := format(
    'encode(public.hmac(convert_to(%s::text, ''UTF8''), (select k.secret from private.mask_keys k where k.org_id = %L), ''sha256''), ''hex'')',
    p_column, p_org);
  fits boolean := false;
begin
  if p_mask ->> 'kind' = 'constant' then
    -- Dynamic: within one transaction a place remembers the first type that it was given.
    execute 'select pg_input_is_valid($1, $2)' into fits using p_mask ->> 'value', p_type;
  end if;
  return case p_mask ->> 'kind'
    when 'constant' then case when fits then format('%L::%s', p_mask ->> 'value', p_type) end
    when 'hash' then case p_type
      when 'text' then digest
      when 'bigint' then format('((''x'' || left(%s, 16))::bit(64)::bigint & 9223372036854775807)', digest)
      when 'integer' then format('((''x'' || left(%s, 8))::bit(32)::integer & 2147483647)', digest)
      when 'uuid' then format('left(%s, 32)::uuid', digest)
    end
    when 'partial' then case when p_type = 'text' then
      format('case when length(%1$s) <= %2$s then repeat(''*'', least(length(%1$s), 100)) else left(%1$s, %3$s) || repeat(''*'', least(length(%1$s) - %2$s, 100)) || right(%1$s, %4$s) end',
        p_column, first_n + last_n, first_n, last_n) end
    when 'year' then case p_type
      when 'date' then format('date_trunc(''year'', %s::timestamp)::date', p_column)
      when 'timestamptz' then format('date_trunc(''year'', %s, ''UTC'')', p_column)
    end
  end;
end
$$;
comment on function data.mask_expression(uuid, jsonb, text, text) is 'SQL of a masked value; null where the mask shows nothing of this type.';
