/** A database of a test file's own, cloned from the template, with people and organizations to act as. */
import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";
import type { Claim } from "../../lib/claims.ts";
import { databaseUrl, loginUrl } from "../../lib/db/urls.ts";
import type { Connections } from "../../lib/instance.ts";
import { createLogger } from "../../lib/log.ts";
import { createPool, withClaim } from "../../lib/pg.ts";

const log = createLogger("error");

export interface TestDatabase extends Connections {
  admin: pg.Pool;
  gateway: pg.Pool;
  worker: pg.Pool;
  drop(): Promise<void>;
}

/** Clones the template. Call `drop()` in afterAll. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const cluster = inject("cluster");
  const name = `cadastre_test_${randomBytes(6).toString("hex")}`;
  const maintenance = new pg.Client({ connectionString: cluster.adminUrl });
  await maintenance.connect();
  // File copy instead of the default WAL-logged copy: faster for a small template on one machine.
  await maintenance.query(`create database ${name} template ${cluster.template} strategy file_copy`);
  // Rights on the database itself are not cloned with it.
  await maintenance.query(
    `revoke all on database ${name} from public;
     grant connect on database ${name} to cadastre_gateway, cadastre_worker, cadastre_sql;
     grant connect, create, temporary on database ${name} to cadastre_owner;
     grant temporary on database ${name} to cadastre_worker, cadastre_sandbox`,
  );
  const adminUrl = databaseUrl(cluster.adminUrl, name);
  const connections: Connections = {
    adminUrl,
    gatewayUrl: loginUrl(adminUrl, "cadastre_gateway", cluster.gateway),
    workerUrl: loginUrl(adminUrl, "cadastre_worker", cluster.worker),
    claimKey: Buffer.from(cluster.claimKey, "hex"),
  };
  const admin = createPool(connections.adminUrl, { name: "test-admin", max: 4, log });
  const gateway = createPool(connections.gatewayUrl, { name: "test-gateway", max: 6, log });
  const worker = createPool(connections.workerUrl, { name: "test-worker", max: 6, log });
  return {
    ...connections,
    admin,
    gateway,
    worker,
    async drop() {
      await Promise.all([admin.end(), gateway.end(), worker.end()]);
      await maintenance.query(`drop database if exists ${name} with (force)`);
      await maintenance.end();
    },
  };
}

/** Runs as the platform itself (the worker's service claim without an organization). */
export function asPlatform<T>(db: TestDatabase, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  return withClaim(db.worker, db.claimKey, { kind: "service", orgId: null, userId: null }, work);
}

/** Runs as the worker acting for an organization. */
export function asService<T>(
  db: TestDatabase,
  orgId: string,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  return withClaim(db.worker, db.claimKey, { kind: "service", orgId, userId: null }, work);
}

/** Runs as a member, the way an API request does. */
export function asMember<T>(
  db: TestDatabase,
  who: { orgId: string; userId: string },
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const claim: Claim = { kind: "user", orgId: who.orgId, userId: who.userId };
  return withClaim(db.gateway, db.claimKey, claim, work, "cadastre_user");
}

export interface TestOrg {
  id: string;
  slug: string;
  schemaKey: string;
}

/** Makes an organization. */
export async function createOrg(db: TestDatabase, slug: string): Promise<TestOrg> {
  return asPlatform(db, async (client) => {
    const { rows } = await client.query<{ id: string; slug: string; schema_key: string }>(
      "select id, slug, schema_key from tenancy.create_organization($1, $2)",
      [slug, slug],
    );
    const row = rows[0]!;
    return { id: row.id, slug: row.slug, schemaKey: row.schema_key };
  });
}

/** Adds a person with a role; returns the user's id. `passwordHash` is argon2id, when the test signs in. */
export async function addMember(
  db: TestDatabase,
  orgId: string,
  email: string,
  role: string,
  passwordHash: string | null = null,
): Promise<string> {
  return asPlatform(db, async (client) => {
    const { rows } = await client.query<{ user_id: string }>(
      "select user_id from access.add_member($1, $2, '', $3, $4)",
      [email, role, passwordHash, orgId],
    );
    return rows[0]!.user_id;
  });
}
