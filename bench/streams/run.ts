/**
 * Question: how long until an event that was posted is seen by somebody who follows the change feed? 2,000 events a
 * second for 20 seconds in requests of 50, into a dataset with a rule and 100,000 rows already there: server, worker and
 * PostgreSQL on this machine, over HTTP. From the moment before the POST to the moment when the follower has read the
 * event's row (`rows=true`). Goal: p99 <= 1 s. Ratio: p99 over the goal, so that below 1 is good.
 */
import { randomUUID } from "node:crypto";
import path from "node:path";
import { readConfig } from "../../lib/config.ts";
import { createLogger } from "../../lib/log.ts";
import { hashPassword } from "../../lib/passwords.ts";
import { withClaim } from "../../lib/pg.ts";
import { createSecrets } from "../../lib/secrets.ts";
import { createServer } from "../../server/app.ts";
import { loadOrMakeKeys } from "../../server/auth/keys.ts";
import { startWorker } from "../../worker/main.ts";
import { asManager, type BenchContext, type BenchResult, makeOrg, runAlone } from "../support.ts";

const RATE = Number(process.env.BENCH_EVENTS ?? 2000);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 20);
const ROWS_BEFORE = 100_000;
const A_REQUEST = 50;
const GOAL_MS = 1000;
const SETTLE_MS = 15_000;
const PASSWORD = "correct horse battery staple";
const FIELDS = [
  { name: "id", type: "bigint" },
  { name: "customer", type: "text", required: true },
  { name: "amount", type: "numeric(10,2)", minimum: "0" },
  { name: "placed_at", type: "timestamptz" },
];

const quantile = (sorted: number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;

/** Follows the feed with rows and notes when each row's key was first seen. */
async function follow(
  url: string,
  token: string,
  seen: Map<number, number>,
  signal: AbortSignal,
): Promise<void> {
  const response = await fetch(`${url}/orgs/acme/changes?rows=true&rowLimit=5000&limit=10`, {
    headers: { authorization: `Bearer ${token}`, accept: "text/event-stream" },
    signal,
  });
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    let end = text.indexOf("\n\n");
    while (end >= 0) {
      const event = text.slice(0, end);
      text = text.slice(end + 2);
      const now = performance.now();
      const data = /^data: (.*)$/m.exec(event)?.[1];
      if (data && data !== "{}") {
        for (const row of (JSON.parse(data) as { rows: { values: { id: number } }[] }).rows) {
          if (!seen.has(row.values.id)) seen.set(row.values.id, now);
        }
      }
      end = text.indexOf("\n\n");
    }
  }
}

async function post(url: string, token: string, first: number): Promise<void> {
  const events = Array.from({ length: A_REQUEST }, (_, i) =>
    JSON.stringify({
      _id: randomUUID(),
      id: first + i,
      customer: `customer ${(first + i) % 977}`,
      amount: (first + i) % 500,
      placed_at: new Date().toISOString(),
    }),
  );
  const response = await fetch(`${url}/orgs/acme/streams/orders`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/x-ndjson" },
    body: events.join("\n"),
  });
  if (response.status !== 202) throw new Error(`${response.status}: ${await response.text()}`);
  await response.arrayBuffer();
}

export async function bench(context: BenchContext): Promise<BenchResult[]> {
  const org = await makeOrg(context, "acme");
  const hash = await hashPassword(PASSWORD);
  await withClaim(
    context.worker,
    context.claimKey,
    { kind: "service", orgId: null, userId: null },
    (client) =>
      client.query("select access.add_member('sender@acme.example', 'editor', '', $1, $2)", [hash, org.id]),
  );
  await asManager(context, org, (client) =>
    client.query("select data.create_dataset('orders', $1, '{id}')", [JSON.stringify(FIELDS)]),
  );
  await context.admin.query(
    `insert into store_acme.orders (org_id, id, customer, amount, version, change_type, valid_from, source_line)
     select $1, -n, 'before', 1, 1, 'insert', now(), n from generate_series(1, $2::int) n`,
    [org.id, ROWS_BEFORE],
  );
  await context.admin.query("vacuum analyze store_acme.orders");
  const log = createLogger("warn");
  const config = readConfig({ CADASTRE_HOME: context.folder, LOG_LEVEL: "warn" });
  const worker = await startWorker({
    connections: context,
    store: context.store,
    documents: null,
    secrets: createSecrets(Buffer.alloc(32, 1)),
    log,
  });
  const server = await createServer({
    config,
    connections: context,
    store: context.store,
    log,
    jwtKeys: await loadOrMakeKeys(context.folder),
    adminDir: null,
  });
  const url = `http://127.0.0.1:${await server.listen(0, "127.0.0.1")}`;
  const stop = new AbortController();
  try {
    const login = await fetch(`${url}/auth/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email: "sender@acme.example", password: PASSWORD }),
    });
    const { accessToken } = (await login.json()) as { accessToken: string };
    const seen = new Map<number, number>();
    const following = follow(url, accessToken, seen, stop.signal).catch(() => undefined);
    const sent = new Map<number, number>();
    const answered: number[] = [];
    const requests: Promise<void>[] = [];
    const begun = performance.now();
    for (let n = 0; n < (RATE * SECONDS) / A_REQUEST; n++) {
      const due = begun + (n * A_REQUEST * 1000) / RATE;
      const wait = due - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      const at = performance.now();
      for (let i = 0; i < A_REQUEST; i++) sent.set(n * A_REQUEST + i + 1, at);
      requests.push(
        post(url, accessToken, n * A_REQUEST + 1).then(() => void answered.push(performance.now() - at)),
      );
    }
    await Promise.all(requests);
    const seconds = (performance.now() - begun) / 1000;
    const until = performance.now() + SETTLE_MS;
    while (seen.size < sent.size && performance.now() < until) await new Promise((r) => setTimeout(r, 50));
    stop.abort();
    await following;
    const times = [...sent]
      .map(([id, at]) => (seen.get(id) ?? Number.POSITIVE_INFINITY) - at)
      .sort((a, b) => a - b);
    answered.sort((a, b) => a - b);
    const { rows } = await context.admin.query<{ runs: number; read: number }>(
      "select count(*)::int as runs, round(avg(read_rows))::int as read from ingest.runs",
    );
    const p99 = quantile(times, 0.99);
    return [
      {
        bench: "streams",
        metric: `${RATE} events/s, POST to a follower, p99`,
        ratio: Number((p99 / GOAL_MS).toFixed(3)),
        goal: 1,
        ok: p99 <= GOAL_MS && seen.size === sent.size,
        detail: `${seen.size} of ${sent.size} events seen; p50 ${quantile(times, 0.5).toFixed(0)} ms, p99 ${p99.toFixed(0)} ms, most ${times.at(-1)!.toFixed(0)} ms; answer p50 ${quantile(answered, 0.5).toFixed(0)}, p99 ${quantile(answered, 0.99).toFixed(0)} ms; ${(sent.size / seconds).toFixed(0)} events/s in ${rows[0]!.runs} batches of ${rows[0]!.read}`,
      },
    ];
  } finally {
    stop.abort();
    await server.close();
    await worker.stop();
  }
}

if (process.argv[1] && path.resolve(process.argv[1]) === import.meta.filename) await runAlone(bench);
