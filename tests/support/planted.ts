/** Two organizations with a row in every table, and a member of every role in each: the ground for isolation tests. */
import { addMember, asMember, asService, createOrg, type TestDatabase, type TestOrg } from "./database.ts";

export const ROLES = [
  "owner",
  "ceo",
  "admin",
  "manager",
  "steward",
  "editor",
  "analyst",
  "viewer",
  "client",
] as const;
export type Role = (typeof ROLES)[number];

export interface PlantedOrg extends TestOrg {
  members: Record<Role, string>;
  datasetId: string;
  runId: string;
}

/** Rows of the load's own tables, as a superuser puts them: the loader is not what is tested here. */
const LOAD_ROWS = `
  with file as (
    insert into ingest.files (org_id, dataset_name, file_name, object_key, size_bytes, sha256)
    values ($1, 'people', 'people.csv', 'org/x/files/1', 1, sha256($2::text::bytea)) returning id
  ), run as (
    insert into ingest.runs (org_id, file_id, dataset_id, dataset_name, mode, status, finished_at)
    select $1, file.id, $3, 'people', 'upsert', 'succeeded', now() from file returning id, file_id
  ), step as (
    insert into ingest.run_steps (org_id, run_id, step, status) select $1, id, 'land', 'succeeded' from run
  ), rejected as (
    insert into ingest.rejected_rows (org_id, run_id, line, dataset_id, raw) select $1, id, 1, $3, 'secret of ' || $2 from run
  ), issue as (
    insert into ingest.row_issues (org_id, run_id, line, column_name, rule, value, message)
    select $1, id, 1, 'name', 'required', 'secret of ' || $2, 'must have a value' from run
  ), inspection as (
    insert into ingest.inspections (org_id, run_id, content) select $1, id, jsonb_build_object('secret', $2::text) from run
  ), proposal as (
    insert into ingest.contract_proposals (org_id, run_id, dataset_name, kind, columns)
    select $1, id, 'people', 'change', array['secret of ' || $2] from run
  ), edge as (
    insert into lineage.edges (org_id, from_kind, from_id, to_kind, to_id, run_id) select $1, 'file', file_id, 'dataset', $3, id from run
  ), endpoint as (
    insert into lineage.openlineage_endpoints (org_id, url) values ($1, 'https://' || $2 || '.example/lineage')
  ), event as (
    insert into lineage.openlineage_outbox (org_id, run_id, event_type) select $1, id, 'COMPLETE' from run
  ), openlineage_secret as (
    insert into private.openlineage_secrets (org_id, sealed) values ($1, 'v1.x')
  ), setting as (
    insert into quality.rule_settings (org_id, dataset_id, field_name, rule, severity) values ($1, $3, 'name', 'required', 'error')
  ), rule as (
    insert into quality.rules (org_id, dataset_id, name, enabled) values ($1, $3, 'planted', false) returning id
  ), rule_version as (
    insert into quality.rule_versions (org_id, rule_id, version, kind, fields, parameters, dimension)
    select $1, id, 1, 'allowed_values', '{name}', jsonb_build_object('values', jsonb_build_array('secret of ' || $2)), 'validity' from rule
  ), result as (
    insert into quality.results (org_id, dataset_id, check_id, rule_name, kind, dimension, severity, scope, row_count, failures, passed, message)
    select $1, $3, id, 'planted', 'required', 'validity', 'error', 'row', 1, 1, false, 'secret of ' || $2 from run
  ), failing as (
    insert into quality.failing_rows (org_id, dataset_id, check_id, rule_name, no, record)
    select $1, $3, id, 'planted', 1, jsonb_build_object('name', 'secret of ' || $2) from run
  ), score as (
    insert into quality.scores (org_id, dataset_id, check_id, score, rules, failed, row_count) select $1, $3, id, 0.5, 1, 1, 1 from run
  ), incident as (
    insert into quality.incidents (org_id, dataset_id, rule_name, severity, title, first_check, last_check, due_at)
    select $1, $3, 'planted', 'error', 'secret of ' || $2, id, id, now() from run returning id
  ), incident_comment as (
    insert into quality.incident_comments (org_id, incident_id, body) select $1, id, 'secret of ' || $2 from incident
  ), profile as (
    insert into quality.profiles (org_id, dataset_id, row_count, sampled, millis) values ($1, $3, 1, 1, 1) returning id
  ), column_profile as (
    insert into quality.column_profiles (org_id, dataset_id, profile_id, field_name, position, type, row_count, nulls, distinct_count, distinct_exact, minimum)
    select $1, $3, id, 'name', 1, 'text', 1, 0, 1, true, 'secret of ' || $2 from profile
  ), feedback as (
    insert into quality.feedback (org_id, dataset_id, measure, moment, verdict, note) values ($1, $3, 'name', now(), 'expected', 'secret of ' || $2)
  ), deployment as (
    insert into quality.rule_deployments (org_id, rule_id, version) select $1, id, 1 from rule
  ), rule_set as (
    insert into quality.rule_sets (org_id, name, title) values ($1, 'planted', 'secret of ' || $2) returning id
  ), rule_set_version as (
    insert into quality.rule_set_versions (org_id, set_id, version, rules) select $1, id, 1, jsonb_build_array('secret of ' || $2) from rule_set
  ), rule_set_install as (
    insert into quality.rule_set_installs (org_id, dataset_id, set_key, version, mapping) values ($1, $3, 'secret of ' || $2, 1, '[]')
  ), judgement as (
    insert into quality.judgements (org_id, dataset_id, check_id, rule_name, verdict, note) select $1, $3, id, 'planted', 'confirmed', 'secret of ' || $2 from run
  ), target as (
    insert into quality.targets (org_id, dataset_id, min_score) values ($1, $3, 0.5)
  )
  select id from run`;

