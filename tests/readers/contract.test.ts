/** Names and types proposed from values: only what PostgreSQL takes for every value, with the reason beside it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inferContract } from "../../lib/contract/infer.ts";
import { datasetName, fieldNames, MAX_FIELD_NAME } from "../../lib/contract/names.ts";
import type { ContractProposal } from "../../lib/contract/types.ts";

async function infer(
  columns: Record<string, (string | null)[]>,
  maxRows?: number,
): Promise<ContractProposal> {
  const names = Object.keys(columns);
  const length = Math.max(...names.map((name) => columns[name]!.length));
  const rows = Array.from({ length }, (_, row) => ({
    line: row + 2,
    fields: names.map((name) => columns[name]![row] ?? null),
  }));
  return inferContract([rows], names, { maxRows });
}

async function typeOf(...values: (string | null)[]): Promise<string> {
  return (await infer({ value: values })).fields[0]!.type;
}

describe("types", () => {
  it.each([
    ["integer", ["1", "-5", "2147483647"]],
    ["bigint", ["1", "2147483648"]],
    ["numeric", ["1", "9223372036854775808"]],
    ["numeric", ["1.5", "2"]],
    ["numeric", ["1e5", "2"]],
    ["numeric", ["-.5", "0.25"]],
    ["text", ["02134", "10001"]],
    ["text", ["+33", "1"]],
    ["text", ["1,000", "2"]],
    ["text", ["-0"]],
    ["text", ["e5", "."]],
    ["boolean", ["true", "FALSE"]],
    ["boolean", ["yes", "no", "t"]],
    ["integer", ["0", "1"]],
    ["text", ["f", "F"]],
    ["text", ["no", "no"]],
    ["date", ["2026-02-28", "2024-02-29"]],
    ["text", ["2026-02-29"]],
    ["text", ["28/01/2018"]],
    ["text", ["01-02-2018", "12-31-2018"]],
    ["text", ["20260101T10", "x"]],
    ["timestamptz", ["2026-01-01T10:00:00Z", "2026-01-01 10:00:00.123+05:30"]],
    ["timestamptz", ["2026-01-01 10:00", "2026-01-01"]],
    ["text", ["2026-01-01 24:00"]],
    ["time", ["10:00", "23:59:59.5"]],
    ["text", ["24:00", "10:00"]],
    ["uuid", ["00000000-0000-0000-0000-000000000000", "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11"]],
    ["jsonb", ['{"a":1}', "[1,2]"]],
    ["text", ['{"a":1', "[1,2]"]],
    ["text", ['{"a":"\\u0000"}']],
    ["text", ["x".repeat(100), "1"]],
  ])("%s for %j", async (type, values) => {
    expect(await typeOf(...values)).toBe(type);
  });

  it("null tokens are no values of typed columns, and values of text columns", async () => {
    const { fields, evidence } = await infer({
      n: ["1", "NA", null, "N/A", ""],
      t: ["x", "NA", null, "NULL", ""],
    });
    expect(fields.map(({ type, required }) => [type, required])).toEqual([
      ["integer", false],
      ["text", false],
    ]);
    expect([evidence.n!.nulls, evidence.t!.nulls]).toEqual([4, 1]);
  });

  it("a column without values is text", async () => {
    expect(await typeOf(null, null)).toBe("text");
    expect(await typeOf("NA", "NULL")).toBe("text");
  });
});

describe("evidence", () => {
  it("counts, extremes and the value that spoke against a type", async () => {
    const { evidence, rowsSeen, complete } = await infer({
      n: [...Array.from({ length: 999 }, (_, k) => String(k + 3)), null],
      mixed: [...Array.from({ length: 998 }, (_, k) => String(k)), "n.a.", "5"],
    });
    expect(evidence.n!.text).toBe(
      "999 of 999 values parse as integer; min 3, max 1001; 999 distinct; 1 empty",
    );
    expect(evidence.mixed!.text).toContain('not integer: line 1000 has "n.a."');
    expect([rowsSeen, complete]).toEqual([1000, true]);
  });

  it("says when not every row was seen, and when counting stopped", async () => {
    const many = Array.from({ length: 12_000 }, (_, k) => `v${k}`);
    const { complete, rowsSeen } = await infer({ v: many }, 100);
    expect([complete, rowsSeen]).toEqual([false, 100]);
    const { evidence } = await infer({ v: many });
    expect(evidence.v).toMatchObject({ distinct: 10_000, distinctExact: false });
  });
});

describe("key candidates", () => {
  const days = Array.from({ length: 300 }, (_, k) => `2026-01-${String((k % 28) + 1).padStart(2, "0")}`);
  const shops = Array.from({ length: 300 }, (_, k) => `shop ${Math.floor(k / 28)}`);

  it("finds single columns, pairs and triples", async () => {
    const ids = Array.from({ length: 300 }, (_, k) => String(k));
    const single = await infer({ id: ids, day: days });
    expect(single.keyCandidates[0]!.fields).toEqual(["id"]);
    const pair = await infer({ day: days, shop: shops, amount: days.map(() => "1.5") });
    expect(pair.keyCandidates.map(({ fields }) => fields)).toEqual([["day", "shop"]]);
    const a = ids.map((_, k) => String(k % 10));
    const b = ids.map((_, k) => String(Math.floor(k / 10) % 10));
    const c = ids.map((_, k) => String(Math.floor(k / 100)));
    const triple = await infer({ a, b, c });
    expect(triple.keyCandidates.map(({ fields }) => fields)).toEqual([["a", "b", "c"]]);
  });

  it("ranks numbers that only happen to be distinct behind what identifies", async () => {
    const year = Array.from({ length: 40 }, (_, i) => String(2001 + (i % 20)));
    const source = Array.from({ length: 40 }, (_, i) => (i < 20 ? "coal" : "wind"));
    const made = Array.from({ length: 40 }, (_, i) => String(1000 + i * 37));
    expect((await infer({ year, source, made })).keyCandidates.map(({ fields }) => fields)).toEqual([
      ["year", "source"],
      ["made"],
    ]);
    expect((await infer({ year, source, made_id: made })).keyCandidates[0]!.fields).toEqual(["made_id"]);
  });

  it("tells of a key that repeats a little, and proposes none with nulls or measures", async () => {
    const near = await infer({ day: [...days, days[0]!], shop: [...shops, shops[0]!] });
    expect(near.keyCandidates).toEqual([
      {
        fields: ["day", "shop"],
        evidence: expect.stringContaining("distinct in 300 of all 301 rows: 1 repeat"),
      },
    ]);
    const none = await infer({ x: ["1.5", "2.5", "3.5"], y: ["a", null, "c"] });
    expect(none.keyCandidates).toEqual([]);
  });

  it("holds beyond the sample rows that combinations are chosen on", async () => {
    const rows = 12_000;
    const a = Array.from({ length: rows }, (_, k) => `a${k % 150}`);
    const b = Array.from({ length: rows }, (_, k) => `b${Math.floor(k / 150)}`);
    const { keyCandidates } = await infer({ a, b });
    expect(keyCandidates).toEqual([
      { fields: ["a", "b"], evidence: "distinct and never null in all 12,000 rows" },
    ]);
  });
});

describe("names", () => {
  it("fold to SQL identifiers", () => {
    expect(
      fieldNames([
        "Order ID",
        "Größe (cm)",
        "",
        "Order id",
        "2nd",
        "org_id",
        "价格",
        "orderDate",
        "HTMLText",
        "a%",
      ]),
    ).toEqual([
      "order_id",
      "grosse_cm",
      "column_3",
      "order_id_2",
      "_2nd",
      "org_id_value",
      "column_7",
      "order_date",
      "html_text",
      "a_pct",
    ]);
  });

  it("are unique identifiers whatever the headers", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary", maxLength: 80 }), { maxLength: 30 }), (headers) => {
        const names = fieldNames(headers);
        expect(new Set(names).size).toBe(headers.length);
        for (const name of names) {
          expect(name).toMatch(/^[a-z_][a-z0-9_]{0,62}$/);
          expect(name.length).toBeLessThanOrEqual(MAX_FIELD_NAME + "_value".length);
        }
      }),
    );
  });

  it("of datasets come from file names, never with paths or SQL in them", () => {
    expect(datasetName("/tmp/x/Orders 2026-01.csv.gz")).toBe("orders_2026_01");
    expect(datasetName("../../etc/passwd")).toBe("passwd");
    expect(datasetName("'; drop table x; --.csv")).toBe("drop_table_x");
    expect(datasetName(".csv")).toBe("dataset");
    expect(datasetName("2026.ndjson")).toBe("_2026");
  });
});
