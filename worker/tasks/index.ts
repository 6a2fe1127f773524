/** The jobs of the queue by name, and what they are given. */
import type { TaskList } from "graphile-worker";
import type pg from "pg";
import type { AuditKeys } from "../../lib/audit/keys.ts";
import type { Logger } from "../../lib/log.ts";
import type { Secrets } from "../../lib/secrets.ts";
import type { DocumentStore } from "../../lib/stores/document/index.ts";
import type { ObjectStore } from "../../lib/stores/object/index.ts";
import { createLoadTask } from "./ingest__load.ts";

export interface WorkerContext {
  /** The worker's own connections (role cadastre_worker). */
  pool: pg.Pool;
  claimKey: Buffer;
  store: ObjectStore;
  /** null: the landing tables are the staging. */
  documents: DocumentStore | null;
  /** Opens what is sealed with the installation's own key. */
  secrets: Secrets;
  /** null: this worker does not seal the audit trail. Asked at every pass, so that a new key counts at once. */
  auditKeys: (() => Promise<AuditKeys>) | null;
  log: Logger;
}

export function createTaskList(context: WorkerContext): TaskList {
  return { ingest__load: createLoadTask(context) };
}
