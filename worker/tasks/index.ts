/** The jobs of the queue by name, and what they are given. */
import type { Task, TaskList } from "graphile-worker";
import type pg from "pg";
import type { AuditKeys } from "../../lib/audit/keys.ts";
import type { Logger } from "../../lib/log.ts";
import type { Secrets } from "../../lib/secrets.ts";
import type { DocumentStore } from "../../lib/stores/document/index.ts";
import type { ObjectStore } from "../../lib/stores/object/index.ts";
import type { FollowContext } from "../staging/follow.ts";
import { createAttachTask } from "./data__attach.ts";
import { createEraseTask } from "./data__erase.ts";
import { createRetainTask } from "./data__retain.ts";
import { createCheckTask } from "./ingest__check_connector.ts";
import { createDescribeRawTask } from "./ingest__describe_raw.ts";
import { createLoadTask } from "./ingest__load.ts";
import { createPullTask } from "./ingest__pull.ts";
import { createTransformTask } from "./ingest__transform.ts";
import { createEmitTask } from "./lineage__emit.ts";
import { owned } from "./owned.ts";
import { createProfileTask } from "./quality__profile.ts";
import { createSqlRulesTask } from "./quality__sql.ts";

export interface WorkerContext {
  /** The worker's own connections (role cadastre_worker). */
  pool: pg.Pool;
  claimKey: Buffer;
  store: ObjectStore;
  /** Where raw records follow their run; null: nowhere. */
  documents: DocumentStore | null;
  /** Opens what is sealed with the installation's own key. */
  secrets: Secrets;
  /** null: this worker does not seal the audit trail. Asked at every pass, so that a new key counts at once. */
  auditKeys: (() => Promise<AuditKeys>) | null;
  log: Logger;
}

function allOwned(context: WorkerContext, tasks: TaskList): TaskList {
  return Object.fromEntries(
    Object.entries(tasks).map(([name, task]) => [name, owned(context.pool, task as Task)]),
  );
}

export function createTaskList(context: WorkerContext): TaskList {
  return allOwned(context, {
    ingest__load: createLoadTask(context),
    ingest__transform: createTransformTask(context),
    data__erase: createEraseTask(context),
    data__retain: createRetainTask(context),
    data__attach: createAttachTask(context),
    lineage__emit: createEmitTask(context),
    quality__profile: createProfileTask(context),
    quality__sql: createSqlRulesTask(context),
  });
}

/** Jobs that wait for other people's servers: taken by runners of their own, so that a slow one holds up no load. */
export function createReadingTasks(context: WorkerContext): TaskList {
  return allOwned(context, {
    ingest__pull: createPullTask(context),
    ingest__check_connector: createCheckTask(context),
  });
}

/** Jobs that wait for the document store, which holds up no load either. */
export function createFollowingTasks(context: WorkerContext & Pick<FollowContext, "onFollow">): TaskList {
  return allOwned(context, { ingest__describe_raw: createDescribeRawTask(context) });
}
