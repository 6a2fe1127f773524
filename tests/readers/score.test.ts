/** The benchmark of messy CSV files, and the four editions of a real file; skipped where the data is absent. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { mean, parseClean, scoreFile } from "../../bench/messy-csv/measure.ts";
import { GOALS, scoreFolder } from "../../bench/messy-csv/score.ts";
import { writeClean } from "../../worker/readers/clean.ts";
import { inspectFile } from "../../worker/readers/propose.ts";
import { hasShared, SHARED_DATA } from "../support/messy-csv.ts";

describe("the measure", () => {
  it("gives 10 for equal tables, and counts what is missing and what is too much", () => {
    const table = [
      ["a", "b"],
      ["1", "2"],
      ["3", "4"],
    ];
    expect(scoreFile("x", table, table).score).toBe(10);
    expect(scoreFile("x", table, null).score).toBe(0);
    const short = scoreFile("x", table, table.slice(0, 2));
    expect(short.records).toEqual([0.5, 1, 2 / 3]);
    expect(short.cells[0]).toBeCloseTo(4 / 6);
    expect(scoreFile("x", [], []).score).toBe(10);
  });

  it("reads clean files strictly", () => {
    expect(parseClean('"a","b ""q"""\n1,\n')).toEqual([
      ["a", 'b "q"'],
      ["1", ""],
    ]);
  });
});

describe.skipIf(!hasShared("messy_csv"))("messy CSV", { timeout: 120_000 }, () => {
  it("reaches the goals with the dialect detected and with the parameters given", async () => {
    const result = await scoreFolder(join(SHARED_DATA, "messy_csv"));
    const detected = mean(result.detected.map(({ score }) => score));
    const given = mean(result.parameters.map(({ score }) => score));
    expect(detected).toBeGreaterThanOrEqual(GOALS.detected + 0.8);
    expect(given).toBeGreaterThanOrEqual(GOALS.parameters + 0.4);
    // Every file is read or refused with a reason: none scores 0.
    expect(Math.min(...result.detected.map(({ success }) => success))).toBe(1);
  });
});

describe.skipIf(!hasShared("international_results"))("a real file", { timeout: 60_000 }, () => {
  it("gives a contract with the business key first", async () => {
    const found = await inspectFile(join(SHARED_DATA, "international_results/results-2026-01-31.csv"));
    expect(found.plain).toBe(true);
    expect(Object.fromEntries(found.contract.fields.map(({ name, type }) => [name, type]))).toMatchObject({
      date: "date",
      home_team: "text",
      home_score: "integer",
      neutral: "boolean",
    });
    expect(found.contract.keyCandidates[0]!.fields).toEqual(["date", "home_team", "away_team"]);
    expect(found.contract.complete).toBe(true);
  });
});

describe("writeClean", () => {
  it("writes plain CSV with one header line, and an empty file for an empty one", async () => {
    const folder = await mkdtemp(join(tmpdir(), "clean-"));
    try {
      const [input, output] = [join(folder, "in"), join(folder, "out")];
      await writeFile(input, Buffer.from("Report\n\nid;name\n1;'a, b'\n2\n3;é\n", "latin1"));
      const result = await writeClean(input, output);
      expect(await readFile(output, "utf8")).toBe('id,name\n1,"a, b"\n3,é\n');
      expect([result.rows, result.rejected, result.problems[0]?.line]).toEqual([2, 1, 5]);
      await writeFile(input, "");
      expect((await writeClean(input, output)).inspection).toBeNull();
      expect(await readFile(output, "utf8")).toBe("");
      await expect(writeClean(join(folder, "absent"), output)).rejects.toMatchObject({ code: "unreadable" });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
