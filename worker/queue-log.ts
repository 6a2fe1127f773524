/** The queue's own log lines, in the installation's log. */
import { Logger as QueueLogger } from "graphile-worker";
import type { Logger } from "../lib/log.ts";

const LEVELS = { error: "error", warning: "warn", info: "debug", debug: "trace" } as const;

export function queueLogger(log: Logger): QueueLogger {
  return new QueueLogger((scope) => (level, message) => {
    log[LEVELS[level]]({ job: scope.jobId, task: scope.taskIdentifier }, message);
  });
}
