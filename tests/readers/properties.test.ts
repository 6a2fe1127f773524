/** Any table, properly written in any dialect, comes back as it was, wherever its chunks are cut. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { copyStream } from "../../worker/readers/copy.ts";
import { inspect } from "../../worker/readers/inspect.ts";
import { plainStream, scanPlain } from "../../worker/readers/plain.ts";
import { readRecords } from "../../worker/readers/records.ts";
import { bufferSource } from "../../worker/readers/source.ts";
import type { ByteSource, Dialect, ReaderProblem } from "../../worker/readers/types.ts";
import { type Cell, encode, PLAIN, writeTable } from "../support/messy-csv.ts";

const dialects: fc.Arbitrary<Dialect> = fc
  .record({
    delimiter: fc.constantFrom(",", ";", "\t", "|", " ", "||", ", ", "~|~", ":", "\u0001", "§"),
    quote: fc.constantFrom('"', "'"),
    backslash: fc.boolean(),
    recordTerminator: fc.constantFrom("\n", "\r\n", "\r") as fc.Arbitrary<"\n" | "\r\n" | "\r">,
  })
  .map(({ delimiter, quote, backslash, recordTerminator }) => ({
    ...PLAIN,
    delimiter,
    quote,
    escape: backslash ? "\\" : quote,
    recordTerminator,
  }));

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom(",", ";", '"', "'", "\\", "\n", "\r", " ", "\t", "a", "1", "é", "|", "N", "."),
    maxLength: 12,
  }),
);
// NUL is refused by design, and a lone surrogate is no text; both have their own tests.
const cell: fc.Arbitrary<Cell> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 6, arbitrary: text.map((value) => value.replaceAll("\0", "").toWellFormed()) },
);

const tables = fc
  .integer({ min: 1, max: 5 })
  .chain((width) =>
    fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 12 }),
  );

async function readAll(
  source: ByteSource,
  dialect: Dialect,
  columns: string[],
): Promise<{ rows: Cell[][]; problems: ReaderProblem[] }> {
  const rows: Cell[][] = [];
  const problems: ReaderProblem[] = [];
  for await (const batch of readRecords(source, dialect, columns)) {
    for (const { fields, problem } of batch) {
      if (problem === undefined) rows.push(fields);
      else problems.push(problem);
    }
  }
  return { rows, problems };
}

/** What COPY (FORMAT text) makes of the bytes: records without their line numbers. */
function parseCopyText(bytes: Buffer): Cell[][] {
  const lines = bytes.toString("utf8").split("\n");
  expect(lines.pop()).toBe("");
  const letters: Record<string, string> = { n: "\n", r: "\r", t: "\t", "\\": "\\" };
  return lines.map((line) =>
    line
      .split("\t")
      .slice(1)
      .map((field) =>
        field === "\\N" ? null : field.replace(/\\(.)/gs, (_, letter: string) => letters[letter]!),
      ),
  );
}

/** Records that the reader passes over as blank lines. */
const visible = (rows: Cell[][]): Cell[][] => rows.filter((row) => row.length > 1 || row[0] !== null);

const names = (rows: Cell[][]): string[] => rows[0]!.map((_, index) => `c${index}`);