/** Rows of connectors, as a superuser puts them. */
const CONNECTOR_ROWS = `
  with connector as (
    insert into ingest.connectors (org_id, name, kind, settings) values ($1, 'planted', 'http', jsonb_build_object('secret', $2::text)) returning id
  ), sealed as (
    insert into private.connector_secrets (org_id, connector_id, sealed) select $1, id, 'v1.x' from connector
  ), check_row as (
    insert into ingest.connector_checks (org_id, connector_id, kind) select $1, id, 'test' from connector
  ), source as (
    insert into ingest.sources (org_id, connector_id, name, dataset_name, how) select $1, id, 'planted', 'people', 'full' from connector returning id
  ), pull as (
    insert into ingest.source_pulls (org_id, source_id) select $1, id from source
  )
  insert into ingest.source_objects (org_id, source_id, name, version) select $1, id, 'secret of ' || $2, '1' from source`;

/** Rows of schedules, as a superuser puts them, paused. $1 the organization, $2 its slug, $3 a dataset. */
const SCHEDULE_ROWS = `
  with source as (select id from ingest.sources where org_id = $1 limit 1), schedule as (
    insert into ingest.schedules (org_id, name, source_id, trigger, paused, problem)
    select $1, 'planted', id, 'hand', true, 'secret of ' || $2 from source returning id
  ), upstream as (
    insert into ingest.schedule_upstreams (org_id, schedule_id, dataset_id) select $1, id, $3 from schedule
  ), run as (
    insert into ingest.schedule_runs (org_id, schedule_id, trigger, state, ended_at, reason)
    select $1, id, 'hand', 'cancelled', now(), 'secret of ' || $2 from schedule
  ), fresh as (
    insert into ingest.freshness (org_id, dataset_id, max_age, check_at) values ($1, $3, '1 day', now() + interval '9 years')
  ), limits as (
    insert into ingest.schedule_limits (org_id) values ($1)
  ), signal as (
    insert into private.schedule_signals (org_id, kind, object_id) values ($1, 'dataset', $3)
  ), backfill as (
    insert into ingest.backfills (org_id, source_id, range_from, range_to, step, slices, state, look_at, ended_at)
    select $1, id, 'secret of ' || $2, '1', '1', 1, 'cancelled', null, now() from source returning id
  )
  insert into ingest.backfill_slices (org_id, backfill_id, "position", range_from, range_to)
  select $1, id, 1, 'secret of ' || $2, '1' from backfill`;

