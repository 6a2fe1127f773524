/**
 * Question: what does a load cost when the file lies on a real S3 server and every raw record follows it into a real
 * MongoDB-protocol server besides, against COPY of the same bytes; and how long until all of them are there? Apart from `npm run bench`, since it needs MinIO and
 * FerretDB built (`npm run services -- --build-only`): `node bench/stores/run.ts`. Ratio: COPY's time over the load's.
 */
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { createLogger } from "../../lib/log.ts";
import { createMongoStore } from "../../lib/stores/document/mongodb.ts";
import { createS3Store } from "../../lib/stores/object/s3.ts";
import { findServer } from "../../services/build.ts";
import { startFerret, startMinio } from "../../services/servers.ts";
import { followFile } from "../../worker/staging/follow.ts";
import { timeCopy } from "../load/copy.ts";
import { FIELDS, makeOrders } from "../load/orders.ts";
import { asManager, type BenchContext, makeOrg, median, openBench, timeLoad } from "../support.ts";

const ROWS = Number(process.env.BENCH_ROWS ?? 200_000);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const clean = makeOrders(ROWS);
const dirty = makeOrders(ROWS, { bad: 0.002 });

/** Seconds until the document store has every record as the load left it. */
async function follow(context: BenchContext): Promise<number> {
  const { rows } = await context.admin.query<{ org_id: string; file_id: string }>(
    "select org_id, file_id from private.raw_due",
  );
  const began = performance.now();
  const settings = {
    pool: context.worker,
    claimKey: context.claimKey,
    store: context.store,
    documents: context.documents,
    log: createLogger("warn"),
  };
  for (const due of rows) await followFile(settings, due.org_id, due.file_id, new AbortController().signal);
  const left = await context.admin.query("select from private.raw_due");
  if (rows.length === 0 || left.rows.length > 0) throw new Error("the raw records did not follow");
  return (performance.now() - began) / 1000;
}

async function measure(context: BenchContext, name: string): Promise<void> {
  const copies: number[] = [];
  const loads: number[] = [];
  const followed: number[] = [];
  let steps = "";
  for (let round = 0; round < ROUNDS; round++) {
    await context.admin.query("checkpoint");
    copies.push(await timeCopy(context, clean));
    const org = await makeOrg(context, `${name.replace(/\W+/g, "-")}-${round}`);
    await asManager(context, org, (client) =>
      client.query("select data.create_dataset('orders', $1, '{order_id}')", [JSON.stringify(FIELDS)]),
    );
    const load = await timeLoad(context, org, "orders", dirty);
    loads.push(load.seconds);
    if (context.documents) followed.push(await follow(context));
    steps = Object.entries(load.steps)
      .map(([step, seconds]) => `${step} ${seconds.toFixed(2)}`)
      .join(" ");
  }
  const ratio = median(copies) / median(loads);
  process.stdout.write(
    `${name.padEnd(16)} ${ratio.toFixed(2)} of COPY: COPY ${median(copies).toFixed(2)} s, load ${median(loads).toFixed(2)} s, medians of ${ROUNDS}, ${ROWS} rows (last: ${steps})${followed.length > 0 ? `; every document after another ${median(followed).toFixed(1)} s` : ""}\n`,
  );
}

const minio = await findServer("minio");
const ferret = await findServer("ferretdb");
if (minio === null || ferret === null) {
  process.stderr.write("MinIO or FerretDB is not built: npm run services -- --build-only\n");
  process.exit(1);
}
const context = await openBench();
const stops: (() => Promise<unknown>)[] = [() => context.close()];
try {
  await measure(context, "embedded");
  const folders = ["minio", "ferret"].map((name) => path.join(context.folder, name));
  for (const folder of folders) await mkdir(folder);
  const s3 = await startMinio(minio, folders[0]!);
  stops.push(s3.stop);
  context.store = createS3Store({ ...s3.settings, bucket: "bench", region: "us-east-1" });
  await context.store.check();
  await measure(context, "minio");
  const mongo = await startFerret(ferret, folders[1]!);
  stops.push(mongo.stop);
  context.documents = createMongoStore(mongo.settings.url);
  stops.push(context.documents.close);
  await measure(context, "minio, ferretdb");
} finally {
  for (const stop of stops.reverse()) await stop();
}
