/** Files into datasets the way the product does it: object store, submit_file as a member, then the load itself. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { createLogger } from "../../lib/log.ts";
import { createFileStore } from "../../lib/stores/object/files.ts";
import type { ObjectStore } from "../../lib/stores/object/index.ts";
import { fileKey } from "../../lib/stores/object/keys.ts";
import { loadRun, type Outcome } from "../../worker/load/load.ts";
import type { LoadContext } from "../../worker/load/types.ts";
import {
  addMember,
  asMember,
  createOrg,
  createTestDatabase,
  type TestDatabase,
  type TestOrg,
} from "../support/database.ts";

export interface RunRow {
  id: string;
  file_id: string;
  dataset_id: string | null;
  status: string;
  mode: string;
  read: number;
  inserted: number;
  updated: number;
  unchanged: number;
  deleted: number;
  rejected: number;
  duplicate: number;
  error: { code: string; message: string; hint: string; column?: string } | null;
  lease_generation: number;
  attempts: number;
}

export interface Submission {
  mode?: "upsert" | "snapshot" | "append";
  key?: string[];
  options?: unknown;
  force?: boolean;
  as?: string;
}

export interface Bench {
  db: TestDatabase;
  org: TestOrg;
  /** A manager: may load, release and change contracts. */
  manager: string;
  context: LoadContext;
  store: ObjectStore;
  submit(dataset: string, content: string | Uint8Array, options?: Submission): Promise<RunRow>;
  run(id: string, context?: Partial<LoadContext>): Promise<Outcome>;
  /** Submits and loads; the run as it ended. */
  load(
    dataset: string,
    content: string | Uint8Array,
    options?: Submission,
    context?: Partial<LoadContext>,
  ): Promise<RunRow>;
  runRow(id: string): Promise<RunRow>;
  /** As the manager, through row-level security. */
  query<R extends object = Record<string, unknown>>(text: string, values?: unknown[]): Promise<R[]>;
  close(): Promise<void>;
}

const COUNTS = `read_rows::int as read, inserted_rows::int as inserted, updated_rows::int as updated,
  unchanged_rows::int as unchanged, deleted_rows::int as deleted, rejected_rows::int as rejected, duplicate_rows::int as duplicate`;

/** The counts of a run alone, for comparing. */
export function countsOf(
  run: RunRow,
): Omit<
  RunRow,
  "id" | "file_id" | "dataset_id" | "status" | "mode" | "error" | "lease_generation" | "attempts"
> {
  const { read, inserted, updated, unchanged, deleted, rejected, duplicate } = run;
  return { read, inserted, updated, unchanged, deleted, rejected, duplicate };
}

export async function createLoader(slug = "acme"): Promise<Bench> {
  const db = await createTestDatabase();
  const org = await createOrg(db, slug);
  const manager = await addMember(db, org.id, `manager@${slug}.example`, "manager");
  const folder = await mkdtemp(path.join(tmpdir(), "cadastre-load-"));
  const store = createFileStore(folder);
  await store.check();
  const context: LoadContext = { pool: db.worker, claimKey: db.claimKey, store, log: createLogger("fatal") };
  const as = { orgId: org.id, userId: manager };
  const bench: Bench = {
    db,
    org,
    manager,
    context,
    store,
    async query<R extends object>(text: string, values: unknown[] = []) {
      return asMember(db, as, async (client) => (await client.query(text, values)).rows as R[]);
    },
    async runRow(id) {
      const rows = await bench.query<RunRow>(
        `select id, file_id, dataset_id, status, mode, ${COUNTS}, error, lease_generation, attempts from ingest.runs where id = $1`,
        [id],
      );
      return rows[0]!;
    },
    async submit(dataset, content, options = {}) {
      const key = fileKey(org.id);
      const stored = await store.put(key, Readable.from([Buffer.from(content)]), { maxBytes: 1e10 });
      const rows = await bench.query<{ id: string }>(
        "select id from ingest.submit_file($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        [
          dataset,
          `${dataset}.csv`,
          key,
          stored.size,
          stored.sha256,
          options.mode ?? null,
          options.key ?? null,
          JSON.stringify(options.options ?? {}),
          options.force ?? false,
        ],
      );
      return bench.runRow(rows[0]!.id);
    },
    run: (id, extra) => loadRun({ ...context, ...extra }, { orgId: org.id, runId: id }, "test-worker"),
    async load(dataset, content, options, context) {
      const submitted = await bench.submit(dataset, content, options);
      await bench.run(submitted.id, context);
      return bench.runRow(submitted.id);
    },
    async close() {
      await db.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return bench;
}

/** Declares a dataset as the manager. */
export async function declare(
  bench: Bench,
  name: string,
  fields: unknown[],
  key: string[],
  mode?: string,
): Promise<string> {
  const rows = await bench.query<{ id: string }>("select id from data.create_dataset($1, $2, $3, $4)", [
    name,
    JSON.stringify(fields),
    key,
    mode ?? null,
  ]);
  return rows[0]!.id;
}
