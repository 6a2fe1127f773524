/**
 * Fair sharing: an organization that queued much does not hold up others, no file overtakes an earlier one of its own
 * organization, and whoever waits is not overtaken for ever by newcomers. With the real queue and the real worker.
 */
import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createLogger } from "../../lib/log.ts";
import { createSecrets } from "../../lib/secrets.ts";
import { fileKey } from "../../lib/stores/object/keys.ts";
import { startWorker } from "../../worker/main.ts";
import { addMember, asMember, createOrg } from "../support/database.ts";
import { type Bench, createLoader } from "./support.ts";

interface Tenant {
  orgId: string;
  userId: string;
}

let bench: Bench;
const tenants: Tenant[] = [];
let files = 0;

beforeAll(async () => {
  bench = await createLoader();
  for (const slug of ["big", "one", "few"]) {
    const org = await createOrg(bench.db, slug);
    tenants.push({
      orgId: org.id,
      userId: await addMember(bench.db, org.id, `m@${slug}.example`, "manager"),
    });
  }
});
afterAll(() => bench.close());

async function submit(tenant: Tenant): Promise<string> {
  files++;
  const key = fileKey(tenant.orgId);
  const body = Readable.from([Buffer.from(`id,value\n${files},a\n`)]);
  const stored = await bench.store.put(key, body, { maxBytes: 1000 });
  return asMember(bench.db, tenant, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      "select id from ingest.submit_file('items', 'items.csv', $1, $2, $3, 'upsert', '{id}')",
      [key, stored.size, stored.sha256],
    );
    return rows[0]!.id;
  });
}

async function turnOf(run: string): Promise<number> {
  const { rows } = await bench.db.admin.query<{ priority: number }>(
    "select priority from graphile_worker.jobs where key = $1",
    [`run:${run}`],
  );
  return rows[0]!.priority;
}

async function finished(): Promise<{ org_id: string; id: string }[]> {
  const { rows } = await bench.db.admin.query<{ org_id: string; id: string }>(
    "select org_id, id from ingest.runs where status = 'succeeded' order by finished_at",
  );
  return rows;
}

async function workUntil(done: number): Promise<void> {
  const worker = await startWorker({
    connections: bench.db,
    store: bench.store,
    documents: null,
    secrets: createSecrets(randomBytes(32)),
    log: createLogger("fatal"),
  });
  const deadline = Date.now() + 50_000;
  while ((await finished()).length < done && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 50));
  await worker.stop();
}

it("25 files of one organization, then one and five of others: everybody's first comes before anybody's second", async () => {
  const [big, one, few] = tenants as [Tenant, Tenant, Tenant];
  const wanted = new Map<string, string[]>();
  for (const [tenant, count] of [
    [big, 25],
    [one, 1],
    [few, 5],
  ] as const) {
    const runs: string[] = [];
    for (let i = 0; i < count; i++) runs.push(await submit(tenant));
    wanted.set(tenant.orgId, runs);
  }
  expect(await turnOf(wanted.get(one.orgId)![0]!)).toBe(1);
  expect(await turnOf(wanted.get(few.orgId)![4]!)).toBe(5);
  await workUntil(31);
  const order = await finished();
  expect(order).toHaveLength(31);
  // Two workers: the single file is among the first rounds, and the five are done long before the 25.
  expect(order.findIndex((run) => run.org_id === one.orgId)).toBeLessThan(4);
  expect(order.findLastIndex((run) => run.org_id === few.orgId)).toBeLessThan(15);
  for (const [org, runs] of wanted)
    expect(order.filter((run) => run.org_id === org).map((run) => run.id)).toEqual(runs);
});

it("in any order of arrivals and ends: never before an earlier one of one's own, at most a round behind newcomers", async () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("arrive"), who: fc.nat(2) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("serve"), who: fc.constant(0) }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      await bench.db.admin.query(
        "delete from graphile_worker._private_jobs; update ingest.runs set status = 'cancelled', finished_at = now() where status = 'queued'",
      );
      const open = new Map<string, { turn: number; who: number; place: number }>();
      for (const [place, { kind, who }] of steps.entries()) {
        const served = Math.min(...[...open.values()].map((run) => run.turn));
        if (kind === "arrive") {
          const run = await submit(tenants[who]!);
          const turn = await turnOf(run);
          const own = [...open.values()].filter((other) => other.who === who);
          for (const other of own) expect(turn).toBeGreaterThan(other.turn);
          if (open.size > 0) expect(turn).toBeGreaterThanOrEqual(served);
          if (own.length === 0) expect(turn).toBe(open.size > 0 ? served : 1);
          open.set(run, { turn, who, place });
        } else if (open.size > 0) {
          const [next] = [...open].sort(([, a], [, b]) => a.turn - b.turn || a.place - b.place)[0]!;
          open.delete(next);
          await bench.db.admin.query(
            "select graphile_worker.complete_jobs(array(select id from graphile_worker.jobs where key = $1))",
            [`run:${next}`],
          );
          await bench.db.admin.query(
            "update ingest.runs set status = 'cancelled', finished_at = now() where id = $1",
            [next],
          );
        }
      }
    }),
    { numRuns: 15 },
  );
});