/** Rows of federation, as a superuser puts them. $1 the organization, $2 its slug, $3 a member. */
const FEDERATION_ROWS = `
  with provider as (
    insert into access.identity_providers (org_id, name, title, kind, issuer, client_id)
    values ($1, 'staff', 'secret of ' || $2, 'oidc', 'https://idp.' || $2 || '.example', 'x') returning id
  ), sealed as (
    insert into private.identity_provider_secrets (provider_id, sealed) select id, 'v1.x' from provider
  ), link as (
    insert into access.linked_identities (user_id, provider_id, subject) select $3, id, 'subject of ' || $2 from provider
  ), state as (
    insert into private.oidc_states (state_hash, browser_hash, provider_id, sealed, return_path, expires_at)
    select sha256($2::text::bytea), sha256('x'), id, 'v1.x', '/', now() from provider
  ), domain as (
    insert into access.domains (org_id, domain, token) values ($1, $2 || '.example', repeat('x', 20))
  ), token as (
    insert into access.scim_tokens (org_id, name, prefix, expires_at)
    values ($1, 'secret of ' || $2, 'scim_x', now() + interval '1 day') returning id
  ), hash as (
    insert into private.scim_token_secrets (secret_hash, org_id, token_id) select sha256($2::text::bytea), $1, id from token
  ), scim_user as (
    insert into access.scim_users (org_id, user_id, user_name) values ($1, $3, 'secret of ' || $2)
  ), role as (
    insert into access.org_roles (org_id, key, title) values ($1, 'g_planted', 'secret of ' || $2) returning key
  )
  insert into access.scim_groups (org_id, role_key, external_id) select $1, key, 'secret of ' || $2 from role`;

/**
 * Rows of access management. None of them gives or takes anything from the nine members: what roles see is told by the
 * roles alone. The policies are switched off, the grant is over, the view is closed, the key revoked.
 */
const ACCESS_ROWS = `
  with role as (
    insert into access.org_roles (org_id, key, title) values ($1, 'planted', 'secret of ' || $2) returning key
  ), parent as (
    insert into access.org_role_parents (org_id, role_key, system_parent) select $1, key, 'viewer' from role
  ), permission as (
    insert into access.org_role_permissions (org_id, role_key, permission) select $1, key, 'organization.view' from role
  ), membership as (
    insert into access.membership_roles (org_id, user_id, role_key) select $1, $3, key from role
  ), over as (
    insert into access.grants (org_id, user_id, permission, starts_at, ends_at, reason)
    values ($1, $3, 'record.view', now() - interval '2 days', now() - interval '1 day', 'secret of ' || $2)
  ), request as (
    insert into access.requests (org_id, user_id, permission, reason, duration)
    values ($1, $3, 'record.edit', 'secret of ' || $2, '1 day') returning id
  ), decision as (
    insert into access.request_decisions (org_id, request_id, user_id, approved, note) select $1, id, $4, true, 'secret of ' || $2 from request
  ), policy as (
    insert into access.policies (org_id, name, kind, permissions, enabled) values ($1, 'secret of ' || $2, 'forbid', '{record.view}', false)
  ), look as (
    insert into access.view_as (org_id, user_id, subject_id, reason, expires_at, ended_at)
    values ($1, $4, $3, 'secret of ' || $2, now() + interval '1 minute', now())
  ), invitation as (
    insert into access.invitations (org_id, email, role_key, expires_at) values ($1, 'guest@' || $2 || '.example', 'viewer', now() + interval '1 day')
  )
  insert into access.api_keys (org_id, name, prefix, permissions, created_by, expires_at, revoked_at)
  values ($1, 'secret of ' || $2, 'planted', '{record.view}', $4, now() + interval '1 day', now())`;

