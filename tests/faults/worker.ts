/**
 * The worker as a process that faults can be done to. What it does to itself comes from FAULT: die or freeze at a step of
 * the load, after the load is committed and before the queue is told ("done"), or in what follows it ("follow ...").
 */
import { z } from "zod";
import { createLogger } from "../../lib/log.ts";
import { createSecrets } from "../../lib/secrets.ts";
import { createDocumentStore } from "../../lib/stores/document/index.ts";
import { createObjectStore } from "../../lib/stores/object/index.ts";
import type { Step } from "../../worker/load/types.ts";
import { startWorker } from "../../worker/main.ts";
import type { FollowPoint } from "../../worker/staging/follow.ts";
import { createFollowingTasks, createTaskList } from "../../worker/tasks/index.ts";
import { LEASE_SECONDS, PATIENCE_SECONDS } from "./timing.ts";

const settings = z
  .object({
    workerUrl: z.string(),
    claimKey: z.string(),
    home: z.string(),
    s3: z.any().nullable(),
    mongodbUrl: z.string().nullable(),
    fault: z.object({ at: z.string(), signal: z.enum(["SIGKILL", "SIGSTOP"]) }).nullable(),
    clockOffsetMs: z.number(),
  })
  .parse(JSON.parse(process.env.FAULT_WORKER ?? "{}"));

if (settings.clockOffsetMs !== 0) {
  const now = Date.now.bind(Date);
  Date.now = () => now() + settings.clockOffsetMs;
}

let fault = settings.fault;
/** Once: whoever comes back after a freeze goes on. */
function suffer(at: Step | "done" | `follow ${FollowPoint}`): void {
  if (fault?.at !== at) return;
  const { signal } = fault;
  fault = null;
  process.kill(process.pid, signal);
}

await startWorker({
  connections: { workerUrl: settings.workerUrl, claimKey: Buffer.from(settings.claimKey, "hex") },
  store: createObjectStore({ home: settings.home, s3: settings.s3 }),
  documents: createDocumentStore({ mongodbUrl: settings.mongodbUrl }),
  secrets: createSecrets(Buffer.alloc(32)),
  log: createLogger(process.env.FAULTS_LOG ? "debug" : "warn"),
  patienceSeconds: PATIENCE_SECONDS,
  followingTasks: (context) => createFollowingTasks({ ...context, onFollow: (at) => suffer(`follow ${at}`) }),
  tasks: (context) => {
    const timed = { ...context, leaseSeconds: LEASE_SECONDS, onStep: suffer };
    const { ingest__load: load } = createTaskList(timed);
    return {
      ingest__load: async (payload, helpers) => {
        await load?.(payload, helpers);
        suffer("done");
      },
    };
  },
});
process.stdout.write("ready\n");
