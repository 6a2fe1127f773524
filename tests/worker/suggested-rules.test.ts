/** Suggested rules, cause by cause: what they find in the next file, and what they leave alone. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, createLoader, declare } from "./support.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await createLoader();
});
afterAll(() => bench.close());

interface Rule {
  name: string;
  kind: string;
  parameters: Record<string, unknown>;
}

const ROWS = 1500;
const rowsOf = (row: (i: number) => string[]): string[][] => Array.from({ length: ROWS }, (_, i) => row(i));
const csv = (fields: string[], rows: string[][]): string =>
  [fields, ...rows].map((row) => row.map((v) => `"${v.replaceAll('"', '""')}"`).join(",")).join("\n");

/** Declares a dataset of texts, loads right rows, and deploys what they suggest. */
async function learn(name: string, fields: string[], rows: string[][]): Promise<Map<string, Rule>> {
  const id = await declare(
    bench,
    name,
    fields.map((field) => ({ name: field, type: "text", nullTokens: [] })),
    [],
  );
  expect((await bench.load(name, csv(fields, rows))).status).toBe("succeeded");
  const [{ rules }] = (await bench.query("select quality.suggest_rules($1) as rules", [id])) as [
    { rules: Rule[] },
  ];
  for (const rule of rules) {
    await bench.query("select quality.put_rule($1, $2, 'suggested')", [id, JSON.stringify(rule)]);
    await bench.query("select quality.deploy_rule($1, $2)", [id, rule.name]);
  }
  return new Map(rules.map((rule) => [rule.name, rule]));
}

/** The cells of a file that break a rule, as `line field`, without those of uniqueness. */
async function broken(name: string, fields: string[], rows: string[][]): Promise<string[]> {
  const run = await bench.load(name, csv(fields, rows));
  expect(run).toMatchObject({ status: "succeeded", read: rows.length });
  const found = await bench.query<{ cell: string }>(
    "select distinct line - 1 || ' ' || column_name as cell from ingest.row_issues where run_id = $1 order by 1",
    [run.id],
  );
  return found.map((one) => one.cell);
}

const pad = (n: number): string => String(n).padStart(2, "0");

describe("suggested rules", () => {
  it("know one way of writing numbers", async () => {
    const fields = ["zip", "rate", "price"];
    const rules = await learn(
      "numbers",
      fields,
      rowsOf((i) => [String(900 + i * 7), String((i + 1) / 8), `${i}.${pad(i % 100)}`]),
    );
    expect(rules.get("zip_pattern")?.parameters.pattern).toEqual(["-?(0|[1-9][0-9]*)", ""]);
    expect(
      await broken("numbers", fields, [
        ["1907", "0.5", "9.50"],
        ["01907", "0.50", "9.5"],
        ["850", "12", ""],
      ]),
    ).toEqual(["2 price", "2 rate", "2 zip", "3 price"]);
  });

  it("know parts that are a cycle or one of few words, and let years go on", async () => {
    const fields = ["at"];
    const at = (i: number) =>
      `${pad(1 + (i % 12))}/${pad(1 + (i % 31))}/${2020 + (i % 5)} ${1 + (i % 24)}:${pad(i % 60)} ${i % 2 ? "am" : "pm"}`;
    await learn(
      "moments",
      fields,
      rowsOf((i) => [at(i)]),
    );
    expect(
      await broken("moments", fields, [
        ["12/31/2031 24:59 pm"],
        ["13/01/2024 10:00 am"],
        ["01/32/2024 10:00 am"],
        ["01/02/2024 10:60 am"],
        ["01/02/2024 10:00 xm"],
      ]),
    ).toEqual(["2 at", "3 at", "4 at", "5 at"]);
  });

  it("know texts without foreign signs, whatever else stands in them", async () => {
    const fields = ["title", "note"];
    const signs = [..."#$%&()*+,-./:;<=>?@[]^_{|}~!"];
    // Signs met in one value only are too many for a list of them.
    const title = (i: number) => `word ${i} ${i < signs.length ? signs[i] : "and"} more`;
    await learn(
      "titles",
      fields,
      rowsOf((i) => [title(i), `${title(i)} café`]),
    );
    expect(
      await broken("titles", fields, [
        ["a plain one", "também"],
        ["a m\u0329dern one", "broken \ufffd one"],
        [" begins with a blank", "fine"],
      ]),
    ).toEqual(["2 note", "2 title", "3 title"]);
  });

  it("take a dependency only where rows keep to it, and ask nothing of rows without the deciding value", async () => {
    const fields = ["code", "name", "batch", "state"];
    // Every third row of a batch of three goes its own way, though pairs of a large batch agree.
    const state = (i: number) => (i < 300 ? "open" : i % 3 === 0 ? "shut" : "open");
    const batch = (i: number) => (i < 300 ? "first" : `b${Math.floor(i / 3)}`);
    const rules = await learn(
      "pairs",
      fields,
      rowsOf((i) => [`c${i % 20}`, `name ${i % 20}`, batch(i), state(i)]),
    );
    expect([...rules.keys()].filter((name) => name.startsWith("state_by"))).toEqual([]);
    expect(rules.get("name_by_code")?.kind).toBe("functional_dependency");
    const lacking = Array.from({ length: 6 }, (_, i) => ["", `name ${i}`, "first", "open"]);
    expect(
      await broken("pairs", fields, [
        ["c1", "name 1", "first", "open"],
        ["c1", "name 2", "first", "open"],
        ...lacking,
      ]),
    ).toEqual(["2 code", "2 name", "3 code", "4 code", "5 code", "6 code", "7 code", "8 code"]);
  });

  it("take empty values for none that come twice", async () => {
    const fields = ["ticket"];
    const ticket = (i: number) => (i % 3 === 0 ? "" : `t${i}x${(i * 7919) % 1000}`);
    const rules = await learn(
      "tickets",
      fields,
      rowsOf((i) => [ticket(i)]),
    );
    expect(rules.get("ticket_unique")?.kind).toBe("uniqueness");
    expect(await broken("tickets", fields, [["t9001x1"], [""], [""], ["t9002x2"], ["t9002x2"]])).toEqual([
      "4 ticket",
      "5 ticket",
    ]);
  });
});
