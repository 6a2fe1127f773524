/** An installation that faults can be done to: a PostgreSQL of its own, stores, and a worker that is started again. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import pg from "pg";
import { type EmbeddedServer, startEmbedded } from "../../lib/db/embedded.ts";
import { prepareDatabase } from "../../lib/db/migrate.ts";
import { databaseUrl, loginUrl, projectRoot } from "../../lib/db/urls.ts";
import { createLogger } from "../../lib/log.ts";
import { createPool, withClaim } from "../../lib/pg.ts";
import { createObjectStore, type ObjectStore } from "../../lib/stores/object/index.ts";
import { fileKey } from "../../lib/stores/object/keys.ts";
import type { Mode } from "./model.ts";

export interface Fault {
  at: string;
  signal: "SIGKILL" | "SIGSTOP";
}

export interface Stores {
  s3: Parameters<typeof createObjectStore>[0]["s3"];
  mongodbUrl: string | null;
}

export interface FaultStage {
  orgId: string;
  store: ObjectStore;
  /** As a superuser, through a restart of the server too. */
  query<R extends pg.QueryResultRow = pg.QueryResultRow>(text: string, values?: unknown[]): Promise<R[]>;
  /** As a member of the organization, under row-level security. */
  read<R extends pg.QueryResultRow = pg.QueryResultRow>(text: string): Promise<R[]>;
  declare(dataset: string): Promise<void>;
  submit(dataset: string, text: string, mode: Mode, force?: boolean): Promise<string>;
  /** Starts a worker process; it is started again whenever it ends. Gives its pid. */
  startWorker(fault?: Fault | null, clockOffsetMs?: number): Promise<number>;
  stopWorkers(): Promise<void>;
  restartDatabase(how: "fast" | "immediate"): Promise<void>;
  /** The file store's folder away, and back. */
  takeStore(): Promise<void>;
  giveStore(): Promise<void>;
  close(): Promise<void>;
}

const DATABASE = "faults";
const RETRY_MS = 100;
const RETRIES = 300;
const WORKER_READY_MS = 30_000;

interface Worker {
  process: ChildProcess;
  isWanted: boolean;
}

