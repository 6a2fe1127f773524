/** The jobs of the queue by name, and what they are given. */
import type { Task, TaskList } from "graphile-worker";
import type pg from "pg";
import type { Logger } from "../../lib/log.ts";
import type { Secrets } from "../../lib/secrets.ts";
import type { DocumentStore } from "../../lib/stores/document/index.ts";
import type { ObjectStore } from "../../lib/stores/object/index.ts";
import { createDescribeRawTask } from "./ingest__describe_raw.ts";
import { createLoadTask } from "./ingest__load.ts";
import { createTransformTask } from "./ingest__transform.ts";
import { owned } from "./owned.ts";
import { createProfileTask } from "./quality__profile.ts";

export interface WorkerContext {
  /** The worker's own connections (role cadastre_worker). */
  pool: pg.Pool;
  claimKey: Buffer;
  store: ObjectStore;
  /** null: the landing tables are the staging. */
  documents: DocumentStore | null;
  /** Opens what is sealed with the installation's own key. */
  secrets: Secrets;
  log: Logger;
}

export function createTaskList(context: WorkerContext): TaskList {
  const tasks: TaskList = {
    ingest__load: createLoadTask(context),
    ingest__transform: createTransformTask(context),
    ingest__describe_raw: createDescribeRawTask(context),
    quality__profile: createProfileTask(context),
  };
  return Object.fromEntries(
    Object.entries(tasks).map(([name, task]) => [name, owned(context.pool, task as Task)]),
  );
}
