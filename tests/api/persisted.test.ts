/** Persisted operations: taken by their digest always, and alone where the setting says so. */
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createOrg, startTestServer, type TestServer } from "./support/server.ts";

const TEXT = "query Mine { organizations { nodes { slug } } }\n";
const sha256Hash = createHash("sha256").update(TEXT).digest("hex");
let folder: string;
let open: TestServer;
let strict: TestServer;
let tokens: { open: string; strict: string };

async function start(env: Record<string, string>): Promise<{ server: TestServer; token: string }> {
  Object.assign(process.env, env);
  const server = await startTestServer().finally(() => {
    for (const name of Object.keys(env)) delete process.env[name];
  });
  await server.member(await createOrg(server.db, "acme"), "ada@example.org", "owner");
  return { server, token: await server.signIn("ada@example.org") };
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "cadastre-operations-"));
  await writeFile(path.join(folder, "mine.graphql"), TEXT);
  const first = await start({ GRAPHQL_OPERATIONS: folder });
  const second = await start({ GRAPHQL_OPERATIONS: folder, GRAPHQL_PERSISTED_ONLY: "1" });
  open = first.server;
  strict = second.server;
  tokens = { open: first.token, strict: second.token };
});
afterAll(async () => {
  await open.close();
  await strict.close();
  await rm(folder, { recursive: true, force: true });
});

const send = async (server: TestServer, token: string, body: object) => {
  const response = await server.post("/graphql", body, { authorization: `Bearer ${token}` });
  return { status: response.status, body: await response.json() };
};
const byHash = (hash: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: hash } } });
const mine = { data: { organizations: { nodes: [{ slug: "acme" }] } } };

it("are found by digest, and unknown ones named as such", async () => {
  expect((await send(open, tokens.open, byHash(sha256Hash))).body).toEqual(mine);
  expect((await send(open, tokens.open, { documentId: sha256Hash })).body).toEqual(mine);
  expect(await send(open, tokens.open, byHash("0".repeat(64)))).toMatchObject({
    status: 400,
    body: { errors: [{ extensions: { code: "PERSISTED_QUERY_NOT_FOUND" } }] },
  });
});

it("leave room for other operations, unless GRAPHQL_PERSISTED_ONLY is set", async () => {
  expect((await send(open, tokens.open, { query: TEXT })).body).toEqual(mine);
  expect((await send(strict, tokens.strict, byHash(sha256Hash))).body).toEqual(mine);
  const refused = await send(strict, tokens.strict, { query: TEXT });
  expect(refused.status).toBe(400);
  expect(refused.body.data).toBeUndefined();
});
