/** JSON documents: records at a path, one parsed at a time, whatever stands around them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parsePath } from "../../worker/readers/json.ts";
import { readAll, refusal } from "../support/reading.ts";

describe("json", () => {
  it("finds the largest array of objects, or takes the path declared", async () => {
    const text = JSON.stringify(
      {
        meta: { pages: [{ n: 1 }] },
        data: {
          "a.b": [
            { id: 1, tags: [{ t: 1 }] },
            { id: 2, more: 1.5 },
          ],
        },
      },
      null,
      2,
    );
    const { inspection, rows } = await readAll(text);
    expect(inspection.dialect).toMatchObject({ format: "json", records: "/data/a.b" });
    expect(inspection.evidence.join("\n")).toMatch(/other arrays of objects: meta.pages \(1\)/);
    expect(rows).toEqual([
      ["1", '[{"t":1}]', null],
      ["2", null, "1.5"],
    ]);
    expect((await readAll(text, { records: "$.meta.pages[*]" })).rows).toEqual([["1"]]);
    expect((await readAll(text, { records: "/data/a.b/*/tags" })).rows).toEqual([["1"]]);
    expect(await refusal(text, { records: "nowhere" })).toMatchObject({
      code: "needs_choice",
      remedy: expect.stringMatching(/\/data\/a\.b/),
    });
    expect(await refusal(text, { records: "a..b" })).toMatchObject({ code: "bad_dialect" });
    expect(parsePath("$")).toEqual([]);
  });

  it("keeps numbers as they are written and sets aside elements that are no objects", async () => {
    const { rows, records } = await readAll(
      '[\n{"a": 12345678901234567890, "b": 1.10}, 7, null, "x", [1],\n{"a": {"c": 1.10}}]',
    );
    expect(rows[0]).toEqual(["12345678901234567890", "1.10"]);
    expect(records.map((record) => record.problem?.rule)).toEqual([
      undefined,
      "json",
      "json",
      "json",
      "json",
      undefined,
    ]);
    expect(rows[5]).toEqual(['{"c":1.10}', null]);
  });

  it("reads a document on one line, and objects one behind the other", async () => {
    expect((await readAll('{"total":2,"items":[{"a":1},{"a":2}]}')).rows).toEqual([["1"], ["2"]]);
    expect((await readAll('{"ok":true,"data":{"page":1,"items":[{"a":1},{"a":2}]}}')).rows).toEqual([
      ["1"],
      ["2"],
    ]);
    expect((await readAll('{\n"a":1\n}\n{\n"a":2\n}')).rows).toEqual([["1"], ["2"]]);
  });

  it("gives back any records, however the bytes are cut", async () => {
    const value = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(fc.string(), { maxLength: 3 }),
    );
    const record = fc.record({ a: value, 'q"\\': value });
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        async (records, pretty) => {
          const text = JSON.stringify({ x: ["]", "}"], rows: records }, null, pretty ? 1 : 0);
          const { records: read } = await readAll(text, { records: "rows" });
          expect(read).toHaveLength(records.length);
          for (const [i, one] of read.entries()) {
            const wanted = JSON.stringify(records[i]);
            if (wanted.includes("\\u0000")) expect(one.problem?.rule).toBe("nul_byte");
            else expect(JSON.parse(one.raw)).toEqual(JSON.parse(wanted));
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it("says where a document is broken", async () => {
    const cases: [string, string, RegExp][] = [
      ['[{"a":1},\n{"a":2}', "damaged", /line 2: the file breaks off/],
      ['[{"a":1}\n{"a":2}]', "damaged", /line 2: a comma is missing/],
      ['[{"a":1},\n{"a" 2}]', "damaged", /line 2/],
      ['{"rows": [{"a":1},{"a":2}],\n x: 1}', "damaged", /line 2: "x"/],
      ["[[1, 2]]", "unsupported_format", /no objects/],
      ["[ ]", "empty_file", /no record/],
      [`${"[".repeat(600)}`, "damaged", /levels deep/],
    ];
    for (const [text, code, says] of cases) {
      expect(await refusal(text)).toMatchObject({
        code,
        message: expect.stringMatching(says),
        remedy: expect.stringMatching(/\.$/),
      });
    }
  });
});
