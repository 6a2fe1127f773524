-- Holds a JSON object to a specification of ingest.connector_kinds(): unknown names are refused, so that a password
-- cannot end up among settings, which many may see. Internal.
create or replace function ingest.check_spec(p_given jsonb, p_spec jsonb, p_code text, p_what text) returns void
language plpgsql immutable
set search_path = ''
as $$
declare
  field record;
  wrong text;
  max_bytes constant int := 30000;
begin
  if jsonb_typeof(p_given) is distinct from 'object' or octet_length(p_given::text) > max_bytes then
    perform core.raise(p_code, format('the %s are not a JSON object, or too long', p_what), 'See docs/reference/connectors.md.', p_what);
  end if;
  select k into wrong from jsonb_object_keys(p_given) k where not p_spec ? k limit 1;
  if wrong is not null then
    perform core.raise(p_code, format('%L is none of the %s', left(wrong, 60), p_what),
      format('They are %s. Passwords and keys are given apart, as the secret.', (select string_agg(k, ', ') from jsonb_object_keys(p_spec) k)), left(wrong, 60));
  end if;
  for field in
    select s.key, s.value as spec, p_given -> s.key as given, p_given ->> s.key as given_text from jsonb_each(p_spec) s
  loop
    wrong := null;
    if field.given is null or field.given = 'null' then
      if (field.spec ->> 'required')::boolean then wrong := 'is missing'; end if;
    else
      wrong := case field.spec ->> 'type'
        when 'text' then case when jsonb_typeof(field.given) <> 'string' or length(field.given_text) not between 1 and coalesce((field.spec ->> 'max')::int, 1000)
          then format('is a text of 1 to %s characters', coalesce(field.spec ->> 'max', '1000')) end
        when 'host' then case when jsonb_typeof(field.given) <> 'string' or field.given_text !~ '^[A-Za-z0-9:._-]{1,253}$' then 'is a host name or an IP address' end
        when 'url' then case when jsonb_typeof(field.given) <> 'string' or length(field.given_text) > 1000 or field.given_text !~* '^https?://[^/?#@[:space:]]+(/[^?#[:space:]]*)?$'
          then 'is an address such as https://data.example/files, without a user or password' end
        when 'choice' then case when not (field.spec -> 'choices') @> field.given then format('is one of %s', field.spec -> 'choices') end
        when 'integer' then case when jsonb_typeof(field.given) <> 'number' or field.given::numeric % 1 <> 0
            or field.given::numeric not between (field.spec ->> 'min')::numeric and (field.spec ->> 'max')::numeric
          then format('is a whole number from %s to %s', field.spec ->> 'min', field.spec ->> 'max') end
        when 'number' then case when jsonb_typeof(field.given) <> 'number' or field.given::numeric not between (field.spec ->> 'min')::numeric and (field.spec ->> 'max')::numeric
          then format('is a number from %s to %s', field.spec ->> 'min', field.spec ->> 'max') end
        when 'list' then case when jsonb_typeof(field.given) <> 'array' or jsonb_array_length(field.given) not between 1 and (field.spec ->> 'max')::int
            or jsonb_path_exists(field.given, '$[*] ? (@.type() != "string")') then format('is a list of 1 to %s texts', field.spec ->> 'max') end
        else case when jsonb_typeof(field.given) <> 'object' then 'is a JSON object' end
      end;
    end if;
    if wrong is not null then
      perform core.raise(p_code, format('%s %s', field.key, wrong), 'See docs/reference/connectors.md for what this kind takes.', field.key);
    end if;
  end loop;
end
$$;
comment on function ingest.check_spec(jsonb, jsonb, text, text) is 'Raises the given code unless the object is as specified. Internal.';
