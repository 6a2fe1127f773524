/**
 * With the real worker and the real command: a source whose server has a new object each second is looked through each
 * second, and each version is loaded; a pipeline that waits for the dataset follows; the command shows it.
 */
import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createLogger } from "../../lib/log.ts";
import { createSecrets } from "../../lib/secrets.ts";
import { type RunningWorker, startWorker } from "../../worker/main.ts";
import { addMember, asMember } from "../support/database.ts";
import { type Bench, createLoader } from "./support.ts";

// The source's server is on this machine.
process.env.CADASTRE_OUTBOUND_ALLOW = "127.0.0.1/32";

let server: Server;
let bench: Bench;
let worker: RunningWorker;
let admin: string;
let version = 1;

beforeAll(async () => {
  server = createServer((request, response) => {
    const seen = request.headers["if-none-match"] === `"${version}"`;
    if (seen) response.writeHead(304).end();
    else response.writeHead(200, { etag: `"${version}"` }).end(`id,v\n${version},version ${version}\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  bench = await createLoader();
  admin = await addMember(bench.db, bench.org.id, "admin@acme.example", "admin");
  worker = await startWorker({
    connections: bench.db,
    store: bench.store,
    documents: null,
    secrets: createSecrets(randomBytes(32)),
    log: createLogger("fatal"),
  });
});
afterAll(async () => {
  await worker?.stop();
  server?.closeAllConnections();
  server?.close();
  await bench?.close();
});

const query = <R extends object>(text: string, values: unknown[] = []): Promise<R[]> =>
  asMember(
    bench.db,
    { orgId: bench.org.id, userId: admin },
    async (client) => (await client.query(text, values)).rows as R[],
  );

it("an object a second is loaded as it comes, and what depends on it follows", {
  timeout: 90_000,
}, async () => {
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  await query("select ingest.create_connector('web', 'http', $1)", [
    JSON.stringify({ baseUrl: base, auth: "none" }),
  ]);
  await query("select ingest.create_source('web', 'feed', 'feed', $1, 'new_objects', 'upsert', '{id}')", [
    JSON.stringify({ paths: ["feed.csv"] }),
  ]);
  await query(
    "select ingest.create_schedule('each-second', 'new_object', source => 'feed', every => '1 second')",
  );
  const rows = async (dataset: string): Promise<number> =>
    (await query<{ n: number }>(`select count(*)::int as n from org_${bench.org.schemaKey}.${dataset}`))[0]!
      .n;
  const loaded = () => query("select from data.datasets where name = 'feed' and loaded_at is not null");
  await expect.poll(async () => (await loaded()).length, { timeout: 30_000 }).toBe(1);
  await query("select ingest.create_pipeline('follow', $1)", [
    JSON.stringify({
      input: { kind: "dataset", name: "feed" },
      steps: [],
      output: { dataset: "followed", key_fields: ["id"] },
    }),
  ]);
  await query(
    "select ingest.create_schedule('follow', 'upstream', pipeline => 'follow', upstreams => '[{\"dataset\": \"feed\"}]')",
  );
  // Each version is left there until it was loaded, so that none may be missing.
  for (let n = 1; n <= 3; n++) {
    await expect.poll(() => rows("feed"), { timeout: 20_000 }).toBe(n);
    version++;
  }
  await expect.poll(() => rows("feed"), { timeout: 20_000 }).toBe(4);
  await query("select ingest.pause_schedule('each-second')");
  await expect
    .poll(
      async () =>
        (await query("select from data.datasets where name = 'followed' and loaded_at is not null"))
          .length === 1
          ? rows("followed")
          : 0,
      { timeout: 30_000 },
    )
    .toBe(4);
  const runs = await query<{ state: string; name: string; caused: boolean }>(
    "select s.name, r.state, r.trigger_run is not null as caused from ingest.schedule_runs r join ingest.schedules s on s.id = r.schedule_id where r.state not in ('waiting', 'running', 'cancelled')",
  );
  expect(new Set(runs.map((run) => run.state))).toEqual(new Set(["succeeded"]));
  expect(runs.filter((run) => run.name === "follow").every((run) => run.caused)).toBe(true);
});
