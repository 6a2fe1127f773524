/** Two organizations with a row in every table, and a member of every role in each: the ground for isolation tests. */
import { addMember, asMember, asService, createOrg, type TestDatabase, type TestOrg } from "./database.ts";

export const ROLES = ["owner", "admin", "manager", "editor", "analyst", "viewer", "client"] as const;
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
  ), edge as (
    insert into lineage.edges (org_id, from_kind, from_id, to_kind, to_id, run_id) select $1, 'file', file_id, 'dataset', $3, id from run
  ), setting as (
    insert into quality.rule_settings (org_id, dataset_id, field_name, rule, severity) values ($1, $3, 'name', 'required', 'error')
  )
  select id from run`;

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
  const { rows } = await db.admin.query<{ id: string }>(LOAD_ROWS, [org.id, slug, datasetId]);
  return { ...org, members, datasetId, runId: rows[0]!.id };
}
