/** Realistic tables in many dialects, with preambles and without headers: the dialect is found, the table comes back. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inspect } from "../../worker/readers/inspect.ts";
import { readRecords } from "../../worker/readers/records.ts";
import { bufferSource } from "../../worker/readers/source.ts";
import { type Dialect, type Inspection, ReaderError } from "../../worker/readers/types.ts";
import { type Cell, encode, PLAIN, writeTable } from "../support/messy-csv.ts";

const WORDS = [
  "red",
  "large",
  "Bolt",
  "M8",
  "hex, zinc",
  'said "no"',
  "old; new",
  "it's",
  "Nürnberg",
  "Côte d'Or",
  "a|b",
  "line\nbreak",
  "x y z",
];

const rowOf = fc
  .record({
    id: fc.integer({ min: 1, max: 99999 }),
    name: fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 3 }).map((words) => words.join(" ")),
    day: fc.date({ min: new Date("1990-01-01"), max: new Date("2030-01-01"), noInvalidDate: true }),
    amount: fc.option(fc.integer({ min: -99999, max: 999999 }), { nil: null, freq: 8 }),
    code: fc.constantFrom("AB-1", "CD-22", "EF-333"),
  })
  .map(({ id, name, day, amount, code }): Cell[] => [
    String(id),
    name,
    day.toISOString().slice(0, 10),
    amount === null ? null : (amount / 100).toFixed(2),
    code,
  ]);

const rowsOf = (least: number): fc.Arbitrary<Cell[][]> =>
  fc.array(rowOf, { minLength: least, maxLength: 40 });
const HEADER = ["id", "product name", "ordered", "amount", "code"];

async function detect(bytes: Buffer): Promise<{ inspection: Inspection; rows: Cell[][] }> {
  const source = bufferSource(bytes);
  const inspection = await inspect(source);
  const rows: Cell[][] = [];
  for await (const batch of readRecords(source, inspection.dialect, inspection.columns)) {
    for (const record of batch) if (record.problem === undefined) rows.push(record.fields);
  }
  return { inspection, rows };
}

const dialects: fc.Arbitrary<Dialect> = fc
  .record({
    delimiter: fc.constantFrom(",", ";", "\t", "|", "||", ", ", "~", "^", "#", "::", "~|~", "\u0001"),
    quote: fc.constantFrom('"', '"', "'"),
    backslash: fc.boolean(),
    recordTerminator: fc.constantFrom("\n", "\r\n", "\r") as fc.Arbitrary<"\n" | "\r\n" | "\r">,
    encoding: fc.constantFrom("utf-8", "utf-8", "utf-16le", "utf-16be", "windows-1252"),
    bom: fc.boolean(),
  })
  .map(({ backslash, ...rest }) => ({ ...PLAIN, ...rest, escape: backslash ? "\\" : rest.quote }));

// Detection weighs signs, so that a table made to mislead exists for every rule: the seed is fixed.
describe("dialect and table are found", () => {
  it("with a header, in any dialect and encoding", async () => {
    await fc.assert(
      fc.asyncProperty(rowsOf(4), dialects, fc.boolean(), async (rows, dialect, always) => {
        // Without a mark, only enough text tells UTF-16 apart; windows-1252 has no mark.
        const bom = dialect.encoding !== "windows-1252" && (dialect.bom || dialect.encoding !== "utf-8");
        const bytes = encode(writeTable([HEADER, ...rows], dialect, always), dialect.encoding, bom);
        const found = await detect(bytes);
        expect(found.inspection.columns).toEqual(HEADER);
        expect(found.rows).toEqual(rows);
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it("without a header", async () => {
    await fc.assert(
      fc.asyncProperty(rowsOf(4), fc.constantFrom(",", ";", "\t", "|"), async (rows, delimiter) => {
        const found = await detect(Buffer.from(writeTable(rows, { ...PLAIN, delimiter })));
        expect(found.inspection.columns).toEqual([
          "column_1",
          "column_2",
          "column_3",
          "column_4",
          "column_5",
        ]);
        expect(found.rows).toEqual(rows);
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it("below a preamble and above footnotes", async () => {
    const preambles = fc.array(
      fc.constantFrom(
        "Sales report",
        "Created 2026-01-05, by finance",
        "",
        "# comment",
        "Region: all",
        ",,,,",
        "Title,,,,",
      ),
      { maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(rowsOf(6), preambles, fc.boolean(), async (rows, preamble, footnote) => {
        const head = preamble.map((line) => `${line}\n`).join("");
        const foot = footnote ? "\nSource: the finance department\n" : "";
        const found = await detect(Buffer.from(head + writeTable([HEADER, ...rows], PLAIN) + foot));
        expect(found.inspection.columns).toEqual(HEADER);
        expect(found.rows).toEqual(rows);
        expect(found.inspection.dialect.footnoteLines).toBe(footnote ? 1 : 0);
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  it("with several header rows, whose names are joined and span columns", async () => {
    const head = "Order,,,Money,\nid,product name,ordered,amount,code\n";
    const rows = Array.from({ length: 8 }, (_, k) => [String(k), `thing ${k}`, "2026-01-02", "1.50", "AB-1"]);
    const { inspection } = await detect(Buffer.from(head + writeTable(rows, PLAIN)));
    expect(inspection.dialect.headerLines).toBe(2);
    expect(inspection.columns).toEqual([
      "Order id",
      "Order product name",
      "Order ordered",
      "Money amount",
      "Money code",
    ]);
  });
});

describe("what is found is told", () => {
  it("names delimiter, quote, encoding and header in sentences", async () => {
    const { inspection } = await detect(Buffer.from("id;name\n1;a\n2;b\n"));
    expect(inspection.evidence.join("\n")).toMatchInlineSnapshot(`
      "encoding utf-8: every byte looked at is ASCII
      delimiter ";": 3 of 3 records looked at have 2 fields
      quote "\\"", escaped by doubling it
      1 header line: text above 1 columns of numbers, dates, times or links"
    `);
    expect(inspection.plain).toBe(true);
  });

  it("takes overrides as they are", async () => {
    const source = bufferSource(Buffer.from("a,b;c\n1,2;3\n"));
    const inspection = await inspect(source, { delimiter: ",", headerLines: 0 });
    expect(inspection.columns).toEqual(["column_1", "column_2"]);
    expect(inspection.sample).toEqual([
      ["a", "b;c"],
      ["1", "2;3"],
    ]);
  });

  it("knows the ways of other programs: row names, trailing delimiters, left-out fields", async () => {
    const rowNames = await detect(Buffer.from('"mpg","cyl"\n"Mazda",21.0,6\n"Fiat",32.4,4\n'));
    expect(rowNames.inspection.columns).toEqual(["column_1", "mpg", "cyl"]);
    const trailing = await detect(Buffer.from("id|name|n\n1|a|5|\n2|b|6|\n"));
    expect(trailing.inspection.columns).toEqual(["id", "name", "n"]);
    expect(trailing.rows).toEqual([
      ["1", "a", "5"],
      ["2", "b", "6"],
    ]);
    const short = await detect(Buffer.from("id,day,n,note,extra\n1,2026-01-01,5\n2,2026-01-02,6\n"));
    expect(short.rows[0]).toEqual(["1", "2026-01-01", "5", null, null]);
  });

  it("takes a header alone for a table without rows, and one line of values for a row", async () => {
    const header = await detect(Buffer.from("id,name,day\n"));
    expect([header.inspection.columns, header.rows]).toEqual([["id", "name", "day"], []]);
    const row = await detect(Buffer.from("1,Anna,2026-01-01\n"));
    expect(row.rows).toEqual([["1", "Anna", "2026-01-01"]]);
  });

  it("leaves dates, times, numbers, addresses, names and titles of a single column whole", async () => {
    for (const [header, ...values] of [
      ["day", "2019-06-05", "2019-06-15", "2019-06-25"],
      ["d", "12/17/23", "12/14/23"],
      ["ts", "2020-01-01 01:02:03"],
      ["time", "15:02:37.143", "15:02:38.001"],
      ["phone", "+318855443322", "+552244331122"],
      ["mail", "a.b@example.org", "c-d@example.org"],
    ]) {
      const { inspection, rows } = await detect(Buffer.from(`${[header, ...values].join("\n")}\n`));
      expect(inspection.columns).toEqual([header]);
      expect(rows).toEqual(values.map((value) => [value]));
    }
    for (const [header, ...values] of [
      ["Job Title", "Administrator", "Assistant Analyst", "Associate Director", "Head of Data and IT"],
      ["Name", "John Smith", "Mary Jones", "Ann Lee"],
      ["Product", "Samsung Galaxy S21 128GB", "Apple iPhone 13", "Google Pixel 7 Pro 256GB", "Nokia 3310"],
      ["list", "a bb ccc"],
    ]) {
      const { inspection, rows } = await detect(Buffer.from(`${[header, ...values].join("\n")}\n`));
      expect(inspection.columns).toEqual([header]);
      expect(rows).toEqual(values.map((value) => [value]));
    }
    const spaces = await detect(Buffer.from("2026-01-02 alpha 5\n2026-01-03 beta 7\n"));
    expect(spaces.rows[1]).toEqual(["2026-01-03", "beta", "7"]);
    const quoted = await detect(Buffer.from('amount\n"100,000.00"\n"1 of 3, or so"\n"30,0,0.4"\n'));
    expect(quoted.rows).toEqual([["100,000.00"], ["1 of 3, or so"], ["30,0,0.4"]]);
    const clock = await detect(Buffer.from("from,to\n10:00,11:30\n12:00,13:30\n"));
    expect(clock.inspection.columns).toEqual(["from", "to"]);
  });

  it("takes one line in brackets for JSON, and says where that is damaged", async () => {
    for (const text of ["{'a': 0}", "[1 true]", '{"a"', '[{"a": 1}', "[2.e+3]"])
      await expect(inspect(bufferSource(Buffer.from(text)))).rejects.toMatchObject({
        code: expect.stringMatching(/^(?:damaged|unsupported_format)$/),
      });
  });

  it("refuses what is no table, with a code and a remedy", async () => {
    const refused: [Buffer, string][] = [
      [Buffer.alloc(0), "empty_file"],
      [Buffer.from("\n\n  \n"), "empty_file"],
      [Buffer.from([0x1f, 0x8b, 8, 0, 0]), "unsupported_format"],
      [Buffer.from(Array.from({ length: 600 }, (_, i) => (i * 7) % 256)), "unsupported_format"],
      [Buffer.from("PK\u0003\u0004xlsx"), "damaged"],
      [Buffer.from("[[1,\n2]]"), "unsupported_format"],
      [Buffer.from([0xff, 0xfe, 0, 0, 65, 0, 0, 0]), "unsupported_encoding"],
    ];
    for (const [bytes, code] of refused) {
      const error = await inspect(bufferSource(bytes)).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ReaderError);
      expect(error).toMatchObject({ code, remedy: expect.stringMatching(/\.$/) });
    }
    await expect(inspect(bufferSource(Buffer.from("a,b\n")), { encoding: "klingon" })).rejects.toMatchObject({
      code: "unsupported_encoding",
    });
    await expect(inspect(bufferSource(Buffer.from("a,b\n")), { quote: "§" })).rejects.toMatchObject({
      code: "bad_dialect",
    });
  });
});
