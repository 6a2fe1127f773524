/** What a bench runs on: an embedded PostgreSQL with everything applied, and the real roles. */
import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import type pg from "pg";
import { startEmbedded } from "../lib/db/embedded.ts";
import { prepareDatabase } from "../lib/db/migrate.ts";
import { databaseUrl, loginUrl } from "../lib/db/urls.ts";
import { createLogger } from "../lib/log.ts";
import { createPool, withClaim } from "../lib/pg.ts";
import type { DocumentStore } from "../lib/stores/document/index.ts";
import { createFileStore } from "../lib/stores/object/files.ts";
import type { ObjectStore } from "../lib/stores/object/index.ts";
import { fileKey } from "../lib/stores/object/keys.ts";
import { loadRun } from "../worker/load/load.ts";

export interface BenchResult {
  bench: string;
  metric: string;
  /** How the product compares with the bare thing measured beside it. */
  ratio: number;
  goal: number;
  ok: boolean;
  detail: string;
}

export interface BenchContext {
  adminUrl: string;
  gatewayUrl: string;
  workerUrl: string;
  claimKey: Buffer;
  admin: pg.Pool;
  gateway: pg.Pool;
  worker: pg.Pool;
  store: ObjectStore;
  /** Where raw records go besides; null: nowhere. */
  documents: DocumentStore | null;
  /** Where a bench may put files. */
  folder: string;
  say(line: string): void;
  close(): Promise<void>;
}

/** Starts a server of the bench's own; `close()` stops it and leaves nothing. */
export async function openBench(): Promise<BenchContext> {
  const folder = await mkdtemp(path.join(tmpdir(), "cadastre-bench-"));
  await chmod(folder, 0o755);
  const password = () => randomBytes(12).toString("hex");
  const server = await startEmbedded({ directory: path.join(folder, "postgres"), password: password() });
  const log = createLogger("warn");
  const passwords = { gateway: password(), worker: password(), claimKey: randomBytes(32) };
  const maintenance = createPool(server.adminUrl, { name: "bench-maintenance", max: 1, log });
  await maintenance.query("create database cadastre_bench");
  await maintenance.end();
  const adminUrl = databaseUrl(server.adminUrl, "cadastre_bench");
  await prepareDatabase(adminUrl, passwords, log);
  const gatewayUrl = loginUrl(adminUrl, "cadastre_gateway", passwords.gateway);
  const workerUrl = loginUrl(adminUrl, "cadastre_worker", passwords.worker);
  const admin = createPool(adminUrl, { name: "bench-admin", max: 4, log });
  const gateway = createPool(gatewayUrl, { name: "bench-gateway", max: 8, log });
  const worker = createPool(workerUrl, { name: "bench-worker", max: 8, log });
  const store = createFileStore(path.join(folder, "objects"));
  await store.check();
  return {
    adminUrl,
    gatewayUrl,
    workerUrl,
    claimKey: passwords.claimKey,
    admin,
    gateway,
    worker,
    store,
    documents: null,
    folder,
    say: (line) => process.stderr.write(`${line}\n`),
    async close() {
      await Promise.all([admin.end(), gateway.end(), worker.end()]);
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface BenchOrg {
  id: string;
  schemaKey: string;
  /** A manager of it. */
  userId: string;
}

/** An organization with a manager. */
export async function makeOrg(context: BenchContext, slug: string): Promise<BenchOrg> {
  const platform = { kind: "service", orgId: null, userId: null } as const;
  return withClaim(context.worker, context.claimKey, platform, async (client) => {
    const org = await client.query<{ id: string; schema_key: string }>(
      "select id, schema_key from tenancy.create_organization($1, $1)",
      [slug],
    );
    const { id, schema_key: schemaKey } = org.rows[0]!;
    const member = await client.query<{ user_id: string }>(
      "select user_id from access.add_member($1, 'manager', '', null, $2)",
      [`manager@${slug}.example`, id],
    );
    return { id, schemaKey, userId: member.rows[0]!.user_id };
  });
}

/** Runs as the organization's manager, the way an API request does. */
export function asManager<T>(
  context: BenchContext,
  org: BenchOrg,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const claim = { kind: "user", orgId: org.id, userId: org.userId } as const;
  return withClaim(context.gateway, context.claimKey, claim, work, "cadastre_user");
}

export interface LoadTiming {
  seconds: number;
  run: Record<string, unknown>;
  /** Seconds by step. */
  steps: Record<string, number>;
}

/** Submits a file and loads it; the time is the worker's, from taking the run to its end. */
export async function timeLoad(
  context: BenchContext,
  org: BenchOrg,
  dataset: string,
  content: Buffer,
  mode: string | null = null,
): Promise<LoadTiming> {
  const key = fileKey(org.id);
  const stored = await context.store.put(key, Readable.from([content]), { maxBytes: 1e12 });
  const run = await asManager(context, org, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      "select id from ingest.submit_file($1, 'orders.csv', $2, $3, $4, $5, null, '{}', true)",
      [dataset, key, stored.size, stored.sha256, mode],
    );
    return rows[0]!.id;
  });
  const begun = performance.now();
  const load = {
    pool: context.worker,
    claimKey: context.claimKey,
    store: context.store,
    documents: context.documents,
    log: createLogger("warn"),
  };
  const outcome = await loadRun(load, { orgId: org.id, runId: run }, "bench");
  const seconds = (performance.now() - begun) / 1000;
  const { rows } = await context.admin.query("select * from ingest.runs where id = $1", [run]);
  if (outcome !== "succeeded") throw new Error(`the load ended as ${outcome}: ${JSON.stringify(rows[0])}`);
  const steps = await context.admin.query<{ step: string; seconds: string }>(
    "select step, extract(epoch from finished_at - started_at) as seconds from ingest.run_steps where run_id = $1 order by started_at",
    [run],
  );
  return {
    seconds,
    run: rows[0],
    steps: Object.fromEntries(steps.rows.map((row) => [row.step, Number(row.seconds)])),
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

/** Runs a bench alone: `node bench/<name>/run.ts`. */
export async function runAlone(bench: (context: BenchContext) => Promise<BenchResult[]>): Promise<void> {
  const context = await openBench();
  try {
    process.stdout.write(`${JSON.stringify(await bench(context), null, 2)}\n`);
  } finally {
    await context.close();
  }
}
