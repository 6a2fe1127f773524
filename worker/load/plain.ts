/**
 * The fast road: bytes that COPY reads as the reader does go into it as they are, the two halves of the file over two
 * connections. Lines are numbered by the table. Whatever shows that the bytes are not that plain after all (a quote, a
 * ragged line, bytes that are no UTF-8) sends the file over the tolerant road from its beginning.
 */
import { Readable } from "node:stream";
import { AppError, isPgError } from "../../lib/errors.ts";
import { bufferSource, type ReaderRecord, readRecords } from "../readers/index.ts";
import { runCopy, withClient } from "./copy.ts";
import type { Heart } from "./lease.ts";
import { countLines, fetchLines } from "./lines.ts";
import { query } from "./session.ts";
import type { LoadContext, Run, StagedFile } from "./types.ts";

/** The bytes are not what COPY reads as the reader does. */
export class NotPlain extends Error {}

/** Longest line that is looked for at the split and for the header, and that is sent to COPY: it holds lines whole. */
const MAX_LINE = 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;
const QUOTE = 0x22;
const LF = 0x0a;
const BACKSLASH = 0x5c;
const LETTER_N = 0x4e;
const NULL_MARK = Buffer.from("\\N");

/** A stretch of whole lines. */
interface Part {
  start: number;
  end: number;
  firstLine: number;
}

/** True where the bytes may be tried as they are. */
export function mayBePlain(staged: StagedFile): boolean {
  const { inspection, columns, source, fields, mapping } = staged;
  return (
    inspection.plain &&
    columns.length > 1 &&
    source.size !== null &&
    // Tokens of its own in a text column are the reader's to find.
    !fields.some(
      (field) => field.type === "text" && field.null_tokens !== null && mapping.includes(field.name),
    )
  );
}

/** Offset behind the line that `from` is part of. */
async function lineEnd(staged: StagedFile, from: number, size: number): Promise<number> {
  if (from >= size) return size;
  const stream = await staged.source.open(from, Math.min(size, from + MAX_LINE));
  let at = from;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const found = chunk.indexOf(LF);
    if (found >= 0) {
      stream.destroy();
      return at + found + 1;
    }
    at += chunk.length;
  }
  if (at >= size) return size;
  throw new NotPlain("a line is too long");
}

/** Offset and number of the first record's line. */
async function firstRecord(staged: StagedFile): Promise<{ start: number; firstLine: number }> {
  const header = staged.inspection.dialect.headerLines;
  return { start: header > 0 ? await lineEnd(staged, 0, staged.source.size!) : 0, firstLine: header + 1 };
}

/** Where the file is cut, and with which line the second part begins. */
async function cut(staged: StagedFile, heart: Heart): Promise<[Part, Part]> {
  const size = staged.source.size!;
  const { start, firstLine } = await firstRecord(staged);
  const middle = await lineEnd(staged, start + Math.floor((size - start) / 2), size);
  const lines = await countLines(staged.source, start, middle, heart.signal);
  return [
    { start, end: middle, firstLine },
    { start: middle, end: size, firstLine: firstLine + lines },
  ];
}

/** Bytes on their way, turned back where they are not plain. */
async function* guarded(staged: StagedFile, part: Part): AsyncGenerator<Buffer> {
  const stream = await staged.source.open(part.start, part.end);
  let last = 0;
  let open = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      const end = chunk.lastIndexOf(LF);
      open = end < 0 ? open + chunk.length : chunk.length - end - 1;
      if (open > MAX_LINE) throw new NotPlain("a line is too long");
      if (chunk.includes(QUOTE)) throw new NotPlain("there are quotes");
      // \N is null to the reader and two letters to COPY's csv.
      if (chunk.includes(NULL_MARK) || (last === BACKSLASH && chunk[0] === LETTER_N)) {
        throw new NotPlain("there are null marks");
      }
      last = chunk[chunk.length - 1] ?? 0;
      yield chunk;
    }
  } finally {
    stream.destroy();
  }
}

