/** Files of every format through the whole load: typed rows, types as files declare them, rejected rows with reasons. */
import { gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeXlsx, makeZip } from "../support/archives.ts";
import { type Bench, countsOf, createLoader, declare } from "./support.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await createLoader();
});
afterAll(() => bench.close());

const types = (name: string) =>
  bench.query<{ name: string; type: string }>(
    `select f.name, f.type from data.fields f join data.datasets d on (d.org_id, d.id) = (f.org_id, f.dataset_id)
      where d.name = $1 order by f.position`,
    [name],
  );

describe("formats through a load", () => {
  const csv = "id,amount\n1,1.50\n2,2.25\n";
  const xml = "<t><r id='1'><amount>1.50</amount></r><r id='2'><amount>2.25</amount></r></t>";
  const json = '{"page": 1, "rows": [{"id": 1, "amount": 1.50}, {"id": 2, "amount": 2.25}]}';
  const fixed = "id  amount\n1     1.50\n2     2.25\n3     1.00\n4     1.00\n";
  const xlsx = makeXlsx([
    {
      name: "S",
      rows: [
        ["id", "amount"],
        [1, 1.5],
        [2, 2.25],
      ],
    },
  ]);
  const files: [string, string | Uint8Array, number][] = [
    ["gzip", gzipSync(csv), 2],
    ["zip", makeZip([{ name: "a.csv", data: csv }]), 2],
    ["xml", xml, 2],
    ["json", json, 2],
    ["fixed", fixed, 4],
    ["xlsx", xlsx, 2],
    ["zipped_xlsx", makeZip([{ name: "a.xlsx", data: xlsx }]), 2],
  ];
  for (const [name, bytes, rows] of files) {
    it(name, async () => {
      const run = await bench.load(name, bytes, { key: ["id"] });
      expect(run.error).toBeNull();
      expect(countsOf(run)).toMatchObject({ read: rows, inserted: rows, rejected: 0 });
      const found = await bench.query(
        `select id, amount::float8 as amount from org_acme.${name} order by id limit 2`,
      );
      expect(found).toEqual([
        { id: 1, amount: 1.5 },
        { id: 2, amount: 2.25 },
      ]);
    });
  }

  it("parquet, with its declared types, and again with nothing changed", async () => {
    const columnData = [
      { name: "id", data: [1n, 2n, 3n], type: "INT64" as const },
      { name: "zip", data: ["007", "12", null], type: "STRING" as const },
      { name: "at", data: [new Date(0), new Date(1e12), null], type: "TIMESTAMP" as const },
    ];
    const run = await bench.load("parquet", new Uint8Array(parquetWriteBuffer({ columnData })), {
      key: ["id"],
    });
    expect(countsOf(run)).toMatchObject({ read: 3, inserted: 3, rejected: 0 });
    expect(await types("parquet")).toEqual([
      { name: "id", type: "bigint" },
      { name: "zip", type: "text" },
      { name: "at", type: "timestamptz" },
    ]);
    const again = new Uint8Array(
      parquetWriteBuffer({ columnData, kvMetadata: [{ key: "written", value: "again" }] }),
    );
    expect(countsOf(await bench.load("parquet", again))).toMatchObject({ read: 3, unchanged: 3 });
  });

  it("numbers and dates as a country writes them, into a contract's typed columns only", async () => {
    await declare(
      bench,
      "lokal",
      [
        { name: "id", type: "integer" },
        { name: "betrag", type: "numeric" },
        { name: "tag", type: "date" },
        { name: "text", type: "text" },
      ],
      ["id"],
    );
    const more = Array.from({ length: 97 }, (_, i) => `${i + 3};${i},5;1.1.2026;x\n`).join("");
    const text = `id;betrag;tag;text\n1;1.234,5;31.12.2026;1,5\n2;2,5;01.02.2026;2,5\n${more}100;viel;1.1.2026;x\n`;
    const run = await bench.load("lokal", text);
    expect(countsOf(run)).toMatchObject({ read: 100, inserted: 99, rejected: 1 });
    expect(
      await bench.query("select id, betrag, tag::text, text from org_acme.lokal where id < 3 order by id"),
    ).toEqual([
      { id: 1, betrag: "1234.5", tag: "2026-12-31", text: "1,5" },
      { id: 2, betrag: "2.5", tag: "2026-02-01", text: "2,5" },
    ]);
  });

  it("what cannot be opened fails the run with what, where and what to do", async () => {
    const run = await bench.load("broken", gzipSync(csv).subarray(0, 30));
    expect(run.status).toBe("failed");
    expect(run.error).toMatchObject({
      code: "IN012",
      message: expect.stringMatching(/gzip file is damaged/),
      hint: "Upload it again, whole.",
    });
  });
});
