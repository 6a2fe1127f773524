/**
 * Access that begins and ends while somebody is in the middle of something, on every road at once: an open transaction
 * of an SQL login, one of a request's claim, an API key's, both GraphQL APIs over HTTP, an export page by page, a
 * subscription. A grant of three seconds opens and closes them all; a removed member sees nothing at the next statement.
 */
import { createClient } from "graphql-ws";
import type pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { WebSocket } from "ws";
import { signClaim } from "../../lib/claims.ts";
import { hashPassword } from "../../lib/passwords.ts";
import { PASSWORD, startTestServer, type TestServer } from "../api/support/server.ts";
import { addMember, asMember, asService } from "../support/database.ts";
import { type PlantedOrg, plantOrg } from "../support/planted.ts";
import { makeApiKey, openSqlLogin, type Person } from "./roads.ts";

const GRANT_SECONDS = 3;

let server: TestServer;
let acme: PlantedOrg;
let ids: { people: string };

beforeAll(async () => {
  server = await startTestServer();
  acme = await plantOrg(server.db, "acme");
  const { rows } = await server.db.admin.query("select id from data.datasets where org_id = $1", [acme.id]);
  ids = { people: rows[0].id };
});
afterAll(() => server.close());

const owner = () => ({ orgId: acme.id, userId: acme.members.owner });

async function newcomer(name: string, role: string): Promise<Person> {
  const email = `${name}@acme.example`;
  const userId = await addMember(server.db, acme.id, email, role, await hashPassword(PASSWORD));
  return { orgId: acme.id, slug: acme.slug, userId, email };
}

/** A transaction that stays open, with a claim of this kind, as a long request would have it. */
async function openClaim(
  who: Person,
  kind: "user" | "key",
  sessionId: string | null,
): Promise<pg.PoolClient> {
  const client = await server.db.gateway.connect();
  await client.query("begin isolation level read committed");
  await client.query("set local role cadastre_user");
  const claim = signClaim({ kind, orgId: who.orgId, userId: who.userId, sessionId }, server.db.claimKey);
  await client.query("select set_config('cadastre.claim', $1, true)", [claim]);
  return client;
}

interface Road {
  name: string;
  /** How many rows of the dataset are seen; 0 where the road is closed altogether. */
  look(): Promise<number>;
  end(): Promise<void>;
}

const COUNT = "select count(*)::int as n from org_acme.people";

async function openRoads(who: Person, key: { id: string; token: string } | null): Promise<Road[]> {
  const login = await openSqlLogin(server.db, who);
  await login.query("begin isolation level read committed");
  const claimed = await openClaim(who, "user", null);
  const token = await server.signIn(who.email, who.slug);
  const overHttp = (path: string, bearer: string, query: string) => async () => {
    const answer = await server.post(path, { query }, { authorization: `Bearer ${bearer}` });
    const body = (await answer.json()) as {
      data?: Record<string, { totalCount?: number; nodes?: unknown[] } | null>;
    };
    const found = Object.values(body.data ?? {})[0];
    return found?.totalCount ?? found?.nodes?.length ?? 0;
  };
  const inTransaction = (client: pg.ClientBase) => async () =>
    (await client.query<{ n: number }>(COUNT)).rows[0]!.n;
  const close = (client: pg.PoolClient) => async () => {
    await client.query("rollback");
    client.release();
  };
  const nothing = async () => undefined;
  const roads: Road[] = [
    { name: "SQL login", look: inTransaction(login), end: () => login.end() },
    { name: "request's transaction", look: inTransaction(claimed), end: close(claimed) },
    {
      name: "organization API",
      look: overHttp(`/orgs/${who.slug}/graphql`, token, "{ people { totalCount } }"),
      end: nothing,
    },
    {
      name: "export, a page at a time",
      look: overHttp(`/orgs/${who.slug}/graphql`, token, "{ people(first: 1) { nodes { id name } } }"),
      end: nothing,
    },
  ];
  if (key) {
    const program = await openClaim(who, "key", key.id);
    roads.push(
      { name: "API key's transaction", look: inTransaction(program), end: close(program) },
      {
        name: "API key over HTTP",
        look: overHttp(`/orgs/${who.slug}/graphql`, key.token, "{ people { totalCount } }"),
        end: nothing,
      },
    );
  }
  return roads;
}

