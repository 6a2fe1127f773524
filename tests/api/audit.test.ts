/** Checkpoints and proofs over HTTP: an outsider verifies them with what is published, others get nothing. */
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { checkpointReader } from "../../lib/audit/checkpoints.ts";
import { loadAuditKeys } from "../../lib/audit/keys.ts";
import { isConsistent, leafHash, rootOfInclusion, sha256 } from "../../lib/audit/merkle.ts";
import { createLogger } from "../../lib/log.ts";
import { sealOrganization } from "../../worker/tasks/audit__seal.ts";
import type { TestOrg } from "../support/database.ts";
import { createOrg, startTestServer, type TestServer } from "./support/server.ts";

let api: TestServer;
let acme: TestOrg;
const tokens: Record<string, string> = {};

const seal = async () => {
  const auditKeys = () => loadAuditKeys({ home: api.home, auditKeysFile: null });
  const log = createLogger("fatal");
  const context = { pool: api.db.worker, claimKey: api.db.claimKey, store: api.store, log, auditKeys };
  // A transaction of another test's, in another database of the cluster, may still be under way.
  for (let tries = 0; tries < 300; tries++) {
    await sealOrganization(context, await auditKeys(), acme.id);
    const { rows } = await api.db.admin.query(
      "select 1 from audit.events e where org_id = $1 and not exists (select from audit.leaves l where l.org_id = e.org_id and l.source_id = e.id) limit 1",
      [acme.id],
    );
    if (rows.length === 0) return;
    await pause(100);
  }
};

async function get<T>(path: string, who?: string): Promise<{ status: number; body: T }> {
  const response = await fetch(api.url + path, {
    headers: who ? { authorization: `Bearer ${tokens[who]}` } : {},
  });
  return { status: response.status, body: (await response.json()) as T };
}

interface Checkpoint {
  size: number;
  root: string;
  jws: string;
}
interface Proof {
  text: string;
  salt: string;
  position: number;
  size: number;
  path: string[];
  checkpoint: string;
}
const hashes = (path: string[]): Buffer[] => path.map((step) => Buffer.from(step, "hex"));

beforeAll(async () => {
  api = await startTestServer();
  acme = await createOrg(api.db, "acme");
  const globex = await createOrg(api.db, "globex");
  await api.member(acme, "olga@example.org", "owner");
  await api.member(acme, "max@example.org", "manager");
  await api.member(globex, "eve@example.org", "owner");
  await seal();
  for (const name of ["olga", "max", "eve"]) tokens[name] = await api.signIn(`${name}@example.org`);
  await seal();
});
afterAll(() => api.close());

it("an event is proven by the event, the proof and the published keys alone", async () => {
  const jwks = await get<{ keys: { d?: string }[] }>("/.well-known/audit-jwks.json");
  expect(jwks.body.keys.every((key) => key.d === undefined)).toBe(true);
  const read = checkpointReader(jwks.body as Parameters<typeof checkpointReader>[0]);
  const { rows } = await api.db.admin.query<{ id: string }>("select id from audit.events where org_id = $1", [
    acme.id,
  ]);
  for (const { id } of rows) {
    const { status, body } = await get<Proof>(`/orgs/acme/audit/proof?event=${id}`, "olga");
    expect(status).toBe(200);
    expect(JSON.parse(body.text)).toMatchObject({ id, org: acme.id });
    const commitment = sha256(Buffer.from(body.salt, "hex"), body.text).toString("hex");
    const leaf = leafHash(`event|${id}|${commitment}`);
    const signed = await read(body.checkpoint);
    expect(signed?.size).toBe(body.size);
    const root = rootOfInclusion(leaf, body.position, body.size, hashes(body.path));
    expect(root?.toString("hex")).toBe(signed?.root);
  }
});

it("a checkpoint kept from before is the beginning of a later one", async () => {
  const { body } = await get<{ checkpoints: Checkpoint[] }>("/orgs/acme/audit/checkpoints", "olga");
  const [first, last] = [body.checkpoints[0]!, body.checkpoints.at(-1)!];
  expect(last.size).toBeGreaterThan(first.size);
  const proof = await get<{ path: string[] }>(
    `/orgs/acme/audit/proof?from=${first.size}&to=${last.size}`,
    "olga",
  );
  const roots = [first, last].map((one) => Buffer.from(one.root, "hex"));
  expect(isConsistent(first.size, roots[0]!, last.size, roots[1]!, hashes(proof.body.path))).toBe(true);
  const page = await get<{ checkpoints: Checkpoint[] }>(
    `/orgs/acme/audit/checkpoints?after=${first.size}&limit=1`,
    "olga",
  );
  expect(page.body.checkpoints.map((one) => one.size)).toEqual([body.checkpoints[1]!.size]);
});

it("nobody else gets any of it, and what is not there is told", async () => {
  const { rows } = await api.db.admin.query<{ id: string }>(
    "select id from audit.events where org_id = $1 limit 1",
    [acme.id],
  );
  for (const path of ["checkpoints", `proof?event=${rows[0]!.id}`, "proof?from=1&to=2"]) {
    expect((await get(`/orgs/acme/audit/${path}`)).status, path).toBe(401);
    expect((await get(`/orgs/acme/audit/${path}`, "max")).status, path).toBe(403);
    expect((await get(`/orgs/acme/audit/${path}`, "eve")).status, path).toBe(404);
  }
  const absent = await get<{ error: { code: string } }>(
    "/orgs/acme/audit/proof?event=01900000-0000-7000-8000-000000000000",
    "olga",
  );
  expect([absent.status, absent.body.error.code]).toEqual([404, "AU004"]);
  const vague = await get<{ error: { code: string } }>("/orgs/acme/audit/proof?event=everything", "olga");
  expect([vague.status, vague.body.error.code]).toEqual([400, "BAD_INPUT"]);
});
