/** Rules as data on the way of a file: what they reject, record and hold, in each scope, with results, score and incidents. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, countsOf, createLoader, declare } from "./support.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await createLoader();
});
afterAll(() => bench.close());

async function rule(dataset: string, definition: Record<string, unknown>): Promise<void> {
  await bench.query("select quality.put_rule($1, $2)", [dataset, JSON.stringify(definition)]);
  await bench.query("select quality.deploy_rule($1, $2)", [dataset, definition.name]);
}
const results = (runId: string) =>
  bench.query<{ rule_name: string; failures: number; passed: boolean; measured: number | null }>(
    "select rule_name, failures::int, passed, measured::float from quality.results where check_id = $1 order by rule_name",
    [runId],
  );

describe("rules about rows", () => {
  it("of every kind find exactly the rows that break them, and no draft is asked", async () => {
    await declare(bench, "countries", [{ name: "code" }], ["code"]);
    await bench.load("countries", "code\nFR\nDE\n");
    const id = await declare(
      bench,
      "trips",
      [
        { name: "id", type: "integer" },
        { name: "name" },
        { name: "age", type: "integer" },
        { name: "code" },
        { name: "plan" },
        { name: "start", type: "date" },
        { name: "stop", type: "date" },
        { name: "country" },
        { name: "zip" },
        { name: "city" },
        { name: "amount" },
      ],
      ["id"],
    );
    const kinds: Record<string, unknown>[] = [
      { name: "r_required", kind: "required", field: "name" },
      { name: "r_range", kind: "range", field: "age", parameters: { min: 0, max: 150 } },
      { name: "r_length", kind: "length", field: "code", parameters: { max: 4 } },
      { name: "r_pattern", kind: "pattern", field: "code", parameters: { pattern: "[A-Z]+[0-9]*" } },
      {
        name: "r_values",
        kind: "allowed_values",
        field: "plan",
        action: "reject",
        severity: "error",
        parameters: { values: ["free", "paid"] },
      },
      { name: "r_future", kind: "not_in_future", field: "start" },
      {
        name: "r_reference",
        kind: "reference",
        field: "country",
        parameters: { dataset: "countries", field: "code" },
      },
      { name: "r_order", kind: "comparison", fields: ["start", "stop"], parameters: { operator: "<=" } },
      { name: "r_unique", kind: "uniqueness", fields: ["name", "code"] },
      { name: "r_city", kind: "functional_dependency", fields: ["zip"], parameters: { to: "city" } },
      { name: "r_amount", kind: "type", field: "amount", parameters: { type: "numeric" } },
    ];
    for (const one of kinds) await rule(id, one);
    await bench.query("select quality.put_rule($1, $2)", [
      id,
      JSON.stringify({ name: "r_draft", kind: "required", field: "plan" }),
    ]);
    const header = "id,name,age,code,plan,start,stop,country,zip,city,amount";
    const good = [2, 3, 4, 5].map(
      (n) => `${n},n${n},30,AB${n},free,2020-01-01,2020-01-02,FR,75000,Paris,1.5`,
    );
    const run = await bench.load(
      "trips",
      [
        header,
        ...good,
        "6,,30,AB,free,2020-01-01,2020-01-02,FR,1,x,2",
        "7,g,151,AB,free,2020-01-01,2020-01-02,FR,1,x,2",
        "8,h,30,AB123,free,2020-01-01,2020-01-02,FR,1,x,2",
        "9,i,30,ab,free,2020-01-01,2020-01-02,FR,1,x,2",
        "10,j,30,AB,trial,2020-01-01,2020-01-02,FR,1,x,2",
        "11,k,30,AB,free,2990-01-01,2990-01-02,FR,1,x,2",
        "12,l,30,AB,free,2020-01-01,2020-01-02,US,1,x,2",
        "13,m,30,AB,free,2020-01-03,2020-01-02,FR,1,x,2",
        "14,m,30,AB,free,2020-01-01,2020-01-02,FR,1,x,2",
        "15,o,30,AB,free,2020-01-01,2020-01-02,FR,75000,Lyon,2",
        "16,p,30,AB,free,2020-01-01,2020-01-02,FR,1,x,many",
      ].join("\n"),
    );
    expect(run.error).toBeNull();
    expect(countsOf(run)).toMatchObject({ read: 15, inserted: 14, rejected: 1 });
    const issues = await bench.query(
      "select line::int, column_name, rule, rejected from ingest.row_issues where run_id = $1 order by line, rule",
      [run.id],
    );
    expect(issues.map((i) => [i.line, i.column_name, i.rule, i.rejected])).toEqual([
      [6, "name", "r_required", false],
      [7, "age", "r_range", false],
      [8, "code", "r_length", false],
      [9, "code", "r_pattern", false],
      [10, "plan", "r_values", true],
      [11, "start", "r_future", false],
      [12, "country", "r_reference", false],
      [13, "start", "r_order", false],
      [13, "name", "r_unique", false],
      [14, "name", "r_unique", false],
      [15, "city", "r_city", false],
      [16, "amount", "r_amount", false],
    ]);
    const found = await results(run.id);
    expect(found.find((r) => r.rule_name === "r_unique")).toMatchObject({ failures: 2, passed: false });
    expect(found.filter((r) => r.rule_name === "r_draft")).toEqual([]);
    const kept = await bench.query(
      "select line::int, record ->> 'plan' as plan from quality.failing_rows where check_id = $1 and rule_name = 'r_values'",
      [run.id],
    );
    expect(kept).toEqual([{ line: 10, plan: "trial" }]);
    const [score] = await bench.query(
      "select score::float, failed, rules from quality.scores where check_id = $1",
      [run.id],
    );
    // Ten warnings (weight 1), one error (weight 3), and the contract's rule for the key (weight 3), which nothing broke.
    const warnings = 9 * (1 - 1 / 15) + (1 - 2 / 15);
    expect(score!.score).toBeCloseTo((warnings + 3 * (1 - 1 / 15) + 3) / 16, 4);
    expect(score).toMatchObject({ failed: 11, rules: 12 });
    expect(await bench.query("select rule_name, state, occurrences from quality.incidents")).toEqual([
      { rule_name: "r_values", state: "open", occurrences: 1 },
    ]);

    // A check by hand, a dry run (now, and over the load), and a try on a sample say the same of the same rows.
    const others: Record<string, unknown>[] = [
      {
        kind: "functional_dependency",
        fields: ["zip", "country"],
        parameters: { to: "city", deciders: "each" },
      },
      { kind: "format", field: "zip", parameters: { format: "icd10cm" } },
      { kind: "uniqueness", fields: ["id"] },
      { kind: "null_share", field: "name", parameters: { max: 0.01 } },
      { kind: "mean", field: "age", parameters: { max: 30 } },
      { kind: "distinct_count", field: "code", parameters: { min: 2, max: 4 } },
      { kind: "row_count", parameters: { min: 20 } },
      { kind: "freshness", field: "start", parameters: { max_hours: 1 } },
    ];
    const [{ checked }] = (await bench.query("select quality.run_rules($1) as checked", [id])) as [
      { checked: { results: { rule_name: string; failures: number }[] } },
    ];
    interface Tried {
      failures: number;
      measured: number | null;
      sample: unknown[];
      loads?: { failures: number }[];
    }
    for (const one of [...kinds, ...others]) {
      const definition = JSON.stringify(one);
      const [said] = await bench.query<{ tried: Tried; tested: Tried }>(
        "select ingest.try_rule($1, $2) as tried, quality.test_rule($1, $2) as tested",
        [id, definition],
      );
      const { tried, tested } = said!;
      const known = checked.results.find((r) => r.rule_name === one.name)?.failures ?? tried.failures;
      expect([tried.failures, tested.failures, tried.loads![0]!.failures], definition).toEqual([
        known,
        known,
        known,
      ]);
      expect(Math.floor(tested.measured ?? 0)).toBe(Math.floor(tried.measured ?? 0));
      if (tried.measured === null)
        expect([tried.sample.length, tested.sample.length]).toEqual([
          Math.min(10, known),
          Math.min(10, known),
        ]);
    }
  });

  it("hold the run above their thresholds, and a release merges it", async () => {
    const id = await declare(
      bench,
      "temps",
      [
        { name: "k", type: "integer" },
        { name: "v", type: "integer" },
      ],
      ["k"],
    );
    await rule(id, {
      name: "hot",
      kind: "range",
      field: "v",
      action: "hold",
      max_share: 0.4,
      parameters: { max: 60 },
    });
    expect((await bench.load("temps", "k,v\n1,70\n2,1\n3,1\n")).status).toBe("succeeded");
    const held = await bench.load("temps", "k,v\n4,70\n5,70\n6,1\n");
    expect(held).toMatchObject({ status: "held", error: { code: "QC010", column: "v" } });
    expect((await results(held.id)).find((r) => r.rule_name === "hot")).toMatchObject({
      failures: 2,
      passed: false,
    });
    await bench.query("select ingest.release_run($1)", [held.id]);
    await bench.run(held.id);
    expect(await bench.runRow(held.id)).toMatchObject({ status: "succeeded", inserted: 3 });
  });
});

describe("rules about loads and datasets", () => {
  const fields = [
    { name: "k", type: "integer" },
    { name: "v", type: "integer" },
    { name: "t", type: "timestamptz" },
  ];
  it("measure a load as a whole", async () => {
    const id = await declare(bench, "loads", fields, ["k"]);
    await rule(id, { name: "few", kind: "row_count", parameters: { min: 2, max: 3 } });
    await rule(id, { name: "nulls", kind: "null_share", field: "v", parameters: { max: 0.5 } });
    await rule(id, { name: "middle", kind: "mean", field: "v", parameters: { min: 10, max: 20 } });
    await rule(id, { name: "many", kind: "distinct_count", field: "v", parameters: { min: 2 } });
    await rule(id, { name: "fresh", kind: "freshness", field: "t", parameters: { max_hours: 24 } });
    await rule(id, {
      name: "same",
      kind: "row_count_change",
      parameters: { max_decrease: 0.5, max_increase: 0.4 },
    });
    const now = new Date().toISOString();
    const fine = await bench.load("loads", `k,v,t\n1,10,${now}\n2,20,${now}\n`);
    expect((await results(fine.id)).filter((r) => !r.passed)).toEqual([]);
    const bad = await bench.load(
      "loads",
      "k,v,t\n1,50,2020-01-01\n2,,2020-01-01\n3,,2020-01-01\n4,,2020-01-01\n",
    );
    expect(bad.status).toBe("succeeded");
    const failed = (await results(bad.id)).filter((r) => !r.passed);
    expect(failed.map((r) => [r.rule_name, r.rule_name === "fresh" ? 0 : r.measured])).toEqual([
      ["few", 4],
      ["fresh", 0],
      ["many", 1],
      ["middle", 50],
      ["nulls", 0.75],
      ["same", 1],
    ]);
  });

  it("about the rows in force undo a merge, a first one and a later one, and the next file goes through", async () => {
    const id = await declare(bench, "totals", fields, ["k"]);
    await rule(id, {
      name: "mean_v",
      kind: "mean",
      field: "v",
      scope: "dataset",
      action: "hold",
      severity: "critical",
      parameters: { max: 100 },
    });
    const first = await bench.load("totals", "k,v,t\n1,500,\n");
    expect(first).toMatchObject({ status: "held", error: { code: "QC010" } });
    expect(await bench.query("select count(*)::int as n from org_acme.totals")).toEqual([{ n: 0 }]);
    await bench.query("select ingest.reject_run($1)", [first.id]);
    expect((await bench.load("totals", "k,v,t\n1,50,\n2,150,\n")).status).toBe("succeeded");
    const later = await bench.load("totals", "k,v,t\n2,900,\n");
    expect(later).toMatchObject({ status: "held" });
    expect(await bench.query("select k, v, version from org_acme.totals order by k")).toEqual([
      { k: 1, v: 50, version: 1 },
      { k: 2, v: 150, version: 1 },
    ]);
    expect(await bench.query("select count(*)::int as n from org_acme.totals_history")).toEqual([{ n: 2 }]);
    await bench.query("select ingest.release_run($1)", [later.id]);
    await bench.run(later.id);
    expect(await bench.runRow(later.id)).toMatchObject({ status: "succeeded", updated: 1 });
    expect(
      await bench.query(
        "select state, severity, occurrences from quality.incidents where rule_name = 'mean_v'",
      ),
    ).toEqual([{ state: "open", severity: "critical", occurrences: 2 }]);
  });

  it("agree with another dataset's total", async () => {
    const id = await declare(bench, "ledger", fields, ["k"]);
    await declare(bench, "bank", fields, ["k"]);
    await bench.load("bank", "k,v,t\n1,60,\n2,40,\n");
    await rule(id, {
      name: "sums",
      kind: "reconciliation",
      fields: ["v"],
      scope: "dataset",
      parameters: { dataset: "bank", measure: "sum", field: "v", tolerance: 0.01 },
    });
    const off = await bench.load("ledger", "k,v,t\n1,60,\n");
    expect((await results(off.id)).find((r) => r.rule_name === "sums")).toMatchObject({
      measured: 0.4,
      passed: false,
    });
    const even = await bench.load("ledger", "k,v,t\n2,40,\n");
    expect((await results(even.id)).find((r) => r.rule_name === "sums")).toMatchObject({
      measured: 0,
      passed: true,
    });
  });
});

describe("a dry run", () => {
  it("says what a rule would have done to past loads, and records nothing", async () => {
    const id = await declare(
      bench,
      "dry",
      [
        { name: "k", type: "integer" },
        { name: "v", type: "integer" },
      ],
      ["k"],
    );
    await bench.load("dry", "k,v\n1,1\n2,2\n");
    const second = await bench.load("dry", "k,v\n2,200\n3,300\n");
    await bench.load("dry", "k,v\n2,20\n4,4\n");
    const [{ tried }] = (await bench.query("select ingest.try_rule($1, $2) as tried", [
      id,
      JSON.stringify({ kind: "range", field: "v", parameters: { max: 100 } }),
    ])) as [{ tried: Record<string, unknown> }];
    expect(tried).toMatchObject({ rows: 4, failures: 1, held: 1, of: 3, rejected: 2 });
    expect((tried.loads as Record<string, unknown>[]).filter((l) => !l.passed)).toMatchObject([
      { run: second.id, rows: 2, failures: 2 },
    ]);
    expect((tried.sample as Record<string, unknown>[])[0]).toMatchObject({ k: 3, v: 300 });
    const [{ mean }] = (await bench.query("select ingest.try_rule($1, $2) as mean", [
      id,
      JSON.stringify({ kind: "mean", field: "v", parameters: { max: 100 } }),
    ])) as [{ mean: Record<string, unknown> }];
    // After the loads: 1.5, 167, 81.25.
    expect((mean.loads as { measured: number }[]).map((l) => l.measured)).toEqual([81.25, 167, 1.5]);
    expect(mean).toMatchObject({ held: 1, of: 3 });
    expect(
      await bench.query("select count(*)::int as n from quality.rules where dataset_id = $1", [id]),
    ).toEqual([{ n: 0 }]);
  });

  it("of rules about groups of rows shows those that break them, and none of the key", async () => {
    const fields = [{ name: "k", type: "integer" }, { name: "v" }, { name: "w" }];
    const id = await declare(bench, "groups", fields, ["k"]);
    await bench.load("groups", "k,v,w\n1,a,x\n2,a,x\n3,a,x\n4,a,y\n5,b,z\n6,,z\n");
    const trial = async (rule: object): Promise<[unknown, unknown[]]> => {
      const [row] = await bench.query<{ tried: { failures: number; sample: { k: number }[] } }>(
        "select ingest.try_rule($1, $2) as tried",
        [id, JSON.stringify(rule)],
      );
      return [row!.tried.failures, row!.tried.sample.map((r) => r.k).sort()];
    };
    expect(await trial({ kind: "uniqueness", fields: ["k"] })).toEqual([0, []]);
    expect(await trial({ kind: "uniqueness", fields: ["k", "v"] })).toEqual([0, []]);
    expect(await trial({ kind: "uniqueness", fields: ["v"] })).toEqual([4, [1, 2, 3, 4]]);
    expect(await trial({ kind: "functional_dependency", fields: ["v"], parameters: { to: "w" } })).toEqual([
      1,
      [4],
    ]);
  });

  it("and versions: a draft changes nothing until it is deployed, and a roll back brings the old one back", async () => {
    const [{ id }] = (await bench.query("select id from data.datasets where name = 'dry'")) as [
      { id: string },
    ];
    const define = (max: number) => ({
      name: "v_max",
      kind: "range",
      field: "v",
      action: "reject",
      parameters: { max },
    });
    await rule(id, define(100));
    await bench.query("select quality.put_rule($1, $2)", [id, JSON.stringify(define(10))]);
    expect(countsOf(await bench.load("dry", "k,v\n10,50\n11,500\n"))).toMatchObject({
      inserted: 1,
      rejected: 1,
    });
    await bench.query("select quality.deploy_rule($1, 'v_max')", [id]);
    expect(countsOf(await bench.load("dry", "k,v\n12,50\n"))).toMatchObject({ inserted: 0, rejected: 1 });
    await bench.query("select quality.deploy_rule($1, 'v_max', 1)", [id]);
    expect(countsOf(await bench.load("dry", "k,v\n13,50\n14,5\n"))).toMatchObject({
      inserted: 2,
      rejected: 0,
    });
    const [{ checked }] = (await bench.query("select quality.run_rules($1) as checked", [id])) as [
      { checked: Record<string, unknown> },
    ];
    expect(checked).toMatchObject({ rows: 7, results: [{ rule_name: "v_max", failures: 1 }] });
  });
});
