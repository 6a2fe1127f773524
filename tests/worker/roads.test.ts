/** Whatever road a file takes, what comes out is the same: rows, lines, issues, rejected rows. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Road } from "../../worker/load/types.ts";
import { type Bench, countsOf, createLoader, declare, type RunRow } from "./support.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await createLoader();
});
afterAll(() => bench.close());

const ROADS: Road[] = ["plain", "stream", "text"];
const FIELDS = [
  { name: "id", type: "integer" },
  { name: "name", type: "text" },
  { name: "qty", type: "integer", minimum: "0", maximum: "100" },
  { name: "day", type: "date" },
];

interface Outcome {
  run: RunRow;
  result: unknown;
}

async function over(
  road: Road | undefined,
  name: string,
  editions: string[],
  key: string[] = ["id"],
): Promise<Outcome> {
  await declare(bench, name, FIELDS, key);
  let run: RunRow | undefined;
  for (const text of editions) run = await bench.load(name, text, {}, road === undefined ? {} : { road });
  const id = run!.id;
  const result = {
    counts: countsOf(run!),
    status: run!.status,
    rows: await bench.query(
      `select id, name, qty, day::text, version, change_type, changed_fields, source_line from org_acme.${name} order by id, source_line, qty`,
    ),
    history: await bench.query(
      `select id, version, change_type, source_line from org_acme.${name}_history order by id, version, source_line, qty`,
    ),
    issues: await bench.query(
      "select line, column_name, rule, severity, value, message from ingest.row_issues where run_id = $1 order by 1, 2, 3",
      [id],
    ),
    rejected: await bench.query(
      "select line, raw, record from ingest.rejected_rows where run_id = $1 order by line",
      [id],
    ),
  };
  return { run: run!, result };
}

/** `rows` lines with a bad one here and there. */
function file(rows: number, shift: number, end = "\n"): string {
  const lines = ["id,name,qty,day"];
  for (let i = 0; i < rows; i++) {
    let qty = String((i + shift) % 90);
    let day = `2026-01-${String(1 + (i % 28)).padStart(2, "0")}`;
    if (i % 997 === 5) qty = "many";
    if (i % 1499 === 7) qty = "NA";
    if (i % 991 === 3) qty = "101";
    if (i % 1999 === 11) day = "2026-02-30";
    if (i % 1999 === 12) day = "03/04/2026";
    lines.push(`${i},n${(i * 7) % 100},${qty},${day}`);
  }
  return lines.join(end) + end;
}

describe("all roads", () => {
  it("lead to the same rows, versions, lines and reasons: first load and second edition", async () => {
    const editions = [file(20_000, 0), file(20_300, 1).replace("\n17,", "\n999999,")];
    const [plain, stream, text] = await Promise.all(
      ROADS.map((road) => over(road, `same_${road}`, editions)),
    );
    expect(stream!.result).toEqual(text!.result);
    expect(plain!.result).toEqual(text!.result);
    expect(plain!.run.rejected).toBeGreaterThan(50);
    const [row] = await bench.query(
      "select source_line::int as line from org_acme.same_plain where id = 19999",
    );
    expect(row).toEqual({ line: 20_001 });
  }, 120_000);

  it("for a first load with repeated keys, CRLF and no line end at the end", async () => {
    const text = `${file(6000, 0, "\r\n")}50,n50,1,2026-01-01\r\n51,n57,51,2026-01-24\r\n6001,x,1,2026-01-01`;
    const results = await Promise.all(ROADS.map((road) => over(road, `keys_${road}`, [text])));
    expect(results[1]!.result).toEqual(results[2]!.result);
    expect(results[0]!.result).toEqual(results[2]!.result);
    expect(results[0]!.run).toMatchObject({ duplicate: 1 });
  }, 120_000);

  it("for a dataset without a key", async () => {
    const results = await Promise.all(
      ROADS.map((road) => over(road, `log_${road}`, [file(3000, 0), file(3000, 1)], [])),
    );
    expect(results[1]!.result).toEqual(results[2]!.result);
    expect(results[0]!.result).toEqual(results[2]!.result);
    expect(results[0]!.run.status).toBe("succeeded");
  }, 120_000);
});

describe("the plain road", () => {
  const base = file(12_000, 0);
  const cases: [string, string][] = [
    ["a quote late in the file", `${base}90000,"a, b",1,2026-01-01\n`],
    ["a line end within quotes", `${base}90000,"a\nb",1,2026-01-01\n90001,c,1,2026-01-01\n`],
    ["a null mark in a text column", `${base}90000,\\N,1,2026-01-01\n`],
    ["a blank line in the middle", base.replace("\n600,", "\n\n600,")],
    ["a line with too few fields", base.replace("\n700,n0,", "\n700\n701,n0,")],
    ["a line with too many fields", `${base}90000,a,1,2026-01-01,extra\n`],
    ["another line end in the middle", base.replace("\n800,", "\r\n800,")],
    ["a header only", "id,name,qty,day\n"],
    ["one row", "id,name,qty,day\n1,a,1,2026-01-01"],
  ];
  for (const [index, [what, text]] of cases.entries()) {
    it(`gives way where it must: ${what}`, async () => {
      const slow = await over("text", `way_text_${index}`, [text]);
      const free = await over(undefined, `way_free_${index}`, [text]);
      const forced = await over("plain", `way_plain_${index}`, [text]);
      expect(free.result).toEqual(slow.result);
      expect(forced.result).toEqual(slow.result);
    }, 60_000);
  }

  it("gives way where more rows are set aside than it can take back", async () => {
    const text = `id,name,qty,day\n${Array.from({ length: 45_000 }, (_, i) => `${i},n,${i % 2 ? "NA" : i % 100},2026-01-01`).join("\n")}\n`;
    // The sample sees none of them.
    const late = text.replace("\n1,n,NA", "\n1,n,1");
    const { run } = await over("plain", "flood", [late]);
    expect(countsOf(run)).toMatchObject({ read: 45_000, inserted: 45_000, rejected: 0 });
    expect(
      await bench.query("select count(*)::int as n from ingest.rejected_rows where run_id = $1", [run.id]),
    ).toEqual([{ n: 0 }]);
  }, 60_000);
});
