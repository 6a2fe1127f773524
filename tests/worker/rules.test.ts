/** Every rule of a contract on a file: what it rejects, what it only notes, what holds the run. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, countsOf, createLoader, declare } from "./support.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await createLoader();
});
afterAll(() => bench.close());

interface Issue {
  line: number;
  column_name: string;
  rule: string;
  severity: string;
  rejected: boolean;
}
async function issuesOf(runId: string): Promise<Issue[]> {
  return bench.query<Issue>(
    "select line::int, column_name, rule, severity, rejected from ingest.row_issues where run_id = $1 order by line, column_name, rule",
    [runId],
  );
}
const issue = (line: number, column_name: string, rule: string, severity = "error") => ({
  line,
  column_name,
  rule,
  severity,
  rejected: severity === "error" || severity === "critical",
});

describe("rules", () => {
  it("reject the rows that break them, each with all its reasons", async () => {
    await declare(bench, "countries", [{ name: "code", type: "text" }], ["code"]);
    await bench.load("countries", "code\nFR\nDE\n");
    await declare(
      bench,
      "people",
      [
        { name: "id", type: "integer" },
        { name: "name", type: "text", required: true },
        { name: "age", type: "integer", minimum: "0", maximum: "150" },
        { name: "code", type: "text", pattern: "[A-Z]{2}[0-9]+" },
        { name: "plan", type: "text", allowedValues: ["free", "paid"] },
        { name: "born", type: "date", notInFuture: true },
        { name: "country", type: "text", references: { dataset: "countries", field: "code" } },
      ],
      ["id"],
    );
    const run = await bench.load(
      "people",
      [
        "id,name,age,code,plan,born,country",
        "1,ann,30,AB1,free,1990-01-01,FR",
        "2,,30,AB1,free,1990-01-01,FR",
        "3,cy,151,AB1,free,1990-01-01,FR",
        "4,di,30,ab1,free,1990-01-01,FR",
        "5,ed,30,AB1,trial,1990-01-01,FR",
        "6,flo,30,AB1,free,2990-01-01,FR",
        "7,gus,30,AB1,free,1990-01-01,US",
        "8,hal,x,ab,trial,1990-02-30,FR",
        ",ian,30,AB1,free,1990-01-01,FR",
        "x,jo,30,AB1,free,1990-01-01,FR",
        "11,kim,,,,,",
      ].join("\n"),
    );
    expect(run.status).toBe("succeeded");
    expect(countsOf(run)).toEqual({
      read: 11,
      inserted: 2,
      updated: 0,
      unchanged: 0,
      deleted: 0,
      rejected: 9,
      duplicate: 0,
    });
    expect(await issuesOf(run.id)).toEqual([
      issue(3, "name", "required"),
      issue(4, "age", "range"),
      issue(5, "code", "pattern"),
      issue(6, "plan", "allowed_values"),
      issue(7, "born", "not_in_future"),
      issue(8, "country", "reference"),
      issue(9, "age", "type"),
      issue(9, "born", "type"),
      issue(9, "code", "pattern"),
      issue(9, "plan", "allowed_values"),
      issue(10, "id", "required"),
      issue(11, "id", "type"),
    ]);
    const [told] = await bench.query(
      "select message, remedy, value from ingest.row_issues where run_id = $1 and line = 4",
      [run.id],
    );
    expect(told).toEqual({
      message: "age must be at least 0 and at most 150; found '151'",
      remedy: "Correct the value or the contract's range.",
      value: "151",
    });
  });

  it("with severity warning are noted and the row is loaded; critical ones hold the run", async () => {
    const id = await declare(
      bench,
      "temps",
      [
        { name: "at", type: "date" },
        { name: "c", type: "numeric", maximum: "60" },
      ],
      ["at"],
    );
    const setting =
      "insert into quality.rule_settings (org_id, dataset_id, field_name, rule, severity, max_share) values ($1, $2, 'c', 'range', $3, $4)";
    await bench.query(setting, [bench.org.id, id, "warning", null]);
    const warned = await bench.load("temps", "at,c\n2026-01-01,70\n2026-01-02,20\n");
    expect(countsOf(warned)).toMatchObject({ read: 2, inserted: 2, rejected: 0 });
    expect(await issuesOf(warned.id)).toEqual([issue(2, "c", "range", "warning")]);

    await bench.query("update quality.rule_settings set severity = 'critical' where dataset_id = $1", [id]);
    const held = await bench.load("temps", "at,c\n2026-01-03,70\n2026-01-04,20\n");
    expect(held.status).toBe("held");
    expect(held.error).toMatchObject({ code: "IN021", column: "c" });
    expect(await bench.query("select count(*)::int as n from org_acme.temps")).toEqual([{ n: 2 }]);

    await bench.query(
      "update quality.rule_settings set severity = 'info', max_share = 0.4 where dataset_id = $1",
      [id],
    );
    const over = await bench.load("temps", "at,c\n2026-01-05,70\n2026-01-06,20\n");
    expect(over.status).toBe("held");
  });
});

describe("null tokens", () => {
  it("mean null in typed columns and themselves in text columns", async () => {
    await declare(
      bench,
      "tokens",
      [
        { name: "k", type: "integer" },
        { name: "n", type: "numeric" },
        { name: "t", type: "text" },
        { name: "own", type: "integer", nullTokens: ["-"] },
      ],
      ["k"],
    );
    const run = await bench.load(
      "tokens",
      'k,n,t,own\n1,NA,NA,-\n2,N/A,"",5\n3,NULL,\\N,\n4,,,7\n5,\\N,NULL,NA\n',
    );
    expect(countsOf(run)).toMatchObject({ read: 5, inserted: 4, rejected: 1 });
    expect(await bench.query("select k, n, t, own from org_acme.tokens order by k")).toEqual([
      { k: 1, n: null, t: "NA", own: null },
      { k: 2, n: null, t: "", own: 5 },
      { k: 3, n: null, t: null, own: null },
      { k: 4, n: null, t: null, own: 7 },
    ]);
    expect(await issuesOf(run.id)).toEqual([issue(6, "own", "type")]);
  });
});

describe("the gate", () => {
  it("holds a file with too many rejected rows until a person releases or rejects it", async () => {
    await declare(
      bench,
      "gated",
      [
        { name: "k", type: "integer" },
        { name: "v", type: "integer" },
      ],
      ["k"],
    );
    const bad = (from: number) =>
      `k,v\n${Array.from({ length: 200 }, (_, i) => `${from + i},${i < 120 ? "x" : i}`).join("\n")}\n`;
    const held = await bench.load("gated", bad(0));
    expect(held.status).toBe("held");
    expect(held.error).toMatchObject({ code: "IN020" });
    expect(held).toMatchObject({ read: 200, rejected: 120, inserted: 0 });
    expect(
      await bench.query("select count(*)::int as n from ingest.rejected_rows where run_id = $1", [held.id]),
    ).toEqual([{ n: 120 }]);
    await bench.query("select ingest.release_run($1)", [held.id]);
    await bench.run(held.id);
    const released = await bench.runRow(held.id);
    expect(released.status).toBe("succeeded");
    expect(countsOf(released)).toMatchObject({ read: 200, inserted: 80, rejected: 120 });
    expect(await bench.query("select distinct changed_by from org_acme.gated")).toEqual([
      { changed_by: bench.manager },
    ]);

    const second = await bench.load("gated", bad(1000));
    await bench.query("select ingest.reject_run($1)", [second.id]);
    expect((await bench.runRow(second.id)).status).toBe("cancelled");
    expect(await bench.query("select count(*)::int as n from org_acme.gated")).toEqual([{ n: 80 }]);
    await expect(bench.query("select ingest.release_run($1)", [second.id])).rejects.toMatchObject({
      code: "IN006",
    });
    // A file that was rejected may be tried again.
    expect((await bench.submit("gated", bad(1000))).status).toBe("queued");
  });
});

describe("replay", () => {
  it("loads rejected rows after a fix, as a run of its own, and marks them", async () => {
    await declare(
      bench,
      "parts",
      [
        { name: "k", type: "integer" },
        { name: "v", type: "integer" },
      ],
      ["k"],
    );
    const run = await bench.load("parts", "k,v\n1,10\n2,x\n3,y\n4\n");
    expect(countsOf(run)).toMatchObject({ read: 4, inserted: 1, rejected: 3 });
    const replayed = await bench.query<{ id: string }>("select id from ingest.replay_rejected($1, $2)", [
      run.id,
      JSON.stringify({ 3: { v: 20 }, 4: { v: "z" }, 5: { k: "4", v: "40" } }),
    ]);
    await bench.run(replayed[0]!.id);
    const result = await bench.runRow(replayed[0]!.id);
    expect(result.error).toBeNull();
    expect(countsOf(result)).toEqual({
      read: 3,
      inserted: 2,
      updated: 0,
      unchanged: 0,
      deleted: 0,
      rejected: 1,
      duplicate: 0,
    });
    expect(await bench.query("select k, v, source_line::int from org_acme.parts order by k")).toEqual([
      { k: 1, v: 10, source_line: 2 },
      { k: 2, v: 20, source_line: 3 },
      { k: 4, v: 40, source_line: 5 },
    ]);
    expect(
      await bench.query("select distinct status from ingest.rejected_rows where run_id = $1", [run.id]),
    ).toEqual([{ status: "replayed" }]);
    expect(
      await bench.query("select line::int, raw, record, status from ingest.rejected_rows where run_id = $1", [
        result.id,
      ]),
    ).toEqual([{ line: 4, raw: "3,y", record: { k: "3", v: "z" }, status: "open" }]);
    await expect(bench.query("select ingest.replay_rejected($1)", [run.id])).rejects.toMatchObject({
      code: "IN008",
    });
    await expect(
      bench.query('select ingest.replay_rejected($1, \'{"4":{"nope":1}}\')', [result.id]),
    ).rejects.toMatchObject({ code: "IN009" });
  });
});

describe("a snapshot", () => {
  it("never deletes a live row whose replacement was rejected, readable key or not", async () => {
    await declare(
      bench,
      "snap",
      [
        { name: "k", type: "text" },
        { name: "v", type: "integer" },
      ],
      ["k"],
      "snapshot",
    );
    await bench.load("snap", "k,v\nalpha,1\nbeta,2\ngamma,3\ndelta,4\n");
    const run = await bench.load("snap", "k,v\nalpha,5\nbeta,x\ngamma,3,extra\n");
    expect(countsOf(run)).toEqual({
      read: 3,
      inserted: 0,
      updated: 1,
      unchanged: 0,
      deleted: 1,
      rejected: 2,
      duplicate: 0,
    });
    expect(await bench.query("select k, v from org_acme.snap order by k")).toEqual([
      { k: "alpha", v: 5 },
      { k: "beta", v: 2 },
      { k: "gamma", v: 3 },
    ]);
    expect((await issuesOf(run.id)).map((i) => [i.line, i.rule])).toEqual([
      [0, "snapshot_spared"],
      [3, "type"],
      [4, "ragged_row"],
    ]);
  });
});
