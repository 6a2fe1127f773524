/**
 * The worker: runs jobs from the queue in PostgreSQL, one queue an organization, and takes over what a dead worker
 * left. As many processes as wanted; each says every few seconds that it lives.
 */
import { randomUUID } from "node:crypto";
import path from "node:path";
import type { TaskList } from "graphile-worker";
import { type AuditKeys, loadAuditKeys } from "../lib/audit/keys.ts";
import { readConfig } from "../lib/config.ts";
import { refuseSuperuser } from "../lib/db/refuse-superuser.ts";
import { AppError, explain } from "../lib/errors.ts";
import { type Connections, openInstance } from "../lib/instance.ts";
import { createLogger, type Logger } from "../lib/log.ts";
import { type Metrics, openMetrics } from "../lib/metrics.ts";
import { createPool } from "../lib/pg.ts";
import { loadSecrets, type Secrets } from "../lib/secrets.ts";
import { createDocumentStore, type DocumentStore } from "../lib/stores/document/index.ts";
import { createObjectStore, type ObjectStore } from "../lib/stores/object/index.ts";
import { beat, type Heart, keepBeating, takeOver } from "./beat.ts";
import { watchWorker } from "./metrics.ts";
import { startPeriodic } from "./periodic.ts";
import { queueLogger } from "./queue-log.ts";
import { type KeptRunner, keepRunner } from "./runners.ts";
import { startPump } from "./stream/pump.ts";
import { listenOn } from "./stream/wake.ts";
import {
  createFollowingTasks,
  createReadingTasks,
  createTaskList,
  type WorkerContext,
} from "./tasks/index.ts";
import { startDeliverer } from "./tasks/ops__deliver.ts";

const CONCURRENCY = 2;
/** Sources that are read at once: they wait for servers more than they work. */
const READERS = 4;
/** Files whose raw records are written at once, each of another organization. */
const FOLLOWERS = 2;
/**
 * Some 25 small files. Without it the database's time for one grew from 125 to 250 ms within 950 files of 120
 * organizations; with it, it stayed at 115.
 */
const MAX_USES = 300;
const POLL_MS = 1000;
/** Silence after which a worker counts as dead, in seconds. */
const PATIENCE_SECONDS = 30;

export interface WorkerOptions {
  connections: Pick<Connections, "workerUrl" | "claimKey">;
  store: ObjectStore;
  /** Where raw records follow their run; null: nowhere. */
  documents: DocumentStore | null;
  /** Opens what is sealed with the installation's own key. */
  secrets: Secrets;
  /** Keys that sign the audit trail's checkpoints; without them this worker does not seal. */
  auditKeys?: () => Promise<AuditKeys>;
  log: Logger;
  /** Where its figures are shown; absent: nowhere. */
  metrics?: Metrics;
  /** True where no other worker can be alive (an embedded database that has just been started). */
  alone?: boolean;
  /** Silence after which another worker counts as dead, in seconds; default PATIENCE_SECONDS. */
  patienceSeconds?: number;
  /** The jobs of the queue, where they are not the product's plain ones. */
  tasks?: (context: WorkerContext) => TaskList;
  followingTasks?: (context: WorkerContext) => TaskList;
}

export interface RunningWorker {
  stop(): Promise<void>;
}

/** Starts the worker within this process. */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { log, store } = options;
  const patience = options.patienceSeconds ?? PATIENCE_SECONDS;
  const pool = createPool(options.connections.workerUrl, {
    name: "cadastre-worker",
    max: CONCURRENCY * 4 + READERS * 2 + FOLLOWERS * 2 + 4,
    maxUses: MAX_USES,
    idleInTransactionSeconds: patience * 2,
    log,
  });
  await refuseSuperuser(pool);
  if (options.alone) await pool.query("select private.retire_workers()");
  const heart: Heart = { patience, pool, claimKey: options.connections.claimKey, log };
  await beat(heart, {}, options.alone ?? false);
  await takeOver(heart, options.alone ?? false).catch((error: unknown) =>
    log.warn({ err: explain(error) }, "nothing could be taken over yet; trying again"),
  );

  const context: WorkerContext = {
    ...heart,
    store,
    documents: options.documents,
    secrets: options.secrets,
    auditKeys: options.auditKeys ?? null,
  };
  if (options.metrics) watchWorker(options.metrics, context);
  const start = (concurrency: number, taskList: TaskList): Promise<KeptRunner> =>
    keepRunner(
      {
        pgPool: pool,
        concurrency,
        pollInterval: POLL_MS,
        noHandleSignals: true,
        logger: queueLogger(log),
        taskList,
      },
      log,
    );
  const runners = [
    await start(CONCURRENCY, (options.tasks ?? createTaskList)(context)),
    await start(READERS, createReadingTasks(context)),
  ];
  if (options.documents)
    runners.push(await start(FOLLOWERS, (options.followingTasks ?? createFollowingTasks)(context)));
  const beats = keepBeating(heart, runners);
  const periodic = startPeriodic(context);
  const pump = startPump(context, `stream:${process.pid}:${randomUUID()}`);
  const deliverer = startDeliverer(context);
  const ears = listenOn(pool, { streams: pump.wake, webhooks: deliverer.wake }, log);

  return {
    async stop() {
      const ids = runners.flatMap((runner) => [...runner.pools.keys()]);
      beats.stop();
      periodic.stop();
      ears.stop();
      await Promise.all([pump.stop(), deliverer.stop()]);
      await Promise.all(runners.map((runner) => runner.stop()));
      await pool.query("select private.retire_workers($1)", [ids]).catch(() => undefined);
      await pool.end();
    },
  };
}

/** `npm run worker`: the worker alone, for an installation whose database runs elsewhere. */
async function main(): Promise<void> {
  const config = readConfig();
  const log = createLogger(config.logLevel);
  if (!config.databaseUrl) {
    throw new AppError("CONFIG", "the worker alone needs DATABASE_URL", {
      hint: "Set it, or use npm start, which runs server and worker over an embedded database.",
    });
  }
  const instance = await openInstance(config, log);
  const documents = createDocumentStore(config);
  const figures = await openMetrics(config, log);
  const worker = await startWorker({
    ...(figures ? { metrics: figures.metrics } : {}),
    connections: instance,
    store: createObjectStore(config),
    documents,
    secrets: await loadSecrets(config),
    auditKeys: () => loadAuditKeys(config),
    log,
  });
  process.stdout.write("Cadastre's worker is ready\n");
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, async () => {
      await figures?.close();
      await worker.stop();
      await documents?.close();
      await instance.close();
      process.exit(0);
    });
  }
}

if (process.argv[1] && path.resolve(process.argv[1]) === import.meta.filename) {
  main().catch((error: unknown) => {
    process.stderr.write(`${explain(error)}\n`);
    process.exit(1);
  });
}
