/** The raw records of rejected rows: read again from the file, only those lines. */
import { readRecords } from "../readers/index.ts";
import type { Heart } from "./lease.ts";
import { query } from "./session.ts";
import { type LoadContext, MAX_KEPT_REJECTED, type Run, type StagedFile, STORE_BATCH } from "./types.ts";

function recordOf(fields: readonly (string | null)[], mapping: readonly (string | null)[]): Record<string, string | null> {
  const record: Record<string, string | null> = {};
  for (const [i, name] of mapping.entries()) if (name !== null) record[name] = fields[i] ?? null;
  return record;
}

/** Stores the first rejected rows with what stands in the file. */
export async function keepRejected(
  context: LoadContext,
  run: Run,
  staged: StagedFile,
  heart: Heart,
  alreadyKept: number,
): Promise<void> {
  const room = MAX_KEPT_REJECTED - alreadyKept;
  if (room <= 0) return;
  const rows = await query<{ line: string }>(context, run, "select ingest.rejected_lines($1, $2, $3) as line", [
    run.id,
    run.lease_generation,
    room,
  ]);
  if (rows.length === 0) return;
  const lines = rows.map((row) => Number(row.line));
  let batch: unknown[] = [];
  const flush = async (): Promise<void> => {
    const stored = batch;
    batch = [];
    await query(context, run, "select ingest.record_rejected($1, $2, $3)", [run.id, run.lease_generation, JSON.stringify(stored)]);
  };
  const { source, inspection, columns, mapping, ragged } = staged;
  const options = { onlyLines: lines, ragged, signal: heart.signal };
  for await (const records of readRecords(source, inspection.dialect, columns, options)) {
    for (const { line, raw, fields } of records) batch.push({ line, raw, record: recordOf(fields, mapping) });
    if (batch.length >= STORE_BATCH) await flush();
  }
  if (batch.length > 0) await flush();
}
