/** The rows that a pipeline begins with: a file's as text with their lines, or a dataset's. */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { from as copyFrom } from "pg-copy-streams";
import { fieldNames, RESERVED_FIELD_NAMES } from "../../lib/contract/names.ts";
import { quoteName } from "../../lib/expressions/compile.ts";
import type { FileInput } from "../../lib/pipelines/definition.ts";
import { storedSource } from "../load/stage.ts";
import { openFile, ReaderError, type ReaderRecord, readRecords } from "../readers/index.ts";
import { datasetColumns } from "./compile.ts";
import { within } from "./range.ts";
import {
  LINE,
  MAX_STEP_ROWS,
  type Sandbox,
  type Table,
  type TransformContext,
  TransformError,
} from "./types.ts";

export const INPUT = 'pg_temp."step 0"';
const MAX_BAD_SAMPLE = 5;

export interface Input {
  table: Table;
  /** Records or rows that there were, and the label that says where from. */
  read: number;
  label: string;
  /** Only the first rows were taken. */
  limited: boolean;
}

/** One value for COPY's text format. */
function cell(value: string | null): string {
  if (value === null) return "\\N";
  return value.replace(/[\\\n\r\t]/g, (char) =>
    char === "\\" ? "\\\\" : char === "\n" ? "\\n" : char === "\r" ? "\\r" : "\\t",
  );
}

/** A file through the readers. Errors: TransformError IN012, IN068. */
export async function readFileInput(
  context: TransformContext,
  sandbox: Sandbox,
  objectKey: string,
  input: FileInput,
  limit: number | null,
  signal: AbortSignal,
): Promise<Input> {
  const { kind: _, ragged, bad_records: bad = "fail", ...given } = input;
  const dialect = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  try {
    const stored = await storedSource(context, objectKey, { signal, bytes: 0 });
    const open = await openFile(stored, dialect, signal);
    try {
      const { columns, dialect: found } = open.inspection;
      const names = fieldNames(columns);
      await sandbox.run(
        `create temp table "step 0" (${names.map((n) => `${quoteName(n)} text`).join(", ")}, ${quoteName(LINE)} bigint)`,
      );
      const counts = { read: 0, kept: 0, limited: false };
      const records = readRecords(open.source, found, columns, {
        ragged: ragged ?? "reject",
        raw: false,
        signal,
      });
      const lines = copyLines(records, names.length, counts, { bad, limit });
      const copy = sandbox.client.query(copyFrom(`copy ${INPUT} from stdin (format text, encoding 'UTF8')`));
      await pipeline(Readable.from(lines), copy, { signal });
      const types = names.map((name) => ({ name, type: "text" }));
      return {
        table: { name: INPUT, columns: [...types, { name: LINE, type: "bigint" }], rows: counts.kept },
        read: counts.read,
        label: `${found.format}, ${names.length} columns`,
        limited: counts.limited,
      };
    } finally {
      await open.close();
    }
  } catch (error) {
    if (!(error instanceof ReaderError)) throw error;
    throw new TransformError("IN012", `the file cannot be read: ${error.message}`, {
      step: 0,
      hint: error.remedy,
      cause: error,
    });
  }
}

async function* copyLines(
  records: AsyncGenerator<ReaderRecord[]>,
  width: number,
  counts: { read: number; kept: number; limited: boolean },
  { bad, limit }: { bad: "fail" | "skip"; limit: number | null },
): AsyncGenerator<string> {
  const wrong: { line: number; message: string }[] = [];
  for await (const batch of records) {
    let text = "";
    for (const { line, fields, problem } of batch) {
      if (limit !== null && counts.kept >= limit) {
        counts.limited = true;
        break;
      }
      counts.read++;
      if (problem !== undefined) {
        if (wrong.length < MAX_BAD_SAMPLE) wrong.push({ line, message: problem.message });
        if (bad === "fail") throw unreadable(wrong);
        continue;
      }
      if (++counts.kept > MAX_STEP_ROWS) throw tooMany(0);
      for (let i = 0; i < width; i++) text += `${cell(fields[i] ?? null)}\t`;
      text += `${line}\n`;
    }
    if (text !== "") yield text;
    if (counts.limited) return;
  }
}

function unreadable(wrong: { line: number; message: string }[]): TransformError {
  const { line, message } = wrong[0]!;
  return new TransformError("IN068", `line ${line} of the file cannot be read`, {
    step: 0,
    hint: 'Correct it, or declare the input with "ragged": "repair" or "bad_records": "skip".',
    position: line,
    told: message,
    sample: wrong,
  });
}

export function tooMany(step: number): TransformError {
  return new TransformError("IN069", `step ${step} makes more than ${MAX_STEP_ROWS} rows`, {
    step,
    hint: "Filter before it, or check the join's or the SQL's conditions.",
  });
}

/** The select of a dataset's own columns; of the rows in the part, where a field says which. */
export async function datasetSelect(
  sandbox: Sandbox,
  dataset: string,
  field: string | undefined,
  limit: number | null,
): Promise<string> {
  const columns = (await datasetColumns(sandbox, dataset, 0)).filter(
    (c) => !RESERVED_FIELD_NAMES.has(c.name),
  );
  if (field !== undefined && !columns.some((c) => c.name === field))
    throw new TransformError("IN065", `the dataset ${dataset} has no column ${field} for the range`, {
      step: 0,
      hint: "Name one of its columns as the range's field.",
    });
  const list = columns.map((c) => quoteName(c.name)).join(", ");
  const from = `${sandbox.schema}.${quoteName(dataset)}${within(sandbox.part, field)}`;
  return `select ${list} from ${from}${limit === null ? "" : ` limit ${limit}`}`;
}