/** Rows of pipelines, as a superuser puts them. $1 the organization, $2 its slug, $3 a member, $4 a file, $5 a run. */
const PIPELINE_ROWS = `
  with pipeline as (
    insert into ingest.pipelines (org_id, name, title) values ($1, 'planted', 'secret of ' || $2) returning id
  ), version as (
    insert into ingest.pipeline_versions (org_id, pipeline_id, version, definition, saved_by, by_service)
    select $1, id, 1, jsonb_build_object('secret', $2::text), $3, false from pipeline returning pipeline_id
  ), run as (
    insert into ingest.pipeline_runs (org_id, pipeline_id, version, trigger, file_id, run_id, status, by_service, finished_at)
    select $1, pipeline_id, 1, 'hand', $4, $5, 'failed', false, now() from version returning id
  ), step as (
    insert into ingest.pipeline_run_steps (org_id, pipeline_run_id, "position", kind, label, started_at)
    select $1, id, 1, 'filter', 'secret of ' || $2, now() from run
  ), failure as (
    insert into ingest.pipeline_failures (org_id, pipeline_run_id, message) select $1, id, 'secret of ' || $2 from run
  ), kept as (
    insert into private.kept_steps (org_id, pipeline_run_id, position, tables, selects, inputs, bytes)
    select $1, id, 1, jsonb_build_array(jsonb_build_object('name', 'secret of ' || $2)), '[]', '{}', 1 from run
  ), template as (
    insert into ingest.pipeline_templates (org_id, name, title) values ($1, 'planted', 'secret of ' || $2) returning id
  ), template_version as (
    insert into ingest.pipeline_template_versions (org_id, template_id, version, definition)
    select $1, id, 1, jsonb_build_object('secret', $2::text) from template
  ), trial as (
    insert into private.trials (org_id, kind, requested_by, definition, settings) values ($1, 'pipeline', $3, jsonb_build_object('secret', $2::text), '{}')
  ), login as (
    insert into private.sandbox_logins (org_id, role_name, role_oid, sealed)
    values ($1, 'sandbox_' || left(encode(sha256($2::text::bytea), 'hex'), 18), 1, 'v1.x')
  )
  insert into private.template_installs (org_id, template) values ($1, 'secret of ' || $2)`;

/** Rows of streams, webhooks and notifications. $1 the organization, $2 its slug, $3 a dataset, $4 who was told. */
const OPS_ROWS = `
  with event as (
    insert into ingest.stream_events (org_id, dataset_id, key, body, run_id, line)
    values ($1, $3, 'secret of ' || $2, jsonb_build_object('name', 'secret of ' || $2), gen_random_uuid(), 1)
  ), horizon as (
    insert into private.change_horizons (org_id, txid, number) values ($1, '1', 1)
  ), change as (
    insert into ingest.changes (org_id, dataset_id, kind) values ($1, $3, 'load') returning number
  ), checked as (
    insert into private.checked_keys (org_id, number, keys) select $1, number, '[]' from change
  ), rule_trial as (
    insert into private.trials (org_id, kind, requested_by, dataset_id, definition, settings)
    values ($1, 'rule', $4, $3, jsonb_build_object('secret', $2::text), '{}')
  ), carried as (
    insert into private.carried_checks (org_id, dataset_id, road, check_id, snapshot, saw_own, contract_version, row_count, rules)
    values ($1, $3, 'load', gen_random_uuid(), pg_current_snapshot(), true, 1, 0, jsonb_build_object('secret', $2::text))
  ), pairs as (
    insert into private.carried_pairs (org_id, dataset_id, check_id, rule_id, pairs)
    values ($1, $3, gen_random_uuid(), gen_random_uuid(), jsonb_build_array($2::text))
  ), incoming as (
    insert into ingest.incoming_webhooks (org_id, title, dataset_id, scheme) values ($1, 'secret of ' || $2, $3, 'standard') returning id
  ), incoming_secret as (
    insert into private.incoming_secrets (org_id, webhook_id, sealed) select $1, id, 'v1.x' from incoming
  ), webhook as (
    insert into ops.webhooks (org_id, title, url, event_kinds, active)
    values ($1, 'secret of ' || $2, 'https://' || $2 || '.example/hook', '{x.y}', false) returning id
  ), delivery as (
    insert into ops.webhook_deliveries (org_id, webhook_id, event_kind, body, status, finished_at)
    select $1, id, 'x.y', jsonb_build_object('secret', $2::text), 'cancelled', now() from webhook
  )
  insert into ops.notifications (org_id, user_id, event_kind, severity, title, object_kind, object_id)
  values ($1, $4, 'x.y', 'info', 'secret of ' || $2, 'run', 'x')`;
