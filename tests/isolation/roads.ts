/** The roads by which somebody reaches their organization's data, each with the real login, token or key it takes. */
import pg from "pg";
import { loginUrl } from "../../lib/db/urls.ts";
import { withClaim } from "../../lib/pg.ts";
import type { TestServer } from "../api/support/server.ts";
import { asMember, asService, type TestDatabase } from "../support/database.ts";

export interface Person {
  orgId: string;
  slug: string;
  userId: string;
  email: string;
}

export type Rows = Record<string, unknown>[];

/** An SQL login of theirs, made anew. The caller ends the connection. */
export async function openSqlLogin(db: TestDatabase, who: Person): Promise<pg.Client> {
  const { rows } = await asService(db, who.orgId, (client) =>
    client.query<{ role_name: string; password: string }>(
      "select role_name, password from access.create_sql_login($1)",
      [who.userId],
    ),
  );
  const client = new pg.Client({
    connectionString: loginUrl(db.adminUrl, rows[0]!.role_name, rows[0]!.password),
  });
  // A login that is taken away loses its connection too.
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

/** An API key of theirs with these permissions: the token, and its id. */
export async function makeApiKey(
  db: TestDatabase,
  who: Person,
  permissions: string[],
): Promise<{ id: string; token: string }> {
  return asMember(db, who, async (client) => {
    const { rows } = await client.query<{ id: string; token: string }>(
      "select api_key_id as id, api_key as token from access.create_api_key('test', $1)",
      [permissions],
    );
    return rows[0]!;
  });
}

/** Runs as the gateway does for a request with that API key. */
export function asKey<T>(
  db: TestDatabase,
  who: Person,
  keyId: string,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const claim = { kind: "key", orgId: who.orgId, userId: who.userId, sessionId: keyId } as const;
  return withClaim(db.gateway, db.claimKey, claim, work, "cadastre_user");
}

/** All nodes of a connection of the organization's own API. */
export async function listOverHttp(
  server: TestServer,
  who: Person,
  token: string,
  query: string,
): Promise<Rows> {
  const answer = await server.graphql(`/orgs/${who.slug}/graphql`, token, query);
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return (Object.values(answer.data)[0] as { nodes: Rows }).nodes;
}
