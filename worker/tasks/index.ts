/** The jobs of the queue by name, and what they are given. */
import type { TaskList } from "graphile-worker";
import type pg from "pg";
import type { Logger } from "../../lib/log.ts";
import type { Secrets } from "../../lib/secrets.ts";
import type { DocumentStore } from "../../lib/stores/document/index.ts";
import type { ObjectStore } from "../../lib/stores/object/index.ts";
import { createCheckTask } from "./ingest__check_connector.ts";
import { createLoadTask } from "./ingest__load.ts";
import { createPullTask } from "./ingest__pull.ts";

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
  return { ingest__load: createLoadTask(context) };
}

/** Jobs that wait for other people's servers: taken by runners of their own, so that a slow one holds up no load. */
export function createReadingTasks(context: WorkerContext): TaskList {
  return {
    ingest__pull: createPullTask(context),
    ingest__check_connector: createCheckTask(context),
  };
}
