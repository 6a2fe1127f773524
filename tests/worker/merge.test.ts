/** What the merge finds out by itself: rules of rows that differ, a contract that changed, a gate that closes late. */
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

describe("rows that are known to meet the rules", () => {
  const issuesIn = async (runId: string) => (await issuesOf(runId)).map((one) => [one.line, one.rule]);

  it("are not asked again; rows that differ are, and all of them once the contract changes", async () => {
    const fields = [
      { name: "k", type: "integer" },
      { name: "v", type: "integer", maximum: "100" },
    ];
    const id = await declare(bench, "known", fields, ["k"]);
    const digest = async () =>
      (
        await bench.query<{ known: boolean }>(
          "select rules_digest is not null as known from ingest.runs where dataset_id = $1 order by created_at desc limit 1",
          [id],
        )
      )[0]!.known;
    await bench.load("known", "k,v\n1,1\n2,2\n3,3\n");
    expect(await digest()).toBe(true);
    const second = await bench.load("known", "k,v\n1,1\n2,200\n3,4\n4,400\n5,5\n6,x\n", { mode: "snapshot" });
    expect(countsOf(second)).toEqual({
      read: 6,
      inserted: 1,
      updated: 1,
      unchanged: 1,
      deleted: 0,
      rejected: 3,
      duplicate: 0,
    });
    expect(await issuesIn(second.id)).toEqual([
      [3, "range"],
      [5, "range"],
      [7, "type"],
    ]);
    expect(
      await bench.query("select line::int, raw from ingest.rejected_rows where run_id = $1 order by line", [
        second.id,
      ]),
    ).toEqual([
      { line: 3, raw: "2,200" },
      { line: 5, raw: "4,400" },
      { line: 7, raw: "6,x" },
    ]);
    // A repeated key among them: the first row that meets the rules counts.
    const third = await bench.load("known", "k,v\n1,1\n7,700\n7,7\n7,7\n");
    expect(countsOf(third)).toEqual({
      read: 4,
      inserted: 1,
      updated: 0,
      unchanged: 1,
      deleted: 0,
      rejected: 1,
      duplicate: 1,
    });

    await bench.query("select data.alter_dataset($1, $2)", [
      id,
      JSON.stringify([{ op: "rules", name: "v", field: { maximum: "3" } }]),
    ]);
    const stricter = await bench.load("known", "k,v\n1,1\n3,4\n");
    expect(countsOf(stricter)).toEqual({
      read: 2,
      inserted: 0,
      updated: 0,
      unchanged: 1,
      deleted: 0,
      rejected: 1,
      duplicate: 0,
    });
    expect(await digest()).toBe(false);
    await bench.load("known", "k,v\n1,1\n2,3\n", { mode: "snapshot" });
    expect(await digest()).toBe(true);
  });
});

describe("a contract that changes during a load", () => {
  it("makes the load begin again under the new one", async () => {
    const id = await declare(
      bench,
      "moving",
      [
        { name: "k", type: "integer" },
        { name: "v", type: "integer" },
      ],
      ["k"],
    );
    const submitted = await bench.submit("moving", "k,v\n1,1\n");
    const rename = JSON.stringify([{ op: "rename", name: "v", to: "amount" }]);
    const first = await bench.run(submitted.id, {
      onStep: async (step) => {
        if (step === "merge") await bench.query("select data.alter_dataset($1, $2)", [id, rename]);
      },
    });
    expect(first).toBe("waiting");
    expect(await bench.run(submitted.id)).toBe("succeeded");
    expect(await bench.query("select k, amount from org_acme.moving")).toEqual([{ k: 1, amount: 1 }]);
  });
});

describe("a first load over the gate because of repeated keys", () => {
  it("is held and leaves nothing behind", async () => {
    const id = await declare(
      bench,
      "heap",
      [
        { name: "k", type: "integer" },
        { name: "v", type: "integer" },
      ],
      ["k"],
    );
    expect(id).toBeTruthy();
    const text = `k,v\n${Array.from({ length: 300 }, (_, i) => `${i % 3},${i}`).join("\n")}\n`;
    const submitted = await bench.submit("heap", text);
    expect(await bench.run(submitted.id, { road: "plain" })).toBe("held");
    expect(countsOf(await bench.runRow(submitted.id))).toMatchObject({ read: 300, rejected: 297 });
    const left = await bench.db.admin.query(
      "select relname from pg_class where relkind = 'r' and relname ~ '^r[0-9a-f]{32}_'",
    );
    expect(left.rows).toEqual([]);
    await bench.query("select ingest.release_run($1)", [submitted.id]);
    expect(await bench.run(submitted.id, { road: "plain" })).toBe("succeeded");
    expect(countsOf(await bench.runRow(submitted.id))).toMatchObject({
      read: 300,
      inserted: 3,
      rejected: 297,
    });
  });
});
