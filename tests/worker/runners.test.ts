/**
 * Workers and the queue's locks: who lives keeps what it has for as long as it takes, who was taken for dead goes on under
 * another name, and a runner that ends is followed by another one.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Task, WorkerPool } from "graphile-worker";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createLogger } from "../../lib/log.ts";
import { createPool } from "../../lib/pg.ts";
import { createSecrets } from "../../lib/secrets.ts";
import { createObjectStore } from "../../lib/stores/object/index.ts";
import { type RunningWorker, startWorker } from "../../worker/main.ts";
import { queueLogger } from "../../worker/queue-log.ts";
import { keepRunner } from "../../worker/runners.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const PATIENCE_SECONDS = 1;
const log = createLogger("silent");
let db: TestDatabase;
let home: string;
let workers: RunningWorker[];

beforeEach(async () => {
  db = await createTestDatabase();
  home = await mkdtemp(path.join(tmpdir(), "cadastre-runners-"));
  workers = [];
});
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  await db.drop();
  await rm(home, { recursive: true, force: true });
});

async function work(task: Task, workerUrl = db.workerUrl): Promise<RunningWorker> {
  const worker = await startWorker({
    connections: { workerUrl, claimKey: db.claimKey },
    store: createObjectStore({ home, s3: null }),
    documents: null,
    secrets: createSecrets(Buffer.alloc(32)),
    log,
    patienceSeconds: PATIENCE_SECONDS,
    tasks: () => ({ ingest__load: task }),
  });
  workers.push(worker);
  return worker;
}

const enqueue = (name: string) =>
  db.admin.query("select core.enqueue('ingest__load', json_build_object('name', $1::text), 'org:a', $1)", [
    name,
  ]);

async function until(what: string, check: () => Promise<boolean> | boolean): Promise<void> {
  for (let turn = 0; turn < 300; turn++) {
    if (await check()) return;
    await pause(100);
  }
  throw new Error(`waited in vain: ${what}`);
}

async function poolsKnown(): Promise<string[]> {
  const { rows } = await db.admin.query<{ id: string }>("select worker_id as id from private.workers");
  return rows.map((row) => row.id);
}

it("a job that takes longer than the patience with a silent worker stays with the one that has it, and so does its queue", async () => {
  const begun: string[] = [];
  const ended: string[] = [];
  const slow: Task = async (payload) => {
    const { name } = payload as { name: string };
    begun.push(name);
    await pause(name === "first" ? PATIENCE_SECONDS * 5000 : 0);
    ended.push(name);
  };
  await work(slow);
  await enqueue("first");
  await until("the first begins", () => begun.length === 1);
  await work(slow);
  await enqueue("second");
  await until("both end", () => ended.length === 2);
  expect(begun).toEqual(["first", "second"]);
  expect(ended).toEqual(["first", "second"]);
  await until(
    "the queue is empty",
    async () =>
      (await db.admin.query("select from graphile_worker.jobs where task_identifier = 'ingest__load'"))
        .rowCount === 0,
  );
});

it("who was taken for dead goes on under another name", async () => {
  const done: string[] = [];
  await work(async (payload) => void done.push((payload as { name: string }).name));
  await until("it is known", async () => (await poolsKnown()).length === 2);
  const before = await poolsKnown();
  await db.admin.query("delete from private.workers");
  await until("both its runners have new names", async () => {
    const now = await poolsKnown();
    return now.filter((id) => !before.includes(id)).length === 2;
  });
  await until("the old names are forgotten", async () => {
    const now = await poolsKnown();
    return now.every((id) => !before.includes(id));
  });
  await enqueue("afterwards");
  await until("jobs are taken", () => done.length === 1);
});

it("a runner that ends is followed by another one", async () => {
  const seen: WorkerPool[] = [];
  const done: string[] = [];
  const pool = createPool(db.workerUrl, { name: "cadastre-worker", max: 6, log });
  const runner = await keepRunner(
    {
      pgPool: pool,
      concurrency: 1,
      pollInterval: 100,
      noHandleSignals: true,
      logger: queueLogger(log),
      preset: {
        plugins: [
          {
            name: "WatchPools",
            version: "0.0.0",
            worker: {
              hooks: {
                startWorker: (_context, { worker }) => void seen.push(worker.workerPool),
              },
            },
          },
        ],
      },
      taskList: { ingest__load: async (payload) => void done.push((payload as { name: string }).name) },
    },
    log,
  );
  await until("it takes jobs", () => seen.length === 1);
  // As the library does where it could not write down how a job ended.
  await seen[0]!.gracefulShutdown("the queue is in an inconsistent state");
  await enqueue("afterwards");
  await until("the next one takes jobs", () => done.length === 1);
  expect([...runner.pools.keys()]).toEqual([seen[1]!.id]);
  await runner.stop();
  expect(runner.pools.size).toBe(0);
  await pool.end();
});

it("who is frozen in the middle of a transaction does not hold its rows for ever", async () => {
  const pool = createPool(db.workerUrl, {
    name: "cadastre-worker",
    max: 1,
    idleInTransactionSeconds: PATIENCE_SECONDS,
    log,
  });
  const frozen = await pool.connect();
  await frozen.query("begin");
  await frozen.query("select private.beat_workers('{frozen}', '1 minute')");
  // Waits for the row until the server has ended the silent one's transaction.
  await db.admin.query("update private.workers set beat_at = beat_at where worker_id = 'frozen'");
  await until("the silent connection is gone", async () => {
    const { rows } = await db.admin.query(
      "select from pg_stat_activity where state = 'idle in transaction' and usename = 'cadastre_worker' and datname = current_database()",
    );
    return rows.length === 0;
  });
  await expect(frozen.query("commit")).rejects.toThrow();
  frozen.release(true);
  expect(await poolsKnown()).toEqual([]);
  await pool.end();
});

it("what was queued anew while a dead worker had it leaves nothing behind", async () => {
  const begun: string[] = [];
  await enqueue("taken over");
  // As the queue's library takes a job, by a process that then dies.
  await db.admin.query(
    `with j as (update graphile_worker._private_jobs set locked_by = 'gone', locked_at = now() - interval '1 hour', attempts = 1
                 where key = 'taken over' returning job_queue_id)
     update graphile_worker._private_job_queues q set locked_by = 'gone', locked_at = now() - interval '1 hour'
       from j where q.id = j.job_queue_id`,
  );
  await enqueue("taken over");
  await work(async (payload) => void begun.push((payload as { name: string }).name));
  await until("it is done", () => begun.length === 1);
  await until(
    "the queue is empty",
    async () =>
      (await db.admin.query("select from graphile_worker.jobs where task_identifier = 'ingest__load'"))
        .rowCount === 0,
  );
});

it("a job that was taken while the connection was lost goes back to the queue, one that is under way does not", async () => {
  const begun: string[] = [];
  let goOn = (): void => undefined;
  await work(async (payload) => {
    const { name } = payload as { name: string };
    begun.push(name);
    if (name === "slow") await new Promise<void>((resolve) => (goOn = resolve));
  });
  await enqueue("slow");
  await until("the slow one is under way", () => begun.length === 1);
  // The queue gave the job to the same worker, whose connection broke before it was told.
  const gone = await db.admin.query(
    `with slow as (select locked_by from graphile_worker._private_jobs where key = 'slow'),
          made as (select graphile_worker.add_job('ingest__load', '{"name": "lost"}', 'org:b', now() + interval '1 hour', 25, 'lost'))
     select (select locked_by from slow) as pool from made`,
  );
  await db.admin.query(
    `with j as (update graphile_worker._private_jobs
                   set locked_by = $1, locked_at = now() - interval '1 hour', run_at = now(), attempts = 1
                 where key = 'lost' returning job_queue_id)
     update graphile_worker._private_job_queues q set locked_by = $1, locked_at = now() from j where q.id = j.job_queue_id`,
    [gone.rows[0].pool],
  );
  await db.admin.query(
    "update graphile_worker._private_jobs set locked_at = now() - interval '1 hour' where key = 'slow'",
  );
  await until("the lost one is taken", () => begun.includes("lost"));
  await pause(PATIENCE_SECONDS * 2000);
  expect(begun).toEqual(["slow", "lost"]);
  goOn();
});

it("a queue that is locked in the name of somebody who has no job of it is opened again", async () => {
  const begun: string[] = [];
  const lock = (queue: string, by: string) =>
    db.admin.query(
      "update graphile_worker._private_job_queues set locked_by = $2, locked_at = now() - interval '1 hour' where queue_name = $1",
      [queue, by],
    );
  const add = (name: string) =>
    db.admin.query(
      "select core.enqueue('ingest__load', json_build_object('name', $1::text), 'org:' || $1, $1, now() + interval '1 second')",
      [name],
    );
  await work(async (payload) => void begun.push((payload as { name: string }).name));
  await until("it is known", async () => (await poolsKnown()).length === 2);
  await add("dead");
  await add("living");
  await lock("org:dead", "gone");
  for (const id of await poolsKnown()) await lock("org:living", id);
  await until("both are taken", () => begun.length === 2);
});

it("what any login can tell of a migration of the queue's schema ends a worker only where it is true", async () => {
  const done: string[] = [];
  await work(async (payload) => void done.push((payload as { name: string }).name));
  await until("it is known", async () => (await poolsKnown()).length === 2);
  const before = (await poolsKnown()).sort();
  const told = `notify "worker:migrate", '{"migrationNumber": 1000, "breaking": true}'`;
  for (let turn = 0; turn < 5; turn++) await db.gateway.query(told);
  await enqueue("afterwards");
  await until("jobs are taken", () => done.length === 1);
  await pause(PATIENCE_SECONDS * 1500);
  expect((await poolsKnown()).sort()).toEqual(before);

  await db.admin.query("insert into graphile_worker.migrations (id, breaking) values (1000, true)");
  await db.gateway.query(told);
  await until("it has ended", async () => {
    const now = await poolsKnown();
    return now.every((id) => !before.includes(id));
  });
});

/** A way to the database that can be closed: then connections are refused, as while it is started anew. */
async function openWay(): Promise<{ url: string; close: () => Promise<void>; open: () => Promise<void> }> {
  const url = new URL(db.workerUrl);
  const sockets = new Set<Socket>();
  const join = (client: Socket) => {
    const server = connect(Number(url.port), url.hostname);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on("error", () => undefined);
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  };
  let listener: Server;
  const listen = (port: number): Promise<void> =>
    new Promise((resolve) => {
      listener = createServer(join).listen(port, "127.0.0.1", resolve);
    });
  await listen(0);
  const { port } = listener!.address() as { port: number };
  return {
    url: Object.assign(new URL(url), { hostname: "127.0.0.1", port: String(port) }).href,
    async close() {
      const closed = new Promise((resolve) => listener.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
    open: () => listen(port),
  };
}

it("a job that fails while the database refuses connections ends nothing, and is done once it is back", async () => {
  const way = await openWay();
  const tries: number[] = [];
  let away: () => void;
  const isAway = new Promise<void>((resolve) => {
    away = resolve;
  });
  await work(async () => {
    tries.push(Date.now());
    if (tries.length > 1) return;
    await isAway;
    throw new Error("the database is gone");
  }, way.url);
  await enqueue("first");
  await until("the job is under way", () => tries.length === 1);
  await way.close();
  // What nobody waits for would end the process; here it fails the test.
  away!();
  await pause(1500);
  await way.open();
  await until("the job is tried again", () => tries.length > 1);
});
