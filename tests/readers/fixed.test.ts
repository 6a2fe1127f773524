/** Fixed width: columns declared, or found in the gaps that all lines share. */
import { describe, expect, it } from "vitest";
import { readAll, refusal } from "../support/reading.ts";

const TABLE = [
  "code name          amount date",
  "A1   Anna Smith      1.50 2026-01-02",
  "B2   Bert          120.00 2026-01-03",
  "C3   Chloé Dupont   99.99 2026-01-04",
  "",
  "D4                   0.10 2026-01-05",
  "E5   Eve             7.00 2026-01-06",
].join("\r\n");

describe("fixed width", () => {
  it("finds the columns, says why, and keeps line numbers", async () => {
    const { inspection, records } = await readAll(TABLE);
    expect(inspection.dialect.format).toBe("fixed");
    expect(inspection.columns).toEqual(["code", "name", "amount", "date"]);
    expect(inspection.evidence.join("\n")).toMatch(
      /6 lines share 3 gaps .* begin at characters 1, 6, 20, 27/,
    );
    expect(records.map((record) => [record.line, ...record.fields])).toEqual([
      [2, "A1", "Anna Smith", "1.50", "2026-01-02"],
      [3, "B2", "Bert", "120.00", "2026-01-03"],
      [4, "C3", "Chloé Dupont", "99.99", "2026-01-04"],
      [6, "D4", null, "0.10", "2026-01-05"],
      [7, "E5", "Eve", "7.00", "2026-01-06"],
    ]);
  });

  it("takes declared positions without gaps, and sets aside lines that are too long", async () => {
    const text = "ABC001x\nDEF022y\nGHI3\nJKL004z and more\n";
    const { records } = await readAll(text, {
      positions: [
        [0, 3],
        [3, 6],
        [6, 7],
      ],
      headerLines: 0,
    });
    expect(records.map((record) => [record.problem?.rule, ...record.fields])).toEqual([
      [undefined, "ABC", "001", "x"],
      [undefined, "DEF", "022", "y"],
      [undefined, "GHI", "3", null],
      ["ragged_row", "JKL", "004", "z"],
    ]);
    expect(
      await refusal(text, {
        positions: [
          [3, 6],
          [0, 3],
        ],
      }),
    ).toMatchObject({ code: "bad_dialect" });
    expect(await refusal("abc\ndef\n", { format: "fixed" })).toMatchObject({
      code: "bad_dialect",
      remedy: expect.stringMatching(/positions/),
    });
  });

  it("leaves delimited text and prose alone", async () => {
    for (const text of [
      "a b c\n1 2 3\n4 5 6\n7 8 9\n1 2 3\n4 5 6\n",
      "a,  b,  c\n1,  2,  3\n4,  5,  6\n7,  8,  9\n1,  2,  3\n",
      "x\n".repeat(10),
    ])
      expect((await readAll(text)).inspection.dialect.format).toBe("csv");
  });
});