/** Rows of retention, as a superuser puts them, none of them in force. $1 the organization, $2 its slug, $3 a dataset, $4 a file. */
const RETENTION_ROWS = `
  with hold as (
    insert into data.legal_holds (org_id, dataset_id, reason, released_at, release_reason)
    values ($1, $3, 'secret of ' || $2, now(), 'secret of ' || $2)
  ), rule as (
    insert into data.retention_rules (org_id, dataset_id, keep_versions, action, next_run_at) values ($1, $3, 1000, 'archive', now() + interval '9 years')
  ), archive as (
    insert into data.archives (org_id, dataset_id, state, object_key, row_count, valid_from_min, valid_to_min, valid_to_max, sha256, fields)
    values ($1, $3, 'attached', 'secret of ' || $2, 1, now(), now(), now(), sha256('x'), jsonb_build_array('secret of ' || $2))
  ), erasure as (
    insert into data.erasures (org_id, dry_run, dataset_ids, reason, state, finished_at) values ($1, true, array[$3::uuid], 'secret of ' || $2, 'succeeded', now()) returning id
  ), subject as (
    insert into private.erasure_subjects (org_id, erasure_id, selections) select $1, id, jsonb_build_array('secret of ' || $2) from erasure
  ), looked as (
    insert into private.erasure_files (org_id, erasure_id, file_id, lines) select $1, id, $4, '{}' from erasure
  ), raw as (
    insert into private.raw_due (org_id, run_id, file_id, error, given_up)
    select $1, r.id, r.file_id, jsonb_build_object('secret', $2::text), true from ingest.runs r where r.org_id = $1 order by r.id limit 1
  )
  insert into private.dead_objects (org_id, object_key, since) values ($1, 'secret of ' || $2, now() + interval '9 years')`;

/** Rows of the audit trail's seals, as a superuser puts them. $1 the organization. */
const SEAL_ROWS = `
  with part as (
    insert into audit.change_parts (org_id, change_id, part, row_count, commitments) values ($1, uuidv7(), 0, 1, decode(repeat('00', 18), 'hex'))
  ), leaf as (
    insert into audit.leaves (org_id, position, kind, source_id, hash) values ($1, 0, 'event', uuidv7(), sha256('x'))
  ), node as (
    insert into audit.tree_nodes (org_id, level, position, hash) values ($1, 8, 0, sha256('x'))
  ), tree as (
    insert into private.audit_trees (org_id, size) values ($1, 1)
  ), salt as (
    insert into private.event_salts (org_id, event_id, salt) values ($1, uuidv7(), decode(repeat('00', 16), 'hex'))
  ), kept as (
    insert into private.kept_salts (org_id, change_id, entry, salt) values ($1, uuidv7(), 0, sha256('x'))
  )
  insert into audit.checkpoints (org_id, size, at, root, key_id, jws) values ($1, 1, now(), sha256('x'), 'x', 'x')`;

export async function plantOrg(db: TestDatabase, slug: string): Promise<PlantedOrg> {
  const org = await createOrg(db, slug);
  const members = {} as Record<Role, string>;
  for (const role of ROLES) members[role] = await addMember(db, org.id, `${role}@${slug}.example`, role);
  const datasetId = await asService(db, org.id, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `select id from data.create_dataset('people', '[{"name": "id", "type": "integer"}, {"name": "name", "required": true}]', '{id}')`,
    );
    return rows[0]!.id;
  });
  await asMember(db, { orgId: org.id, userId: members.editor }, async (client) => {
    await client.query(`insert into org_${org.schemaKey}.people (id, name) values (1, $1), (2, $1)`, [
      `secret of ${slug}`,
    ]);
  });
  await asMember(db, { orgId: org.id, userId: members.manager }, async (client) => {
    await client.query(`delete from org_${org.schemaKey}.people where id = 2`);
  });
  await asService(db, org.id, (client) =>
    client.query("select access.create_sql_login($1)", [members.analyst]),
  );
  await db.admin.query(FEDERATION_ROWS, [org.id, slug, members.viewer]);
  await db.admin.query(CONNECTOR_ROWS, [org.id, slug]);
  await db.admin.query(ACCESS_ROWS, [org.id, slug, members.viewer, members.admin]);
  await db.admin.query(SEAL_ROWS, [org.id]);
  const { rows } = await db.admin.query<{ id: string }>(LOAD_ROWS, [org.id, slug, datasetId]);
  const { rows: files } = await db.admin.query<{ id: string }>(
    "select id from ingest.files where org_id = $1",
    [org.id],
  );
  await db.admin.query(PIPELINE_ROWS, [org.id, slug, members.editor, files[0]!.id, rows[0]!.id]);
  await db.admin.query(RETENTION_ROWS, [org.id, slug, datasetId, files[0]!.id]);
  await db.admin.query(SCHEDULE_ROWS, [org.id, slug, datasetId]);
  await db.admin.query(OPS_ROWS, [org.id, slug, datasetId, members.manager]);
  return { ...org, members, datasetId, runId: rows[0]!.id };
}