/** Each road is a network or a database away from the others, so they are asked at once. */
async function lookAll(roads: Road[]): Promise<Record<string, number>> {
  return Object.fromEntries(
    await Promise.all(roads.map(async (road) => [road.name, await road.look()] as const)),
  );
}

const all = (roads: Road[], rows: number) => Object.fromEntries(roads.map((road) => [road.name, rows]));

const grantPeople = (userId: string, seconds: number) =>
  asMember(server.db, owner(), (client) =>
    client.query(
      `select access.grant_access($1, make_interval(secs => $2), permission => 'record.view', object_kind => 'dataset', object_id => $3)`,
      [userId, seconds, ids.people],
    ),
  );

it("a grant of three seconds opens every road and closes it, in the middle of what is under way", async () => {
  const cleo = await newcomer("cleo", "client");
  // A key with the permission can only be made while its maker holds it, for the whole organization.
  await asMember(server.db, owner(), (client) =>
    client.query("select access.grant_access($1, '1 minute', permission => 'record.view')", [cleo.userId]),
  );
  const key = await makeApiKey(server.db, cleo, ["record.view"]);
  await asMember(server.db, owner(), (client) =>
    client.query("select access.revoke_grant(id) from access.grants where user_id = $1", [cleo.userId]),
  );
  const roads = await openRoads(cleo, key);
  try {
    expect(await lookAll(roads)).toEqual(all(roads, 0));
    await grantPeople(cleo.userId, GRANT_SECONDS);
    expect(await lookAll(roads)).toEqual(all(roads, 1));
    await new Promise((resolve) => setTimeout(resolve, GRANT_SECONDS * 1000 + 100));
    expect(await lookAll(roads)).toEqual(all(roads, 0));
  } finally {
    for (const road of roads) await road.end();
  }
});

it("a removed member sees nothing at the next statement, whatever is open", async () => {
  const vera = await newcomer("vera", "editor");
  const key = await makeApiKey(server.db, vera, ["record.view"]);
  const roads = await openRoads(vera, key);
  const token = await server.signIn(vera.email, vera.slug);
  const socket = createClient({
    url: `${server.url.replace("http", "ws")}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { authorization: `Bearer ${token}` },
  });
  const events = socket.iterate({
    query: "subscription ($id: UUID!) { runChanged(runId: $id) { runId run { status } } }",
    variables: { id: acme.runId },
  });
  try {
    expect(await lookAll(roads)).toEqual(all(roads, 1));
    expect((await events.next()).value.data.runChanged.run).toEqual({ status: "succeeded" });
    await asMember(server.db, owner(), (client) =>
      client.query("select access.remove_member($1)", [vera.userId]),
    );
    const after = await Promise.all(
      roads.map(
        async (road) =>
          [road.name, await road.look().catch((error: { code?: string }) => error.code)] as const,
      ),
    );
    for (const [name, seen] of after) {
      // Removal also ends the login's connection (57P01); where it is still open it sees no row.
      expect([0, "57P01", "ECONNRESET", undefined], name).toContain(seen);
    }
    const told = events.next();
    await asService(server.db, acme.id, (client) =>
      client.query("select core.notify('run:' || $1, $1::uuid)", [acme.runId]),
    );
    const next = await Promise.race([
      told.then(
        (event) => event.value?.data?.runChanged?.run ?? null,
        () => null,
      ),
      new Promise((resolve) => setTimeout(resolve, 2000, null)),
    ]);
    expect(next).toBeNull();
    expect(
      (await server.post("/auth/login", { email: vera.email, password: PASSWORD, org: "acme" })).status,
    ).toBe(401);
  } finally {
    await socket.dispose();
    for (const road of roads) await road.end().catch(() => undefined);
  }
});
