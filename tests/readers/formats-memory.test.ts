/** Memory stays bounded in every format, whatever a file claims or repeats without end. */
import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { openContents } from "../../worker/readers/contents.ts";
import { inspect } from "../../worker/readers/inspect.ts";
import { readRecords } from "../../worker/readers/records.ts";
import { bufferSource } from "../../worker/readers/source.ts";
import type { ByteSource, Dialect, ReaderError } from "../../worker/readers/types.ts";
import { makeXlsx } from "../support/archives.ts";
import { growth } from "../support/memory.ts";
import { endlessSource, PLAIN } from "../support/messy-csv.ts";

const SIZE = 300 * 1024 * 1024;
const ALLOWED = 100 * 1024 * 1024;

interface Drained {
  records: number;
  rules: Set<string>;
  error: ReaderError | null;
}

async function drain(source: ByteSource, dialect: Dialect, columns: readonly string[]): Promise<Drained> {
  const result: Drained = { records: 0, rules: new Set(), error: null };
  try {
    for await (const batch of readRecords(source, dialect, columns)) {
      result.records += batch.length;
      for (const { problem } of batch) if (problem !== undefined) result.rules.add(problem.rule);
    }
  } catch (error) {
    result.error = error as ReaderError;
  }
  return result;
}

describe("bounded memory of formats", { timeout: 120_000 }, () => {
  it("json: a record of 300 MB is passed over, many records are not gathered", async () => {
    const dialect: Dialect = { ...PLAIN, format: "json", headerLines: 0, records: "" };
    const grown = await growth(async () => {
      const long = await drain(endlessSource('[{"a":1},{"a":"', "long ", SIZE, '"},{"a":2}]'), dialect, [
        "a",
      ]);
      expect([long.records, [...long.rules], long.error]).toEqual([3, ["too_long"], null]);
      const many = await drain(endlessSource("[", '{"a":1},', 10 * 1024 * 1024, "{}]"), dialect, ["a"]);
      expect(many.records).toBeGreaterThan(1_000_000);
    });
    expect(grown).toBeLessThan(ALLOWED);
  });

  it("xml: a text, a comment and a DOCTYPE without end are given up", async () => {
    const dialect: Dialect = { ...PLAIN, format: "xml", headerLines: 0, element: "r" };
    const grown = await growth(async () => {
      for (const head of ["<t><r>", "<t><!--", "<!DOCTYPE t [", "<t a='", "<t>"]) {
        const { error } = await drain(endlessSource(head, "long ", SIZE, ""), dialect, ["#text"]);
        expect(error).toMatchObject({ code: expect.stringMatching(/too_large|refused|damaged/) });
      }
      const inner = await drain(endlessSource("<t><r>", "<a>1</a>", SIZE, "</r></t>"), dialect, ["a"]);
      expect(inner.error).toMatchObject({
        code: "too_large",
        message: expect.stringMatching(/record 1 of the file/),
      });
    });
    expect(grown).toBeLessThan(ALLOWED);
  });

  it("xml: many records are not gathered", async () => {
    const dialect: Dialect = { ...PLAIN, format: "xml", headerLines: 0, element: "r" };
    const grown = await growth(async () => {
      const many = await drain(endlessSource("<t>", "<r><a>1</a></r>", 10 * 1024 * 1024, "</t>"), dialect, [
        "a",
      ]);
      expect(many.records).toBeGreaterThan(600_000);
    });
    expect(grown).toBeLessThan(ALLOWED);
  });

  it("fixed: a line of 300 MB is one problem", async () => {
    const dialect: Dialect = { ...PLAIN, format: "fixed", headerLines: 0, positions: [[0, 3]] };
    const grown = await growth(async () => {
      const { records, rules } = await drain(endlessSource("abc\n", "long ", SIZE, "\ndef\n"), dialect, [
        "a",
      ]);
      expect([records, [...rules]]).toEqual([3, ["too_long"]]);
    });
    expect(grown).toBeLessThan(ALLOWED);
  });

  it("gzip: what comes out lies on disk, and not more of it than the bounds allow", async () => {
    const text = gzipSync(
      `a,b\n${Array.from({ length: 3_000_000 }, (_, i) => `${(i * 2654435761) % 4294967296},x`).join("\n")}\n`,
    );
    const bomb = gzipSync(Buffer.alloc(SIZE));
    const grown = await growth(async () => {
      const { source, close } = await openContents(bufferSource(text));
      const { dialect, columns } = await inspect(source);
      expect((await drain(source, dialect, columns)).records).toBe(3_000_000);
      await close();
      await expect(openContents(bufferSource(bomb))).rejects.toMatchObject({ code: "too_large" });
    });
    expect(grown).toBeLessThan(ALLOWED);
  });

  it("xlsx: rows and shared texts are streamed", async () => {
    const rows = 200_000;
    const book = makeXlsx([
      {
        name: "S",
        rows: [["id", "text"], ...Array.from({ length: rows }, (_, i) => [i, `text number ${i}`])],
      },
    ]);
    const grown = await growth(async () => {
      const source = bufferSource(book);
      const { dialect, columns } = await inspect(source);
      let last: unknown;
      let count = 0;
      for await (const batch of readRecords(source, dialect, columns)) {
        count += batch.length;
        last = batch.at(-1)!.fields;
      }
      expect([count, last]).toEqual([rows, [String(rows - 1), `text number ${rows - 1}`]]);
    });
    expect(grown).toBeLessThan(ALLOWED);
  });

  it("parquet: a large row group is decoded in stretches, and lies about sizes are seen first", async () => {
    const count = 2_000_000;
    const bytes = Buffer.from(
      parquetWriteBuffer({
        columnData: ["a", "b", "c", "d"].map((name, c) => ({
          name,
          data: Int32Array.from({ length: count }, (_, i) => i * c),
        })),
        rowGroupSize: count,
        pageSize: 100_000,
      }),
    );
    const grown = await growth(async () => {
      const source = bufferSource(bytes);
      const { dialect, columns } = await inspect(source);
      expect((await drain(source, dialect, columns)).records).toBe(count);
    });
    expect(grown).toBeLessThan(ALLOWED);
  });
});
