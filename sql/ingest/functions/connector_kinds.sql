-- What kinds of connectors there are and what each is told: forms are made from this, and ingest.check_spec holds
-- settings and selections to it. target: whoever changes it decides where the secret is sent, so a change drops the
-- secret. The worker checks values again, more closely (worker/connectors), when it reads.
create or replace function ingest.connector_kinds()
returns table (kind text, title text, settings jsonb, secret jsonb, selection jsonb, hows text[])
language sql immutable
set search_path = ''
as $$
  with parts (part, content) as (values
    ('server', '{"host": {"type": "host", "required": true, "target": true}, "port": {"type": "integer", "min": 1, "max": 65535, "target": true}}'::jsonb),
    ('tls', '{"tls": {"type": "choice", "choices": ["verify", "off"], "target": true, "title": "off only within networks that the installation allows"}, "ca": {"type": "text", "max": 20000, "target": true, "title": "Certificate of an authority of your own (PEM)"}}'),
    ('database', '{"database": {"type": "text", "required": true, "max": 200, "target": true}, "user": {"type": "text", "required": true, "max": 200, "target": true}}'),
    ('table', '{"table": {"type": "text", "required": true, "max": 300, "title": "schema.table"}, "columns": {"type": "list", "max": 500}, "cursorField": {"type": "text", "max": 200}}'),
    ('objects', '{"prefix": {"type": "text", "max": 1000}, "pattern": {"type": "text", "max": 300, "title": "* and ? within names, ** across folders"}}'),
    ('auth', '{"auth": {"type": "choice", "choices": ["none", "basic", "bearer", "header"], "target": true}, "user": {"type": "text", "max": 200}, "authName": {"type": "text", "max": 100, "target": true}, "headers": {"type": "object"}}')
  ), p as (select jsonb_object_agg(part, content) as o from parts)
  select k.kind, k.title, k.settings, k.secret::jsonb, k.selection, k.hows::text[]
    from p, lateral (values
      ('s3', 'S3-compatible object store',
        '{"endpoint": {"type": "url", "required": true, "target": true}, "bucket": {"type": "text", "required": true, "max": 200, "target": true}, "region": {"type": "text", "max": 60}}'::jsonb,
        '{"accessKey": {"type": "text"}, "secretKey": {"type": "text"}}', p.o -> 'objects', '{new_objects,full}'),
      ('gcs', 'Google Cloud Storage',
        '{"endpoint": {"type": "url", "target": true}, "bucket": {"type": "text", "required": true, "max": 200, "target": true}}',
        '{"accessKey": {"type": "text"}, "secretKey": {"type": "text"}, "serviceAccount": {"type": "text"}}', p.o -> 'objects', '{new_objects,full}'),
      ('postgres', 'PostgreSQL', (p.o -> 'server') || (p.o -> 'database') || (p.o -> 'tls'),
        '{"password": {"type": "text", "required": true}}', p.o -> 'table', '{full,incremental}'),
      ('mysql', 'MySQL, MariaDB', (p.o -> 'server') || (p.o -> 'database') || (p.o -> 'tls'),
        '{"password": {"type": "text", "required": true}}', p.o -> 'table', '{full,incremental}'),
      ('mongodb', 'MongoDB', (p.o -> 'server') || (p.o -> 'tls') ||
        '{"database": {"type": "text", "required": true, "max": 200}, "user": {"type": "text", "max": 200, "target": true}, "authSource": {"type": "text", "max": 200}, "authMechanism": {"type": "choice", "choices": ["DEFAULT", "SCRAM-SHA-1", "SCRAM-SHA-256", "PLAIN"], "target": true}}',
        '{"password": {"type": "text"}}', '{"collection": {"type": "text", "required": true, "max": 200}, "cursorField": {"type": "text", "max": 200}}', '{full,incremental}'),
      ('sftp', 'SFTP', (p.o -> 'server') ||
        '{"user": {"type": "text", "required": true, "max": 200, "target": true}, "hostKey": {"type": "text", "max": 200, "target": true, "title": "SHA256:... of the server''s key; learned at the first test where it is left out"}}',
        '{"password": {"type": "text"}, "privateKey": {"type": "text"}, "passphrase": {"type": "text"}}',
        '{"path": {"type": "text", "required": true, "max": 1000}, "pattern": {"type": "text", "max": 300}}', '{new_objects,full}'),
      ('http', 'Files by HTTP', '{"baseUrl": {"type": "url", "required": true, "target": true}}'::jsonb || (p.o -> 'auth'),
        '{"password": {"type": "text"}, "token": {"type": "text"}}',
        '{"paths": {"type": "list", "required": true, "max": 100}}', '{new_objects,full}'),
      ('rest', 'REST API', '{"baseUrl": {"type": "url", "required": true, "target": true}}'::jsonb || (p.o -> 'auth') ||
        '{"auth": {"type": "choice", "choices": ["none", "basic", "bearer", "header", "query", "oauth2"], "target": true}, "tokenUrl": {"type": "url", "target": true}, "clientId": {"type": "text", "max": 500, "target": true}, "scope": {"type": "text", "max": 500}, "requestsPerSecond": {"type": "number", "min": 0.01, "max": 1000}}',
        '{"password": {"type": "text"}, "token": {"type": "text"}, "clientSecret": {"type": "text"}}',
        '{"path": {"type": "text", "required": true, "max": 2000}, "query": {"type": "object"}, "recordPath": {"type": "text", "max": 500}, "pagination": {"type": "object"}, "cursor": {"type": "object"}, "maxPages": {"type": "integer", "min": 1, "max": 10000}}', '{full,incremental}'),
      ('redis', 'Redis stream', (p.o -> 'server') || (p.o -> 'tls') ||
        '{"user": {"type": "text", "max": 200, "target": true}, "database": {"type": "integer", "min": 0, "max": 100000}}',
        '{"password": {"type": "text"}}',
        '{"stream": {"type": "text", "required": true, "max": 1000}, "keyField": {"type": "text", "max": 200}, "key": {"type": "text", "max": 500}}', '{incremental,full}'),
      ('kafka', 'Kafka topic', (p.o -> 'tls') ||
        '{"brokers": {"type": "list", "required": true, "max": 20, "target": true}, "sasl": {"type": "choice", "choices": ["none", "plain", "scram-sha-256", "scram-sha-512"], "target": true}, "user": {"type": "text", "max": 200, "target": true}}',
        '{"password": {"type": "text"}}',
        '{"topic": {"type": "text", "required": true, "max": 249}, "key": {"type": "text", "max": 500}}', '{incremental,full}')
    ) k (kind, title, settings, secret, selection, hows)
$$;
comment on function ingest.connector_kinds() is
  'Kinds of connectors: settings, secret and selection as {name: {type, required, min, max, choices, title}}, and how sources of it are read.';
grant execute on function ingest.connector_kinds() to cadastre_user, cadastre_worker, cadastre_system;