describe("round trip", () => {
  it("reads back any table in any dialect, however the bytes are chunked", async () => {
    await fc.assert(
      fc.asyncProperty(
        tables,
        dialects,
        fc.boolean(),
        fc.integer({ min: 1, max: 40 }),
        async (rows, dialect, always, chunk) => {
          const bytes = Buffer.from(writeTable(rows, { ...dialect, headerLines: 0 }, always));
          const read = await readAll(bufferSource(bytes, chunk), { ...dialect, headerLines: 0 }, names(rows));
          expect(read.problems).toEqual([]);
          expect(read.rows).toEqual(visible(rows));
        },
      ),
      { numRuns: 400 },
    );
  });

  it("sends the same to COPY", async () => {
    await fc.assert(
      fc.asyncProperty(tables, dialects, fc.integer({ min: 1, max: 40 }), async (rows, dialect, chunk) => {
        const bytes = Buffer.from(writeTable(rows, dialect));
        const options = { onProblem: (problem: ReaderProblem) => expect.fail(problem.message) };
        const stream = copyStream(
          bufferSource(bytes, chunk),
          { ...dialect, headerLines: 0 },
          names(rows),
          options,
        );
        const out: Buffer[] = [];
        for await (const block of stream) out.push(block as Buffer);
        expect(parseCopyText(Buffer.concat(out))).toEqual(visible(rows));
        expect(stream.stats.sent).toBe(visible(rows).length);
      }),
      { numRuns: 300 },
    );
  });

  it("gives the same in every encoding", async () => {
    const words = fc.string({ unit: fc.constantFrom("a", "é", "ß", "Z", "1", " ", ","), maxLength: 8 });
    const encodings = fc.constantFrom("utf-8", "utf-16le", "utf-16be", "windows-1252");
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(words, words), { minLength: 1 }),
        encodings,
        fc.boolean(),
        fc.integer({ min: 1, max: 9 }),
        async (rows, encoding, bom, chunk) => {
          const marked = bom && encoding !== "windows-1252";
          const dialect = { ...PLAIN, encoding, headerLines: 0 };
          const bytes = encode(writeTable(rows, dialect), encoding, marked);
          const read = await readAll(bufferSource(bytes, chunk), dialect, ["a", "b"]);
          expect(read.rows).toEqual(rows);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("damaged input", () => {
  it("decides the same wherever chunks end, and accounts for every record", async () => {
    const noise = fc.string({
      unit: fc.constantFrom(",", '"', "\n", "\r", "a", "b", "\\", " ", "\0", "é"),
      maxLength: 80,
    });
    await fc.assert(
      fc.asyncProperty(
        noise,
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom("\n", "\r") as fc.Arbitrary<"\n" | "\r">,
        async (content, chunk, recordTerminator) => {
          const dialect = { ...PLAIN, headerLines: 0, recordTerminator };
          const bytes = Buffer.from(content);
          const whole = await readAll(bufferSource(bytes), dialect, ["a", "b", "c"]);
          const cut = await readAll(bufferSource(bytes, chunk), dialect, ["a", "b", "c"]);
          expect(cut).toEqual(whole);
          for (const row of whole.rows) expect(row).toHaveLength(3);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("never fails on arbitrary bytes but with a typed error", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        const source = bufferSource(bytes);
        const inspection = await inspect(source).catch((error: unknown) => {
          expect(error).toHaveProperty("remedy");
          return null;
        });
        if (inspection !== null) await readAll(source, inspection.dialect, inspection.columns);
      }),
      { numRuns: 500 },
    );
  });
});

describe("plain bytes", () => {
  it("parts joined hold every record once, without the excluded ranges", async () => {
    const word = fc.string({ unit: fc.constantFrom("a", "b", "1", " ", '"'), minLength: 1, maxLength: 6 });
    const row = fc.oneof(
      { weight: 8, arbitrary: fc.tuple(word, word) },
      { weight: 1, arbitrary: fc.tuple(word) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 30, maxLength: 60 }),
        fc.integer({ min: 1, max: 4 }),
        async (rows, parts) => {
          const bytes = Buffer.from(writeTable([["h1", "h2"], ...rows], PLAIN));
          const source = bufferSource(bytes, 50);
          const scan = await scanPlain(source, PLAIN, ["h1", "h2"], { parts });
          const good = rows.filter((cells) => cells.length === 2);
          if (rows.length - good.length > rows.length / 10) {
            expect(scan.plain).toBe(false);
            return;
          }
          expect(scan.plain).toBe(true);
          const out: Buffer[] = [];
          for (const part of scan.parts) {
            for await (const block of plainStream(source, part, scan.excluded)) out.push(block as Buffer);
          }
          expect(Buffer.concat(out).toString()).toBe(writeTable(good, PLAIN));
          expect(scan.parts.reduce((sum, part) => sum + part.records, 0)).toBe(good.length);
          // The jumps give every record's line back.
          const lines = scan.parts.flatMap((part) =>
            Array.from({ length: part.records }, (_, n) => {
              const jump = part.jumps.findLast(({ ordinal }) => ordinal <= n)!;
              return jump.line + n - jump.ordinal;
            }),
          );
          expect(lines).toEqual(rows.flatMap((cells, index) => (cells.length === 2 ? [index + 2] : [])));
        },
      ),
      { numRuns: 100 },
    );
  });
});
