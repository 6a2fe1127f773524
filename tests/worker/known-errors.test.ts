/**
 * Rules suggested from a clean edition find the wrong cells of a dirty one. Counted cell by cell: a cell is found when an
 * issue names its line and column, and is wrong when the two editions differ in it.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectRoot } from "../../lib/db/urls.ts";
import { type Bench, createLoader, declare } from "./support.ts";

const folder = path.join(projectRoot, "..", "shared", "data", "known_errors");
const there = existsSync(folder);

/** Plain RFC 4180: the two files are that. */
function parseCsv(text: string): string[][] {
  return text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
        (m) => m[1]?.replaceAll('""', '"') ?? m[2]!,
      ),
    );
}

describe.skipIf(!there)("suggested rules (skipped without ../shared/data/known_errors)", () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await createLoader();
  });
  afterAll(() => bench?.close());

  const names = (header: string[]): string[] =>
    header.map((h) => `${h.toLowerCase().replace(/[^a-z0-9]/g, "_")}`);

  it("of beers also find them in rows that are not of an inferred contract's types", async () => {
    const [clean, dirty] = await Promise.all(
      ["clean.csv", "dirty.csv"].map((file) => readFile(path.join(folder, "beers", file), "utf8")),
    );
    await bench.load("typed_beers", clean!, { key: ["id"] });
    const [{ id }] = (await bench.query("select id from data.datasets where name = 'typed_beers'")) as [
      { id: string },
    ];
    const [{ rules }] = (await bench.query("select quality.suggest_rules($1) as rules", [id])) as [
      { rules: { name: string }[] },
    ];
    for (const rule of rules) {
      await bench.query("select quality.put_rule($1, $2, 'suggested')", [id, JSON.stringify(rule)]);
      await bench.query("select quality.deploy_rule($1, $2)", [id, rule.name]);
    }
    const run = await bench.load("typed_beers", dirty!, { key: ["id"] });
    const found = await bench.query<{ column_name: string; cells: number }>(
      "select column_name, count(distinct line)::int as cells from ingest.row_issues where run_id = $1 group by 1 order by 1",
      [run.id],
    );
    console.log(`beers with inferred types: ${found.map((f) => `${f.column_name} ${f.cells}`).join(", ")}`);
    const cells = Object.fromEntries(found.map((f) => [f.column_name, f.cells]));
    // All but six of the 127 states that are missing, though no row's ounces can be read.
    expect(cells).toMatchObject({ ounces: 2409, city: 127 });
    expect(cells.state).toBeGreaterThanOrEqual(115);
  });

  it.each([
    ["hospital", 0.85],
    ["beers", 0.75],
  ] as const)(
    "of %s find at least %d of the wrong cells at a precision of at least 0.9",
    async (name, least) => {
      const [clean, dirty] = await Promise.all(
        ["clean.csv", "dirty.csv"].map((file) => readFile(path.join(folder, name, file), "utf8")),
      );
      const cleanRows = parseCsv(clean!);
      const dirtyRows = parseCsv(dirty!);
      const fields = names(cleanRows[0]!);
      // All as text, so that a value counts as it is written; lines of a file without a key are their own.
      const id = await declare(
        bench,
        name,
        fields.map((field, i) => ({
          name: field,
          sourceName: cleanRows[0]![i],
          type: "text",
          nullTokens: [],
        })),
        [],
      );
      expect((await bench.load(name, clean!)).status).toBe("succeeded");
      const [{ rules }] = (await bench.query("select quality.suggest_rules($1) as rules", [id])) as [
        { rules: { name: string; kind: string }[] },
      ];
      for (const rule of rules) {
        await bench.query("select quality.put_rule($1, $2, 'suggested')", [id, JSON.stringify(rule)]);
        await bench.query("select quality.deploy_rule($1, $2)", [id, rule.name]);
      }
      const run = await bench.load(name, dirty!);
      expect(run).toMatchObject({ status: "succeeded", read: dirtyRows.length - 1 });
      const issues = await bench.query<{ line: number; column_name: string; rule: string }>(
        "select line::int, column_name, rule from ingest.row_issues where run_id = $1",
        [run.id],
      );
      const wrong = new Set<string>();
      for (const [i, row] of dirtyRows.entries()) {
        for (const [j, value] of row.entries())
          if (value !== cleanRows[i]![j]) wrong.add(`${i + 1}:${fields[j]}`);
      }
      const found = new Set(issues.map((issue) => `${issue.line}:${issue.column_name}`));
      const right = [...found].filter((cell) => wrong.has(cell)).length;
      const recall = right / wrong.size;
      const precision = right / found.size;
      console.log(
        `${name}: ${rules.length} rules, ${wrong.size} wrong cells, ${found.size} flagged, ${right} of them wrong: found ${(100 * recall).toFixed(1)} %, precision ${precision.toFixed(3)}`,
      );
      if (process.env.KNOWN_ERRORS_DETAIL) {
        const kinds: Record<string, number> = {};
        for (const r of rules) kinds[r.kind] = (kinds[r.kind] ?? 0) + 1;
        const missed: Record<string, number> = {};
        for (const cell of wrong)
          if (!found.has(cell)) missed[cell.split(":")[1]!] = (missed[cell.split(":")[1]!] ?? 0) + 1;
        const false_: Record<string, number> = {};
        for (const issue of issues)
          if (!wrong.has(`${issue.line}:${issue.column_name}`))
            false_[issue.rule] = (false_[issue.rule] ?? 0) + 1;
        console.log(JSON.stringify({ kinds, missed, false: false_ }));
      }
      expect(recall).toBeGreaterThanOrEqual(least);
      expect(precision).toBeGreaterThanOrEqual(0.9);
    },
  );
});