/** Tries again while the database is away. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let turn = 1; ; turn++) {
    try {
      return await work();
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "";
      const isAway = /^(ECONN|EPIPE|57P|08|53)/.test(code) || /terminated|timeout/i.test(String(error));
      if (!isAway || turn === RETRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

export async function setFaultStage(stores: Stores = { s3: null, mongodbUrl: null }): Promise<FaultStage> {
  const home = await mkdtemp(path.join(tmpdir(), `cadastre-faults-${process.pid}-`));
  await chmod(home, 0o755);
  const options = { directory: path.join(home, "postgres"), password: randomBytes(12).toString("hex") };
  let server: EmbeddedServer = await startEmbedded(options);
  const passwords = {
    gateway: randomBytes(12).toString("hex"),
    worker: randomBytes(12).toString("hex"),
    claimKey: randomBytes(32),
  };
  const log = createLogger("silent");
  const maintenance = new pg.Client({ connectionString: server.adminUrl });
  await maintenance.connect();
  await maintenance.query(`create database ${DATABASE}`);
  await maintenance.end();
  const adminUrl = databaseUrl(server.adminUrl, DATABASE);
  await prepareDatabase(adminUrl, passwords, createLogger("warn"));
  const admin = createPool(adminUrl, { name: "faults-admin", max: 3, log });
  const workerUrl = loginUrl(adminUrl, "cadastre_worker", passwords.worker);
  const service = createPool(workerUrl, { name: "faults-service", max: 3, log });
  const asService = <T>(orgId: string | null, work: (client: pg.PoolClient) => Promise<T>): Promise<T> =>
    patiently(() => withClaim(service, passwords.claimKey, { kind: "service", orgId, userId: null }, work));
  const gatewayUrl = loginUrl(adminUrl, "cadastre_gateway", passwords.gateway);
  const gateway = createPool(gatewayUrl, { name: "faults-gateway", max: 2, log });
  const { orgId, userId } = await asService(null, async (client) => {
    const { rows: orgs } = await client.query<{ id: string }>(
      "select id from tenancy.create_organization('acme', 'Acme')",
    );
    const { rows: members } = await client.query<{ user_id: string }>(
      "select user_id from access.add_member('owner@acme.example', 'owner', '', null, $1)",
      [orgs[0]!.id],
    );
    return { orgId: orgs[0]!.id, userId: members[0]!.user_id };
  });
  const store = createObjectStore({ home, s3: stores.s3 });
  await store.check();
  const folder = path.join(home, "objects");
  const workers = new Set<Worker>();

  const launch = async (fault: Fault | null, clockOffsetMs: number): Promise<number> => {
    const settings = {
      workerUrl,
      claimKey: passwords.claimKey.toString("hex"),
      home,
      ...stores,
      fault,
      clockOffsetMs,
    };
    const child = spawn(process.execPath, ["tests/faults/worker.ts"], {
      cwd: projectRoot,
      env: { ...process.env, FAULT_WORKER: JSON.stringify(settings) },
      stdio: ["ignore", "pipe", process.env.FAULTS_LOG ? "inherit" : "ignore"],
    });
    const worker: Worker = { process: child, isWanted: true };
    workers.add(worker);
    // As a supervisor would: whoever ends is started again, in good health.
    child.once("exit", () => {
      workers.delete(worker);
      if (worker.isWanted) launch(null, 0).catch(() => undefined);
    });
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, WORKER_READY_MS);
      const done = () => {
        clearTimeout(timer);
        resolve();
      };
      child.stdout!.once("data", done);
      child.once("exit", done);
    });
    return child.pid!;
  };

  const stopWorkers = async (): Promise<void> => {
    const ends = [...workers].map(
      (worker) =>
        new Promise<void>((resolve) => {
          worker.isWanted = false;
          worker.process.once("exit", () => resolve());
          worker.process.kill("SIGKILL");
        }),
    );
    await Promise.all(ends);
  };
  return {
    orgId,
    store,
    stopWorkers,
    query: async <R extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
      patiently(async () => (await admin.query<R>(text, values)).rows),
    read: async <R extends pg.QueryResultRow>(text: string) =>
      patiently(() =>
        withClaim(
          gateway,
          passwords.claimKey,
          { kind: "user", orgId, userId },
          async (client) => (await client.query<R>(text)).rows,
          "cadastre_user",
        ),
      ),
    async declare(dataset) {
      const fields = [
        { name: "k", type: "integer" },
        { name: "v", type: "integer" },
      ];
      await asService(orgId, (client) =>
        client.query("select from data.create_dataset($1, $2, '{k}')", [dataset, JSON.stringify(fields)]),
      );
    },
    async submit(dataset, text, mode, force = true) {
      const key = fileKey(orgId);
      const stored = await store.put(key, Readable.from([Buffer.from(text)]), { maxBytes: 1e9 });
      return asService(orgId, async (client) => {
        const { rows } = await client.query<{ id: string }>(
          "select id from ingest.submit_file($1, 'f.csv', $2, $3, $4, $5, null, '{}', $6)",
          [dataset, key, stored.size, stored.sha256, mode, force],
        );
        return rows[0]!.id;
      });
    },
    startWorker: (fault = null, clockOffsetMs = 0) => launch(fault, clockOffsetMs),
    async restartDatabase(how) {
      await server.stop(how);
      server = await startEmbedded({ ...options, port: server.port });
    },
    takeStore: () => rename(folder, `${folder}.away`),
    async giveStore() {
      await rm(folder, { recursive: true, force: true });
      await rename(`${folder}.away`, folder);
    },
    async close() {
      await stopWorkers();
      await Promise.all([admin.end(), service.end(), gateway.end()]);
      await server.stop();
      await mkdir(home, { recursive: true });
      await rm(home, { recursive: true, force: true });
    },
  };
}
