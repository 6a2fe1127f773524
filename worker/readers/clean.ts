/** Writes a file anew as plain CSV: UTF-8, commas, one header line, as the loader would read it. */
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type OpenFile, openFile, type Reading } from "./open.ts";
import { readRecords } from "./records.ts";
import { fileSource } from "./source.ts";
import {
  type ByteSource,
  type Inspection,
  type RaggedPolicy,
  ReaderError,
  type ReaderProblem,
} from "./types.ts";

/** Problems are listed up to this many; `rejected` counts them all. */
export const MAX_LISTED_PROBLEMS = 1000;

export interface CleanOptions {
  overrides?: Reading;
  /** Default "reject", as in a load; "repair" mends what repair.ts can. */
  ragged?: RaggedPolicy;
  signal?: AbortSignal;
}

export interface CleanResult {
  /** null: the file holds no record, and an empty file was written. */
  inspection: Inspection | null;
  rows: number;
  rejected: number;
  problems: ReaderProblem[];
}

/** One CSV line. null becomes the empty field, the empty text a quoted one, so that both come back as they were. */
export function csvLine(fields: readonly (string | null)[]): string {
  // A record of one null would be a blank line, which is no record.
  if (fields.length === 1 && fields[0] === null) return '""\n';
  return `${fields.map(csvField).join(",")}\n`;
}

function csvField(value: string | null): string {
  if (value === null) return "";
  if (value === "" || value === "\\N" || value === "\\.") return `"${value}"`;
  return /[",\r\n]|^\s|\s$/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/** The clean form of a source as chunks of text; counts and problems are gathered in `result`. */
export async function* cleanCsv(
  source: ByteSource,
  inspection: Inspection,
  result: CleanResult,
  options: CleanOptions = {},
): AsyncGenerator<string> {
  yield csvLine(inspection.columns);
  const { ragged = "reject", signal } = options;
  for await (const batch of readRecords(source, inspection.dialect, inspection.columns, { ragged, signal })) {
    const lines: string[] = [];
    for (const record of batch) {
      if (record.problem === undefined) {
        result.rows++;
        lines.push(csvLine(record.fields));
        continue;
      }
      result.rejected++;
      if (result.problems.length < MAX_LISTED_PROBLEMS) result.problems.push(record.problem);
    }
    if (lines.length > 0) yield lines.join("");
  }
}

/**
 * Writes `path` as plain UTF-8 comma CSV to `outPath` (in one step: the file appears when it is complete). A file
 * without records gives an empty file. Throws ReaderError for files that cannot be read at all.
 */
export async function writeClean(
  path: string,
  outPath: string,
  options: CleanOptions = {},
): Promise<CleanResult> {
  const source = await fileSource(path);
  const result: CleanResult = { inspection: null, rows: 0, rejected: 0, problems: [] };
  const partial = `${outPath}.partial`;
  let open: OpenFile | null = null;
  try {
    open = await openFile(source, options.overrides ?? {}, options.signal);
    result.inspection = open.inspection;
  } catch (error) {
    if (!(error instanceof ReaderError) || error.code !== "empty_file") throw error;
  }
  const text = open === null ? [] : cleanCsv(open.source, open.inspection, result, options);
  try {
    await pipeline(Readable.from(text), createWriteStream(partial));
    await rename(partial, outPath);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  } finally {
    await open?.close();
  }
  return result;
}
