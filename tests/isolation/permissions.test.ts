/**
 * Every role and every permission: a golden table (tests/golden/permissions.txt), and each road by which somebody can
 * ask gives the same answer: a request's claim, an SQL login, an API key, the sign-in's own list over HTTP, the platform
 * API, an administrator's look. Nobody holds anything in the organization next door.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashPassword } from "../../lib/passwords.ts";
import { PASSWORD, startTestServer, type TestServer } from "../api/support/server.ts";
import { asMember } from "../support/database.ts";
import { expectGolden } from "../support/golden.ts";
import { type PlantedOrg, plantOrg, ROLES, type Role } from "../support/planted.ts";
import { asKey, makeApiKey, openSqlLogin, type Person } from "./roads.ts";

let server: TestServer;
let acme: PlantedOrg;
let globex: PlantedOrg;
let catalog: string[];
const held = new Map<Role, string[]>();

const HELD =
  "select array_agg(p order by p) filter (where private.has_permission(p)) as held from unnest($1::text[]) p";

const person = (org: PlantedOrg, role: Role): Person => ({
  orgId: org.id,
  slug: org.slug,
  userId: org.members[role],
  email: `${role}@${org.slug}.example`,
});

beforeAll(async () => {
  server = await startTestServer();
  acme = await plantOrg(server.db, "acme");
  globex = await plantOrg(server.db, "globex");
  // Own roles would add to what the roles alone give.
  await server.db.admin.query("delete from access.membership_roles");
  await server.db.admin.query(
    "insert into private.credentials (user_id, password_hash) select id, $1 from access.users on conflict do nothing",
    [await hashPassword(PASSWORD)],
  );
  const { rows } = await server.db.admin.query<{ key: string }>(
    "select key from access.permissions order by key",
  );
  catalog = rows.map((row) => row.key);
  for (const role of ROLES) {
    const who = person(acme, role);
    const answer = await asMember(server.db, who, (client) =>
      client.query<{ held: string[] }>(HELD, [catalog]),
    );
    held.set(role, answer.rows[0]!.held);
  }
});
afterAll(() => server.close());

describe("role x permission", () => {
  it("is what the golden table says", async () => {
    const width = Math.max(...catalog.map((permission) => permission.length));
    const head = `${"".padEnd(width)}  ${ROLES.map((role) => role.padEnd(7)).join("  ")}`;
    const lines = catalog.map(
      (permission) =>
        `${permission.padEnd(width)}  ${ROLES.map((role) => (held.get(role)!.includes(permission) ? "x" : ".").padEnd(7)).join("  ")}`,
    );
    await expectGolden("permissions.txt", `${[head, ...lines].map((line) => line.trimEnd()).join("\n")}\n`);
  });

  it("grows with the role: whoever inherits holds all of what is inherited", () => {
    const line: Role[] = ["client", "viewer", "analyst", "editor", "manager", "admin", "ceo", "owner"];
    for (const [index, role] of line.entries()) {
      const below = index === 0 ? [] : held.get(line[index - 1]!)!;
      expect(held.get(role)).toEqual(expect.arrayContaining(below));
      expect(held.get(role)!.length).toBeGreaterThan(below.length);
    }
    expect(held.get("owner")!.filter((permission) => permission.startsWith("platform."))).toEqual([]);
  });
});

describe.each(ROLES)("%s", (role) => {
  it("holds the same by an SQL login", async () => {
    const client = await openSqlLogin(server.db, person(acme, role));
    try {
      const { rows } = await client.query<{ held: string[] }>(HELD, [catalog]);
      expect(rows[0]!.held).toEqual(held.get(role));
    } finally {
      await client.end();
    }
  });

  it("holds by an API key what the key has, and nothing beyond what the maker holds", async () => {
    const who = person(acme, role);
    const all = held.get(role)!;
    const key = await makeApiKey(server.db, who, all);
    const whole = await asKey(server.db, who, key.id, (client) => client.query(HELD, [catalog]));
    expect(whole.rows[0].held).toEqual(all);
    const one = await makeApiKey(server.db, who, [all[0]!]);
    const part = await asKey(server.db, who, one.id, (client) => client.query(HELD, [catalog]));
    expect(part.rows[0].held).toEqual([all[0]]);
    const beyond = catalog.find((permission) => !all.includes(permission))!;
    await expect(makeApiKey(server.db, who, [beyond])).rejects.toMatchObject({ code: "42501" });
  });

  it("is told the same at sign-in and by the platform API", async () => {
    const who = person(acme, role);
    const login = await server.post("/auth/login", { email: who.email, password: PASSWORD, org: who.slug });
    const session = (await login.json()) as { accessToken: string; permissions: string[] };
    expect([...session.permissions].sort()).toEqual(held.get(role));
    const answer = await server.graphql(
      "/graphql",
      session.accessToken,
      "{ myPermissions(first: 500) { nodes } }",
    );
    expect(answer.errors).toBeUndefined();
    expect(answer.data.myPermissions.nodes).toEqual(held.get(role));
  });

  it("holds nothing in the other organization", async () => {
    const claim = { orgId: globex.id, userId: acme.members[role] };
    const { rows } = await asMember(server.db, claim, (client) => client.query(HELD, [catalog]));
    expect(rows[0].held).toBeNull();
  });

  if (role !== "owner")
    it("is seen by an owner who looks as them with what may be looked at, no more", async () => {
      const owner = person(acme, "owner");
      await asMember(server.db, owner, (client) =>
        client.query("select access.start_view_as($1, 'a test of what they see', 5)", [acme.members[role]]),
      );
      try {
        const { rows } = await asMember(server.db, owner, (client) => client.query(HELD, [catalog]));
        expect(rows[0].held).toEqual(
          held.get(role)!.filter((permission) => /\.(view|export)$/.test(permission)),
        );
      } finally {
        await asMember(server.db, owner, (client) => client.query("select access.end_view_as()"));
      }
    });
});
