/**
 * Runners of the queue's jobs that go on. The queue's library ends a runner that could not write down how a job ended
 * (the database was away for too long), without a word to whoever holds it: a process that looks healthy and takes nothing.
 * Here a runner that ends is followed by a new one. The queue locks jobs in the name of a runner's pool, so pools are who
 * must be told as living.
 */
import { EventEmitter } from "node:events";
import { type Runner, type RunnerOptions, run, type WorkerEvents } from "graphile-worker";
import type { Pool } from "pg";
import { explain } from "../lib/errors.ts";
import type { Logger } from "../lib/log.ts";
import { doubtMigrations } from "./migrations-heard.ts";

/**
 * Ends of jobs are written in batches, each as soon as it can be. One by one, the library lets a refused connection end the
 * whole process (nobody waits for what it does); of a batch that cannot be written it ends the runner, and another follows.
 */
const ENDINGS = { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } };

/** Between the end of a runner and the next one's start. */
const PAUSE_MS = 1000;

export interface KeptRunner {
  /** Pools that may hold jobs (the one that takes them, and those that still finish theirs), and ids of the jobs they have. */
  pools: ReadonlyMap<string, ReadonlySet<string>>;
  /**
   * For a pool that was taken for dead: a new one takes its place at once, while what the old one has under way comes to
   * its end in the old name, which no longer counts.
   */
  renew(pool: string): void;
  stop(): Promise<void>;
}

/** Resolves when the first runner has started; rejects where it cannot. */
export async function keepRunner(
  options: Omit<RunnerOptions, "events"> & { pgPool: Pool },
  log: Logger,
): Promise<KeptRunner> {
  const pools = new Map<string, Set<string>>();
  const events: WorkerEvents = new EventEmitter();
  let newest = "";
  events.on("pool:create", ({ workerPool }) => {
    newest = workerPool.id;
    pools.set(workerPool.id, new Set());
  });
  const doubt = await doubtMigrations(options.pgPool, log);
  events.on("pool:listen:success", ({ client }) => doubt(client));
  events.on("pool:release", ({ workerPool }) => pools.delete(workerPool.id));
  events.on("job:start", ({ worker, job }) => pools.get(worker.workerPool.id)?.add(job.id));
  events.on("job:complete", ({ worker, job }) => pools.get(worker.workerPool.id)?.delete(job.id));

  const ending = new Set<Promise<void>>();
  let isStopping = false;
  let timer: NodeJS.Timeout | undefined;
  let current: Runner | null = null;
  let starting: Promise<void> = Promise.resolve();

  const end = (runner: Runner): void => {
    const ended = runner
      .stop()
      .catch((error: unknown) => log.warn({ err: explain(error) }, "the job runner stopped badly"))
      .then(() => void ending.delete(ended));
    ending.add(ended);
  };
  const start = async (): Promise<void> => {
    const runner = await run({
      ...options,
      preset: { extends: [ENDINGS, ...(options.preset ? [options.preset] : [])] },
      events,
    });
    if (isStopping) return end(runner);
    current = runner;
    // The library resolves this also where the pool ended by an error.
    runner.promise
      .catch((error: unknown) => log.error({ err: explain(error) }, "the job runner ended"))
      .then(() => {
        if (current === runner) again("the job runner ended");
      });
  };
  const again = (why: string): void => {
    current = null;
    if (isStopping) return;
    log.warn(`${why}; another one follows`);
    timer = setTimeout(startAnew, PAUSE_MS);
  };
  const startAnew = (): void => {
    starting = start().catch((error: unknown) => again(`the job runner could not start (${explain(error)})`));
  };

  await start();
  return {
    pools,
    renew(pool) {
      // An older one is ending already.
      if (pool !== newest || current === null) return;
      log.warn({ pool }, "this worker was taken for dead, and goes on under another name");
      const old = current;
      current = null;
      end(old);
      startAnew();
    },
    async stop() {
      isStopping = true;
      clearTimeout(timer);
      // One that is just starting ends as soon as it has.
      await starting;
      if (current) end(current);
      await Promise.all(ending);
    },
  };
}
