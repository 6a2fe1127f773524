/**
 * Question: is the queue fair, and what does being fair cost? First 200 files of one organization alone, whose queue is
 * served one by one; then 200 organizations with 20 files each, all queued at once, through the real worker. Goals: the
 * median wait (from then to the load's start) of the slowest organization at most twice that of the fastest; files a
 * second at least 0.8 of one organization alone.
 */
import { randomBytes } from "node:crypto";
import path from "node:path";
import { Readable } from "node:stream";
import { createLogger } from "../../lib/log.ts";
import { createSecrets } from "../../lib/secrets.ts";
import { fileKey } from "../../lib/stores/object/keys.ts";
import { startWorker } from "../../worker/main.ts";
import {
  asManager,
  type BenchContext,
  type BenchOrg,
  type BenchResult,
  makeOrg,
  runAlone,
} from "../support.ts";

const ORGS = Number(process.env.BENCH_ORGS ?? 200);
const FILES = Number(process.env.BENCH_FILES ?? 20);
/** One organization alone: enough of them to time, and no more than are needed for that. */
const ALONE = Number(process.env.BENCH_ALONE ?? 200);
const ROWS = 20;
const MAX_WAIT_MS = 30 * 60_000;

const FIELDS = JSON.stringify([
  { name: "id", type: "bigint" },
  { name: "v", type: "text" },
]);

/** Submits files of a dataset that is there already. */
async function submit(context: BenchContext, org: BenchOrg, from: number, count: number): Promise<void> {
  for (let n = from; n < from + count; n++) {
    const key = fileKey(org.id);
    const lines = Array.from({ length: ROWS }, (_, i) => `${n * ROWS + i},value ${n}`);
    const body = Readable.from([Buffer.from(`id,v\n${lines.join("\n")}\n`)]);
    const stored = await context.store.put(key, body, { maxBytes: 1e6 });
    await asManager(context, org, (client) =>
      client.query("select ingest.submit_file($1, 'items.csv', $2, $3, $4)", [
        "items",
        key,
        stored.size,
        stored.sha256,
      ]),
    );
  }
}

async function prepare(context: BenchContext, slug: string): Promise<BenchOrg> {
  const org = await makeOrg(context, slug);
  await asManager(context, org, async (client) => {
    await client.query("select data.create_dataset('items', $1, '{id}')", [FIELDS]);
  });
  return org;
}

/** Lets the real worker load all that is queued; files a second from the first start to the last end. */
async function workOff(context: BenchContext, since: Date): Promise<number> {
  const worker = await startWorker({
    connections: context,
    store: context.store,
    documents: null,
    secrets: createSecrets(randomBytes(32)),
    log: createLogger("warn"),
  });
  const end = Date.now() + MAX_WAIT_MS;
  try {
    while (Date.now() < end) {
      const { rows } = await context.admin.query<{ open: boolean }>(
        "select exists (select from ingest.runs where status in ('queued', 'running', 'waiting')) as open",
      );
      if (!rows[0]!.open) break;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  } finally {
    await worker.stop();
  }
  const { rows } = await context.admin.query<{ rate: number; failed: number }>(
    `select count(*) / extract(epoch from max(finished_at) - min(started_at))::float8 as rate,
            count(*) filter (where status <> 'succeeded')::int as failed from ingest.runs where started_at > $1 or started_at is null`,
    [since],
  );
  if (rows[0]!.failed > 0) throw new Error(`${rows[0]!.failed} loads did not succeed`);
  return rows[0]!.rate;
}

async function clock(context: BenchContext): Promise<Date> {
  const { rows } = await context.admin.query<{ now: Date }>("select clock_timestamp() as now");
  return rows[0]!.now;
}

export async function bench(context: BenchContext): Promise<BenchResult[]> {
  const alone = await prepare(context, "alone");
  await submit(context, alone, 0, ALONE);
  const aloneRate = await workOff(context, await clock(context));
  context.say(`one organization alone: ${aloneRate.toFixed(1)} files/s`);
  const orgs: BenchOrg[] = [];
  for (let o = 0; o < ORGS; o++) orgs.push(await prepare(context, `org-${o}`));
  // All of one organization, then all of the next: what a queue by arrival would serve worst.
  for (const org of orgs) await submit(context, org, 0, FILES);
  // They count as submitted at once.
  const since = await clock(context);
  const rate = await workOff(context, since);
  const { rows } = await context.admin.query<{ fastest: number; slowest: number }>(
    `select min(m)::float8 as fastest, max(m)::float8 as slowest from (
       select percentile_cont(0.5) within group (order by extract(epoch from started_at - $1::timestamptz)) as m from ingest.runs where started_at > $1 group by org_id) x`,
    [since],
  );
  const { fastest, slowest } = rows[0]!;
  return [
    {
      bench: "fairness",
      metric: `median wait, slowest to fastest of ${ORGS} organizations`,
      ratio: Number((slowest / fastest).toFixed(3)),
      goal: 2,
      ok: slowest <= 2 * fastest,
      detail: `${fastest.toFixed(1)} to ${slowest.toFixed(1)} s, ${FILES} files each`,
    },
    {
      bench: "fairness",
      metric: "files a second, of one organization alone",
      ratio: Number((rate / aloneRate).toFixed(3)),
      goal: 0.8,
      ok: rate >= 0.8 * aloneRate,
      detail: `${rate.toFixed(1)} of ${aloneRate.toFixed(1)} files/s`,
    },
  ];
}

if (process.argv[1] && path.resolve(process.argv[1]) === import.meta.filename) await runAlone(bench);
