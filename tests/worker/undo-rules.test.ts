/**
 * What an undo brings back was in force once, under the rules of its time. Rules that reject or hold today are asked of it:
 * the preview tells which refuse how many rows, the undo writes nothing then, and goes against them only with a reason.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Bench, createLoader, declare } from "./support.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await createLoader();
});
afterAll(() => bench.close());

interface Told {
  updated: number;
  refused: { rule: string; field: string; action: string; rows: number }[];
}
const undo = async (
  run: string,
  dryRun: boolean,
  reason: string | null = null,
  against = false,
): Promise<Told> => {
  const [row] = await bench.query<{ told: Told }>("select ingest.undo_run($1, $2, 'abort', $3, $4) as told", [
    run,
    dryRun,
    reason,
    against,
  ]);
  return row!.told;
};
const deploy = async (id: string, rule: { name: string; [setting: string]: unknown }): Promise<void> => {
  await bench.query("select quality.put_rule($1, $2)", [id, JSON.stringify(rule)]);
  await bench.query("select quality.deploy_rule($1, $2)", [id, rule.name]);
};

/** Three rows of which the first load has wrong ones, put right by the second. */
async function mended(name: string): Promise<{ id: string; run: string }> {
  const id = await declare(
    bench,
    name,
    [{ name: "k", type: "integer" }, { name: "a", type: "integer" }, { name: "b" }],
    ["k"],
  );
  await bench.load(name, "k,a,b\n1,-1,x\n2,-2,\n3,3,y\n");
  const run = await bench.load(name, "k,a,b\n1,1,x\n2,2,z\n3,3,y\n");
  expect(run.updated).toBe(2);
  return { id, run: run.id };
}

it("names the rules that refuse rows, and needs a reason to go against them", async () => {
  const { id, run } = await mended("orders");
  expect((await undo(run, true)).refused).toEqual([]);
  await deploy(id, {
    name: "a_positive",
    kind: "range",
    field: "a",
    parameters: { min: 0 },
    action: "reject",
  });
  await deploy(id, { name: "b_there", kind: "required", field: "b", action: "hold" });
  await deploy(id, {
    name: "b_held_late",
    kind: "required",
    field: "b",
    action: "hold",
    max_failures: 1,
  });
  await deploy(id, { name: "a_told", kind: "range", field: "a", parameters: { min: 0 } });
  await bench.query("select data.alter_dataset($1, $2)", [
    id,
    JSON.stringify([{ op: "rules", name: "b", field: { required: true } }]),
  ]);
  const preview = await undo(run, true);
  expect(preview.updated).toBe(2);
  expect(preview.refused.map(({ rule, field, action, rows }) => [rule, field, action, rows])).toEqual([
    ["required", "b", "reject", 1],
    ["a_positive", "a", "reject", 2],
    ["b_there", "b", "hold", 1],
  ]);
  await expect(undo(run, false, "as it was")).rejects.toMatchObject({
    code: "HS007",
    message: expect.stringContaining("a_positive (2 rows)"),
  });
  await expect(undo(run, false, " ", true)).rejects.toMatchObject({ code: "HS001" });
  const rows = () => bench.query("select k, a, change_reason from org_acme.orders order by k");
  expect((await rows())[0]).toEqual({ k: 1, a: 1, change_reason: null });
  expect((await undo(run, false, "the register says so", true)).refused.length).toBe(3);
  expect((await rows())[0]).toEqual({ k: 1, a: -1, change_reason: "the register says so" });
});

it("asks rules about the rows in force once it is written, and writes nothing where one holds", async () => {
  const { id, run } = await mended("stock");
  await deploy(id, {
    name: "mean_a",
    kind: "mean",
    field: "a",
    parameters: { min: 1 },
    scope: "dataset",
    action: "hold",
  });
  await expect(undo(run, false)).rejects.toMatchObject({
    code: "HS007",
    message: expect.stringContaining("mean_a"),
  });
  expect(await bench.query("select a from org_acme.stock where k = 1")).toEqual([{ a: 1 }]);
  const told = await undo(run, false, "as it was", true);
  expect(told.refused).toMatchObject([{ rule: "mean_a", action: "hold" }]);
  expect(await bench.query("select a from org_acme.stock where k = 1")).toEqual([{ a: -1 }]);
});

it("of rows to a moment likewise", async () => {
  const { id } = await mended("prices");
  const [first] = await bench.query<{ at: Date }>(
    "select min(valid_from) as at from org_acme.prices_history",
  );
  await deploy(id, {
    name: "a_positive",
    kind: "range",
    field: "a",
    parameters: { min: 0 },
    action: "reject",
  });
  const ask = (dryRun: boolean, against: boolean) =>
    bench.query<{ told: Told }>("select data.undo_rows($1, $2, $3, $4, 'force', 'as it was', $5) as told", [
      id,
      JSON.stringify([{ k: 1 }, { k: 3 }]),
      first!.at.toISOString().replace("Z", "999Z"),
      dryRun,
      against,
    ]);
  expect((await ask(true, false))[0]!.told.refused).toMatchObject([{ rule: "a_positive", rows: 1 }]);
  await expect(ask(false, false)).rejects.toMatchObject({ code: "HS007" });
  expect((await ask(false, true))[0]!.told.updated).toBe(1);
});