/** Lands the file: how many rows are in, and the lines that COPY set aside. Throws NotPlain where it must go over the tolerant road. */
export async function landPlain(
  context: LoadContext,
  run: Run,
  staged: StagedFile,
  heart: Heart,
  logged: boolean,
): Promise<{ copied: number; lines: number[] }> {
  const [first, second] = await cut(staged, heart);
  const inFirst = second.firstLine - first.firstLine;
  const rows = await query<{ name: string }>(
    context,
    run,
    "select ingest.create_landing($1, $2, $3, 'typed', $4, $5, $6) as name",
    // The first session takes one number before its first line's, so that the second one gets the next block.
    [run.id, run.lease_generation, staged.mapping, first.firstLine - 1, inFirst + 1, logged],
  );
  const table = rows[0]!.name;
  const list = staged.mapping.map((name, i) => (name === null ? `x${i + 1}$` : `"${name}"`)).join(", ");
  const delimiter = staged.inspection.dialect.delimiter.replace("'", "''");
  const sql = `copy ${table} (${list}) from stdin (format csv, delimiter '${delimiter}', null '', encoding 'UTF8', on_error ignore, log_verbosity verbose)`;

  let firstIsNumbered: () => void = () => undefined;
  const numbered = new Promise<void>((resolve) => {
    firstIsNumbered = resolve;
  });
  let inside = 0;
  const send = (part: Part): Promise<number[]> =>
    withClient(context.pool, async (client) => {
      if (part === first) await client.query("select nextval(pg_get_serial_sequence($1, 'line$'))", [table]);
      firstIsNumbered();
      const bytes = Readable.from(guarded(staged, part), { objectMode: false, highWaterMark: CHUNK_BYTES });
      const { copied, skipped } = await runCopy(client, sql, bytes);
      const { rows: last } = await client.query<{ last: string }>("select lastval() as last");
      // Every line must have used up its number, a skipped one too, or the numbers are not the file's.
      const lines = copied + skipped.length;
      if (
        Number(last[0]!.last) !== part.firstLine + lines - 1 ||
        (part === first && lines !== inFirst && second.start < second.end)
      ) {
        throw new NotPlain("COPY counted other lines than the file has");
      }
      inside += copied;
      return skipped.map((k) => part.firstLine + k - 1);
    });
  const results = await Promise.allSettled([
    send(first).finally(firstIsNumbered),
    numbered.then(() => (second.end > second.start ? send(second) : [])),
  ]);
  for (const result of results) if (result.status === "rejected") throw plainReason(result.reason);
  const lines = results
    .flatMap((result) => (result.status === "fulfilled" ? result.value : []))
    .sort((a, b) => a - b);
  return { copied: inside, lines };
}

/** Data that COPY refuses as a whole is the tolerant road's business; anything else is an error. */
function plainReason(error: unknown): unknown {
  return isPgError(error) && /^(22|54)/.test(error.code)
    ? new NotPlain(error.message, { cause: error })
    : error;
}

/** The records on the given lines (ascending) of a plain file, read with all tolerance. */
export async function* recordsAt(staged: StagedFile, lines: readonly number[]): AsyncGenerator<ReaderRecord> {
  const dialect = { ...staged.inspection.dialect, headerLines: 0, preambleLines: 0, footnoteLines: 0 };
  const { start, firstLine } = await firstRecord(staged);
  let passed = 0;
  for await (const bytes of fetchLines(staged.source, start, firstLine, lines)) {
    const before = passed;
    for await (const batch of readRecords(bufferSource(bytes), dialect, staged.columns)) {
      for (const record of batch) {
        passed = before + record.line;
        yield { ...record, line: lines[passed - 1]! };
      }
    }
  }
  if (passed !== lines.length) {
    throw new AppError("IN014", "lines that were set aside were not found again", {
      hint: "The file is landed again.",
    });
  }
}
