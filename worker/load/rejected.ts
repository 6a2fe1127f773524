/** The raw records of rejected rows: read again from the file, only those lines. */
import type pg from "pg";
import { type ReaderRecord, readRecords } from "../readers/index.ts";
import type { Heart } from "./lease.ts";
import { recordsAt } from "./plain.ts";
import { MAX_KEPT_REJECTED, type Run, STORE_BATCH, type StagedFile } from "./types.ts";

function recordOf(
  fields: readonly (string | null)[],
  mapping: readonly (string | null)[],
): Record<string, string | null> {
  const record: Record<string, string | null> = {};
  for (const [i, name] of mapping.entries()) if (name !== null) record[name] = fields[i] ?? null;
  return record;
}

async function* recordsOn(
  staged: StagedFile,
  lines: number[],
  plain: boolean,
  signal: AbortSignal,
): AsyncGenerator<ReaderRecord> {
  if (plain) {
    yield* recordsAt(staged, lines);
    return;
  }
  const { source, inspection, columns, ragged } = staged;
  for await (const batch of readRecords(source, inspection.dialect, columns, {
    onlyLines: lines,
    ragged,
    signal,
  }))
    yield* batch;
}

/** Stores the first rejected rows that have no raw record yet with what stands in the file. */
export async function keepRejected(
  client: pg.PoolClient,
  run: Run,
  staged: StagedFile,
  heart: Heart,
  plain: boolean,
): Promise<void> {
  const fence = [run.id, run.lease_generation];
  const { rows } = await client.query<{ line: string }>("select ingest.rejected_lines($1, $2, $3) as line", [
    ...fence,
    MAX_KEPT_REJECTED,
  ]);
  if (rows.length === 0) return;
  const lines = rows.map((row) => Number(row.line));
  let batch: unknown[] = [];
  const flush = async (): Promise<void> => {
    const stored = batch;
    batch = [];
    await client.query("select ingest.record_rejected($1, $2, $3)", [...fence, JSON.stringify(stored)]);
  };
  for await (const { line, raw, fields } of recordsOn(staged, lines, plain, heart.signal)) {
    batch.push({ line, raw, record: recordOf(fields, staged.mapping) });
    if (batch.length >= STORE_BATCH) await flush();
  }
  if (batch.length > 0) await flush();
}
