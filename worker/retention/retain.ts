/**
 * Retention of one dataset: versions beyond its rule are removed, or move to the object store. A batch a transaction, off
 * the hot road. What moves is written, read back and compared; only then it leaves history, in the transaction that says
 * where it is: whatever dies when, a version is in history or in an archive that the manifest names, never in neither.
 */
import { isPgError } from "../../lib/errors.ts";
import { withSnapshot } from "../../lib/pg.ts";
import { asOrganization } from "../load/session.ts";
import { type Ask, asker, type RetentionContext } from "./erase.ts";
import {
  type ArchiveField,
  type ArchiveRow,
  asStream,
  digestOf,
  encodeArchive,
  MAX_ARCHIVE_BYTES,
  readArchive,
} from "./parquet-archive.ts";

/** Versions of one archive, and of one transaction that removes. */
export const BATCH_ROWS = 10_000;
/** Text of one archive, before it is packed. */
const BATCH_BYTES = 64 * 1024 * 1024;
const PAGE = 1000;
/** Batches of one run; the rest is for the next, behind other organizations. */
const MAX_BATCHES = 50;
const CLAIM_SECONDS = 3600;

export interface Archive {
  id: string;
  dataset_id: string;
  object_key: string;
  fields: ArchiveField[];
  sha256: Buffer | null;
  size_bytes: string;
}

export interface Retained {
  removed: number;
  archived: number;
  archives: number;
  refused: string | null;
  more: boolean;
}

/** Read in a transaction of its own, without writing: it holds back nobody's sealing. */
async function rowsOf(
  context: RetentionContext,
  orgId: string,
  archive: Archive,
  batch: number,
): Promise<ArchiveRow[]> {
  const claim = { kind: "service", orgId, userId: null, ttlSeconds: CLAIM_SECONDS } as const;
  return withSnapshot(context.pool, context.claimKey, claim, async (client) => {
    await client.query("declare archived no scroll cursor for select data.archive_rows($1, $2) as row", [
      archive.id,
      batch,
    ]);
    const rows: ArchiveRow[] = [];
    let bytes = 0;
    for (let page = PAGE; page === PAGE && rows.length < batch && bytes < BATCH_BYTES; ) {
      const found = await client.query<{ row: ArchiveRow }>(`fetch ${PAGE} from archived`);
      page = found.rows.length;
      for (const { row } of found.rows) {
        rows.push(row);
        for (const value of row) bytes += value?.length ?? 0;
      }
    }
    return rows;
  });
}

const same = (a: readonly ArchiveRow[], b: readonly ArchiveRow[]): boolean =>
  a.length === b.length && a.every((row, i) => row.every((value, k) => value === b[i]![k]));

/** One archive; how many versions it has. 0: nothing to archive, or a hold came between. */
async function archiveBatch(
  context: RetentionContext,
  ask: Ask,
  orgId: string,
  datasetId: string,
  batch: number,
): Promise<number> {
  const [archive] = await ask<Archive>(
    "select id, dataset_id, object_key, fields from data.archive_begin($1)",
    [datasetId],
  );
  if (!archive?.id) return 0;
  const rows = await rowsOf(context, orgId, archive, batch);
  if (rows.length === 0) return 0;
  const bytes = encodeArchive(archive.fields, rows);
  const stored = await context.store.put(archive.object_key, asStream(bytes), {
    maxBytes: MAX_ARCHIVE_BYTES,
  });
  const written = { ...archive, sha256: digestOf(bytes), size_bytes: String(bytes.length) };
  const back = await readArchive(context.store, written);
  if (!stored.sha256.equals(written.sha256) || !same(rows, back))
    throw new Error("an archive does not read as it was written");
  const [done] = await ask<{ id: string | null }>("select id from data.archive_commit($1, $2, $3, $4)", [
    archive.id,
    JSON.stringify(back),
    bytes.length,
    written.sha256,
  ]);
  return done?.id ? rows.length : 0;
}

/** Runs a dataset's retention. Throws what may pass: it is tried again. */
export async function retain(
  context: RetentionContext,
  orgId: string,
  datasetId: string,
  limits = { rows: BATCH_ROWS, batches: MAX_BATCHES },
): Promise<Retained> {
  const ask = asker(context, orgId, null);
  const [begun] = await ask<{ action: "remove" | "archive" | null; refused: string | null }>(
    "select action, refused from data.retain_begin($1)",
    [datasetId],
  );
  const result: Retained = {
    removed: 0,
    archived: 0,
    archives: 0,
    refused: begun?.refused ?? null,
    more: false,
  };
  if (!begun?.action) return result;
  for (let batch = 0; batch < limits.batches && result.refused === null; batch++) {
    let went = 0;
    try {
      if (begun.action === "remove") {
        went = await asOrganization(context, orgId, null, async (client) => {
          const { rows } = await client.query<{ n: string }>("select data.retain_remove($1, $2) as n", [
            datasetId,
            limits.rows,
          ]);
          return Number(rows[0]!.n);
        });
        result.removed += went;
      } else {
        went = await archiveBatch(context, ask, orgId, datasetId, limits.rows);
        result.archived += went;
        if (went > 0) result.archives++;
      }
    } catch (error) {
      // Somebody else was quicker, or uses the table just now: the next time.
      if (!isPgError(error) || !["RT007", "55P03", "40P01"].includes(error.code)) throw error;
      result.more = true;
      break;
    }
    if (went === 0) break;
    result.more = batch + 1 === limits.batches;
  }
  const { more, ...told } = result;
  await ask("select data.retain_end($1, $2, $3)", [datasetId, JSON.stringify(told), more]);
  return result;
}

const ARCHIVE = "select id, dataset_id, object_key, fields, sha256, size_bytes from data.archives";

/** Brings an archive's versions back into history; how many. Errors: AppError RT009. */
export async function attach(context: RetentionContext, orgId: string, archiveId: string): Promise<number> {
  const ask = asker(context, orgId, null);
  const [archive] = await ask<Archive>(`${ARCHIVE} where id = $1 and state = 'archived'`, [archiveId]);
  if (archive === undefined) return 0;
  const rows = await readArchive(context.store, archive);
  const [put] = await ask<{ n: string }>("select data.attach_rows($1, $2) as n", [
    archiveId,
    JSON.stringify(rows),
  ]);
  return Number(put!.n);
}

/** A dataset's archives that are in the store alone. */
export function archivesOf(ask: Ask, datasetIds: readonly string[]): Promise<Archive[]> {
  return ask<Archive>(
    `${ARCHIVE} where dataset_id = any ($1::uuid[]) and state = 'archived' order by valid_to_max, id`,
    [datasetIds],
  );
}
