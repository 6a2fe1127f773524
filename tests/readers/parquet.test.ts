/** Parquet: rows and types as the file declares them, exactly; what is broken is refused before it costs memory. */
import type { SchemaElement } from "hyparquet";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { inspect } from "../../worker/readers/inspect.ts";
import { withoutEmptyGroups } from "../../worker/readers/parquet.ts";
import { readRecords } from "../../worker/readers/records.ts";
import { fileSource } from "../../worker/readers/source.ts";
import { propose, readAll, refusal } from "../support/reading.ts";

const file = (...args: Parameters<typeof parquetWriteBuffer>): Buffer =>
  Buffer.from(parquetWriteBuffer(...args));

const SMALL = file({
  columnData: [
    { name: "id", data: [1, 2, 3], type: "INT32" },
    { name: "zip", data: ["007", "12", null], type: "STRING" },
  ],
});

describe("parquet", () => {
  it("carries the declared types over and keeps values exact", async () => {
    const bytes = file({
      columnData: [
        { name: "small", data: [1, -2, null], type: "INT32" },
        { name: "big", data: [9007199254740993n, -1n, null], type: "INT64" },
        { name: "ratio", data: [0.1, 1e21, Number.NaN], type: "DOUBLE" },
        {
          name: "single",
          data: [0.1, 16777216, null].map((v) => (v === null ? null : Math.fround(v))),
          type: "FLOAT",
        },
        { name: "yes", data: [true, false, null], type: "BOOLEAN" },
        { name: "code", data: ["007", "NA", "é\t"], type: "STRING" },
        {
          name: "at",
          data: [new Date("2026-03-04T05:06:07.008Z"), new Date("1969-12-31T23:59:59Z"), null],
          type: "TIMESTAMP",
        },
        { name: "doc", data: [{ a: 1 }, [1, 2], null], type: "JSON" },
      ],
    });
    const { types, rows, evidence, contract } = await propose(bytes);
    expect(types).toEqual({
      small: "integer",
      big: "bigint",
      ratio: "numeric",
      single: "numeric",
      yes: "boolean",
      code: "text",
      at: "timestamptz",
      doc: "jsonb",
    });
    expect(rows).toEqual([
      ["1", "9007199254740993", "0.1", "0.1", "true", "007", "2026-03-04 05:06:07.008000Z", '{"a":1}'],
      ["-2", "-1", "1e+21", "16777216", "false", "NA", "1969-12-31 23:59:59Z", "[1,2]"],
      [null, null, "NaN", null, null, "é\t", null, null],
    ]);
    expect(evidence.join("\n")).toMatch(/types as the file declares them: small INT32, big INT64/);
    expect(contract.evidence.code!.text).toMatch(/^text, as the parquet file declares/);
  });

  it("reads decimals by their digits and dates, times and identifiers by their logical type", async () => {
    const bytes = file({
      schema: [
        { name: "root", num_children: 4 },
        {
          name: "price",
          type: "INT64",
          converted_type: "DECIMAL",
          precision: 18,
          scale: 2,
          repetition_type: "OPTIONAL",
        },
        { name: "day", type: "INT32", converted_type: "DATE", repetition_type: "OPTIONAL" },
        {
          name: "clock",
          type: "INT64",
          logical_type: { type: "TIME", isAdjustedToUTC: true, unit: "MICROS" },
          repetition_type: "REQUIRED",
        },
        { name: "unsigned", type: "INT32", converted_type: "UINT_32", repetition_type: "REQUIRED" },
      ],
      columnData: [
        { name: "price", data: [92547409.93, -0.05, null] },
        { name: "day", data: [new Date("2026-02-28"), new Date("1900-01-01"), null] },
        { name: "clock", data: [0n, 3_723_000_001n, 86_399_999_999n] },
        { name: "unsigned", data: [1, 4294967295, 0] },
      ],
    });
    const { types, rows } = await propose(bytes);
    expect(types).toEqual({ price: "numeric(18,2)", day: "date", clock: "time", unsigned: "bigint" });
    expect(rows).toEqual([
      ["92547409.93", "2026-02-28", "00:00:00", "1"],
      ["-0.05", "1900-01-01", "01:02:03.000001", "4294967295"],
      [null, null, "23:59:59.999999", "0"],
    ]);
  });

  it("keeps moments exact that a number does not hold", async () => {
    const at = ["9999-12-31T23:59:59.999Z", "1500-02-28T00:00:00.001Z", "2026-01-01T00:00:00Z"];
    const { rows } = await readAll(
      file({ columnData: [{ name: "at", data: at.map((text) => new Date(text)), type: "TIMESTAMP" }] }),
    );
    expect(rows.flat()).toEqual([
      "9999-12-31 23:59:59.999000Z",
      "1500-02-28 00:00:00.001000Z",
      "2026-01-01 00:00:00Z",
    ]);
  });

  it("takes no group without columns for a column, nor the root for a list", () => {
    const element = (name: string, more: object = {}) => ({ name, ...more }) as SchemaElement;
    const schema = withoutEmptyGroups([
      element("root", { num_children: 3, repetition_type: "REPEATED" }),
      element("id", { type: "INT64" }),
      element("nested", { num_children: 1 }),
      element("inner", { num_children: 0 }),
      element("more", { type: "INT32" }),
    ]);
    expect(schema).toEqual([
      { name: "root", num_children: 2, repetition_type: undefined },
      { name: "id", type: "INT64" },
      { name: "more", type: "INT32" },
    ]);
  });

  it("reads stretches of large row groups like the whole, and single rows by number", async () => {
    const count = 300_000;
    const columns = Array.from({ length: 12 }, (_, c) => ({
      name: `c${c}`,
      data: Int32Array.from({ length: count }, (_, i) => i * (c + 1)),
    }));
    const bytes = file({ columnData: columns, rowGroupSize: count, pageSize: 50_000 });
    const { records } = await readAll(bytes);
    expect(records).toHaveLength(count);
    for (const at of [0, 1, 77_777, count - 1]) {
      expect(records[at]).toMatchObject({
        line: at + 1,
        fields: columns.map((_, c) => String(at * (c + 1))),
      });
    }
  });

  it("finds single rows again, and marks a NUL that PostgreSQL cannot hold", async () => {
    const bytes = file({ columnData: [{ name: "a", data: ["x", "n\0l", "z"], type: "STRING" }] });
    const { records } = await readAll(bytes);
    expect(records.map((record) => record.problem?.rule)).toEqual([undefined, "nul_byte", undefined]);
    expect(records[2]).toMatchObject({ line: 3, raw: '{"a":"z"}' });
  });

  it("reads a real file of three million rows", { timeout: 60_000 }, async () => {
    const source = await fileSource("node_modules/vega-datasets/data/flights-3m.parquet");
    const { dialect, columns, types } = await inspect(source);
    expect(types).toEqual(["timestamptz", "bigint", "bigint", "text", "text"]);
    let rows = 0;
    let last: unknown;
    for await (const batch of readRecords(source, dialect, columns, { raw: false })) {
      rows += batch.length;
      last = batch.at(-1);
    }
    expect(rows).toBe(3_000_000);
    expect(last).toMatchObject({ line: 3_000_000 });
    const wanted = [1, 272_728, 2_999_999];
    const found = [];
    for await (const batch of readRecords(source, dialect, columns, { onlyLines: wanted }))
      found.push(...batch);
    expect(found.map((record) => record.line)).toEqual(wanted);
  });

  it("refuses what is broken, wherever it is broken, and never fails otherwise", async () => {
    const cut = SMALL.subarray(0, SMALL.length - 10);
    expect(await refusal(cut)).toMatchObject({
      code: "damaged",
      message: expect.stringMatching(/footer.*missing/),
    });
    const long = Buffer.from(SMALL);
    long.writeUInt32LE(0x7fffffff, long.length - 8);
    expect(await refusal(long)).toMatchObject({
      code: "damaged",
      message: expect.stringMatching(/footer is longer/),
    });
    const encrypted = Buffer.from(SMALL);
    encrypted.write("PARE", encrypted.length - 4);
    expect(await refusal(encrypted)).toMatchObject({
      code: "refused",
      message: expect.stringMatching(/encrypted/),
    });
    expect(await refusal(file({ columnData: [{ name: "a", data: [], type: "INT32" }] }))).toMatchObject({
      code: "empty_file",
    });
    // Each byte changed in turn: a typed error, or rows.
    const codes = new Set<string>();
    for (let at = 4; at < SMALL.length; at++) {
      for (const change of [0xff, 0x01, 0x80]) {
        const bytes = Buffer.from(SMALL);
        bytes[at]! ^= change;
        const error = await readAll(bytes).then(
          () => null,
          (thrown: unknown) => thrown as { code: string; name: string },
        );
        if (error === null) continue;
        expect(error.name, `byte ${at}: ${String(error)}`).toBe("ReaderError");
        codes.add(error.code);
      }
    }
    expect([...codes]).toContain("damaged");
  });
});
