/** Hands a file of this machine to the loader and waits for the outcome; the command line's and the demo's way in. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import type { Readable } from "node:stream";
import { fileKey } from "../lib/stores/object/keys.ts";
import { fail, type OrgRow, type Session } from "./command.ts";
import { patiently } from "./waiting.ts";

export interface IngestOptions {
  dataset: string;
  mode?: string | null;
  key?: string[] | null;
  fileName: string;
  force?: boolean;
  /** Member on whose behalf; null: the organization's service. */
  userId?: string | null;
  options?: Record<string, unknown>;
  maxBytes: number;
  onProgress?: (state: { status: string; step: string | null; share: number | null }) => void;
}

export interface IngestResult {
  run: string;
  status: string;
  read: number;
  inserted: number;
  updated: number;
  unchanged: number;
  deleted: number;
  rejected: number;
  duplicate: number;
  seconds: number;
  error: { code: string; message: string; hint?: string | null } | null;
}

interface RunRow {
  id: string;
  status: string;
  step: string | null;
  bytes_total: string | null;
  bytes_done: string;
  read_rows: string;
  inserted_rows: string;
  updated_rows: string;
  unchanged_rows: string;
  deleted_rows: string;
  rejected_rows: string;
  duplicate_rows: string;
  error: IngestResult["error"];
}

const FINAL = new Set(["succeeded", "failed", "cancelled", "duplicate", "held"]);
const POLL_MS = 60;
/** How long a command waits for a load; the load itself goes on without it. */
const MAX_WAIT_MS = 24 * 3_600_000;

async function readRun(session: Session, org: OrgRow, run: string, userId: string | null): Promise<RunRow> {
  const { rows } = await session.asOrg(
    org.id,
    (client) => client.query<RunRow>("select * from ingest.runs where id = $1", [run]),
    userId,
  );
  return rows[0] ?? fail("NOT_FOUND", `the run ${run} is gone`);
}

/** Stores, submits and waits. Errors: whatever the store or ingest.submit_file refuses. */
export async function ingestStream(
  session: Session,
  org: OrgRow,
  body: Readable,
  options: IngestOptions,
): Promise<IngestResult> {
  const started = performance.now();
  const userId = options.userId ?? null;
  const key = fileKey(org.id);
  const stored = await session.store.put(key, body, { maxBytes: options.maxBytes });
  let run: string;
  try {
    const { rows } = await session.asOrg(
      org.id,
      (client) =>
        client.query<{ id: string }>(
          "select id from ingest.submit_file($1, $2, $3, $4, $5, $6, $7, $8, $9)",
          [
            options.dataset,
            options.fileName,
            key,
            stored.size,
            stored.sha256,
            options.mode ?? null,
            options.key ?? null,
            JSON.stringify(options.options ?? {}),
            options.force ?? false,
          ],
        ),
      userId,
    );
    run = rows[0]!.id;
  } catch (error) {
    await session.store.remove(key);
    throw error;
  }
  while (performance.now() - started < MAX_WAIT_MS) {
    const row = await patiently(() => readRun(session, org, run, userId));
    const total = row.bytes_total === null ? 0 : Number(row.bytes_total);
    options.onProgress?.({
      status: row.status,
      step: row.step,
      share: total > 0 ? Number(row.bytes_done) / total : null,
    });
    if (FINAL.has(row.status)) {
      return {
        run,
        status: row.status,
        read: Number(row.read_rows),
        inserted: Number(row.inserted_rows),
        updated: Number(row.updated_rows),
        unchanged: Number(row.unchanged_rows),
        deleted: Number(row.deleted_rows),
        rejected: Number(row.rejected_rows),
        duplicate: Number(row.duplicate_rows),
        seconds: Math.round(performance.now() - started) / 1000,
        error: row.error,
      };
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  fail(
    "TIMEOUT",
    `the run ${run} has not ended within a day`,
    "It goes on; look at its page, and that a worker runs.",
  );
}

/** The same for a file on disk. Errors: AppError NOT_FOUND, NOT_A_FILE. */
export async function ingestFile(
  session: Session,
  org: OrgRow,
  file: string,
  options: Omit<IngestOptions, "fileName">,
): Promise<IngestResult> {
  const found = await stat(file).catch(() =>
    fail("NOT_FOUND", `there is no file ${file}`, "Check the path."),
  );
  if (!found.isFile()) fail("NOT_A_FILE", `${file} is not a file`, "Give one file.");
  return ingestStream(session, org, createReadStream(file, { highWaterMark: 1024 * 1024 }), {
    ...options,
    fileName: path.basename(file),
  });
}
