/** Files in memory read to their end, as the loader reads them. */
import { openFile, type Reading } from "../../worker/readers/open.ts";
import { proposeContract } from "../../worker/readers/propose.ts";
import { readRecords } from "../../worker/readers/records.ts";
import { bufferSource } from "../../worker/readers/source.ts";
import type { ByteSource, Inspection, ReaderError, ReaderRecord } from "../../worker/readers/types.ts";

export interface ReadFile {
  inspection: Inspection;
  records: ReaderRecord[];
  rows: (string | null)[][];
}

export async function readAll(bytes: Buffer | string | ByteSource, reading: Reading = {}): Promise<ReadFile> {
  const source =
    typeof bytes === "string" || Buffer.isBuffer(bytes)
      ? bufferSource(Buffer.from(bytes as string), 1000)
      : bytes;
  const open = await openFile(source, reading);
  try {
    const records: ReaderRecord[] = [];
    for await (const batch of readRecords(open.source, open.inspection.dialect, open.inspection.columns))
      records.push(...batch);
    return { inspection: open.inspection, records, rows: records.map((record) => record.fields) };
  } finally {
    await open.close();
  }
}

/** The contract's types by field, and the rows as the load would get them. */
export async function propose(bytes: Buffer | string, reading: Reading = {}) {
  const open = await openFile(bufferSource(Buffer.from(bytes as string)), reading);
  try {
    const { contract } = await proposeContract(open.source, open.inspection, { declared: open.declared });
    const rows: (string | null)[][] = [];
    for await (const batch of readRecords(open.source, open.inspection.dialect, open.inspection.columns))
      rows.push(...batch.map((record) => record.fields));
    const types = Object.fromEntries(contract.fields.map((field) => [field.name, field.type]));
    return { contract, types, rows, evidence: open.inspection.evidence };
  } finally {
    await open.close();
  }
}

/** The refusal of a file, for what it says. */
export async function refusal(
  bytes: Buffer | string | ByteSource,
  reading: Reading = {},
): Promise<ReaderError> {
  const found = await readAll(bytes, reading).catch((error: unknown) => error as ReaderError);
  if (!(found instanceof Error))
    throw new Error(`read ${found.rows.length} rows of a file that should be refused`);
  return found;
}
