/** A server with two organizations, each with a SCIM token, and a directory's requests to it. */
import { expect } from "vitest";
import type { TestOrg } from "../../support/database.ts";
import { createOrg, startTestServer, type TestServer } from "./server.ts";

export const USER = "urn:ietf:params:scim:schemas:core:2.0:User";
export const GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group";
export const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
export const PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

export let s: TestServer;
export let acme: TestOrg;
export let globex: TestOrg;
export let token: string;
export let theirs: string;
export let owner: string;
let serial = 0;

// biome-ignore lint/suspicious/noExplicitAny: resources are of any shape
type Answer = { status: number; body: any; headers: Headers };

export async function scim(method: string, path: string, body?: unknown, bearer = token): Promise<Answer> {
  const response = await fetch(`${s.url}/scim/v2${path}`, {
    method,
    headers: {
      authorization: `Bearer ${bearer}`,
      ...(body === undefined ? {} : { "content-type": "application/scim+json" }),
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text ? JSON.parse(text) : null, headers: response.headers };
}
export async function makeToken(slug: string): Promise<string> {
  const bearer = await s.signIn(`owner@${slug}.example`);
  const made = await s.post(
    "/access/v1/scim-tokens",
    { name: "directory" },
    { authorization: `Bearer ${bearer}` },
  );
  expect(made.status).toBe(201);
  return ((await made.json()) as { token: string }).token;
}
export const person = (name = `p${++serial}`, more: object = {}) => ({
  schemas: [USER],
  userName: `${name}@acme.example`,
  name: { givenName: name, familyName: "Example" },
  emails: [{ value: `${name}@acme.example`, type: "work", primary: true }],
  active: true,
  ...more,
});
export const created = async (name?: string, more: object = {}) => {
  const made = await scim("POST", "/Users", person(name, more));
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return made.body;
};
export const patch = (path: string, Operations: object[], bearer = token) =>
  scim("PATCH", path, { schemas: [PATCH], Operations }, bearer);
export const find = (filter: string, kind = "Users", bearer = token) =>
  scim("GET", `/${kind}?filter=${encodeURIComponent(filter)}`, undefined, bearer);
export const status = async (id: string) =>
  (
    await s.db.admin.query("select status from access.memberships where org_id = $1 and user_id = $2", [
      acme.id,
      id,
    ])
  ).rows[0]?.status ?? null;

/** In beforeAll. */
export async function start(): Promise<void> {
  s = await startTestServer();
  acme = await createOrg(s.db, "acme");
  globex = await createOrg(s.db, "globex");
  owner = await s.member(acme, "owner@acme.example", "owner");
  await s.member(globex, "owner@globex.example", "owner");
  for (const org of [acme, globex])
    await s.db.admin.query(
      "insert into access.domains (org_id, domain, token, verified_at, verified_by) values ($1, $2, repeat('x', 20), now(), 'dns')",
      [org.id, `${org.slug}.example`],
    );
  token = await makeToken("acme");
  theirs = await makeToken("globex");
}
export const stop = (): Promise<void> => s.close();
