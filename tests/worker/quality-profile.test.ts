/** Profiles: exact where the dataset is small, close where it is large, made after a load by its job, with drift. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createProfileTask } from "../../worker/tasks/quality__profile.ts";
import { type Bench, createLoader, declare } from "./support.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await createLoader();
});
afterAll(() => bench.close());

interface Column {
  field_name: string;
  nulls: number;
  empties: number;
  distinct_count: number;
  distinct_exact: boolean;
  minimum: string;
  maximum: string;
  mean: number | null;
  top_values: [string, number][];
  shapes: [string, number][];
  types_seen: Record<string, number>;
  quantiles: number[] | null;
  histogram: { counts: number[] } | null;
  drift: { measure: string; value: number; drifted: boolean } | null;
}
/** Runs the job that the load left and reads what it made. */
async function profileOf(dataset: string, runId: string): Promise<Record<string, Column>> {
  const [job] = (
    await bench.db.admin.query("select payload from graphile_worker._private_jobs where key = $1", [
      `profile:${dataset}`,
    ])
  ).rows;
  expect(job.payload).toMatchObject({ datasetId: dataset, runId });
  await createProfileTask({
    ...bench.context,
    documents: null,
    auditKeys: null,
    secrets: undefined as never,
  })(job.payload);
  const rows = await bench.query<Column>(
    `select c.field_name, c.nulls::int, c.empties::int, c.distinct_count::int, c.distinct_exact, c.minimum, c.maximum, c.mean::float, c.top_values,
            c.shapes, c.types_seen, c.quantiles, c.histogram, c.drift
       from quality.column_profiles c join quality.profiles p on p.id = c.profile_id where p.run_id = $1`,
    [runId],
  );
  return Object.fromEntries(rows.map((row) => [row.field_name, row]));
}

describe("a profile", () => {
  const fields = [
    { name: "id", type: "integer" },
    { name: "kind" },
    { name: "code" },
    { name: "n", type: "integer" },
    { name: "d", type: "date" },
  ];
  const row = (i: number, kind: string, n: number | ""): string =>
    `${i},${kind},AB-${100 + (i % 7)},${n},2026-01-${String(1 + (i % 28)).padStart(2, "0")}`;

  it("of a small dataset counts exactly, and tells what drifted since the last one", async () => {
    const id = await declare(bench, "small", fields, ["id"], "snapshot");
    const first = await bench.load(
      "small",
      `id,kind,code,n,d\n${Array.from({ length: 100 }, (_, i) => row(i, i % 4 === 0 ? '""' : "abc"[i % 3]!, i % 10 === 0 ? "" : i)).join("\n")}\n`,
    );
    const one = await profileOf(id, first.id);
    expect(one.id).toMatchObject({
      distinct_count: 100,
      distinct_exact: true,
      minimum: "0",
      maximum: "99",
      mean: 49.5,
      drift: null,
    });
    expect(one.id!.quantiles).toHaveLength(21);
    expect(one.id!.histogram!.counts.reduce((a, b) => a + b)).toBe(100);
    expect(one.n).toMatchObject({ nulls: 10, distinct_count: 90, minimum: "1", maximum: "99" });
    expect(one.kind).toMatchObject({ empties: 25, distinct_count: 3, minimum: "a", maximum: "c" });
    expect(one.code).toMatchObject({ distinct_count: 7, shapes: [["A-9", 100]], types_seen: { text: 100 } });
    expect(one.d).toMatchObject({
      minimum: "2026-01-01",
      maximum: "2026-01-28",
      distinct_count: 28,
      mean: null,
    });

    const second = await bench.load(
      "small",
      `id,kind,code,n,d\n${Array.from({ length: 100 }, (_, i) => row(i, i < 90 ? "new" : "a", i + 500)).join("\n")}\n`,
    );
    const two = await profileOf(id, second.id);
    expect(two.kind!.drift).toMatchObject({ measure: "psi", drifted: true });
    expect(two.n!.drift).toMatchObject({ measure: "ks", value: 1, drifted: true });
    expect(two.code!.drift).toMatchObject({ value: 0, drifted: false });
    expect(two.d!.drift).toMatchObject({ measure: "ks", drifted: false });
  });

  it("of a large one is exact about counts and bounds, and close about how many values there are", async () => {
    const id = await declare(bench, "large", fields, ["id"]);
    const rows = Array.from({ length: 80_000 }, (_, i) =>
      row(i, `k${(i * 7919) % 20_000}`, i % 5 === 0 ? "" : (i * 31) % 6000),
    );
    const run = await bench.load("large", `id,kind,code,n,d\n${rows.join("\n")}\n`);
    const found = await profileOf(id, run.id);
    expect(found.id).toMatchObject({
      nulls: 0,
      minimum: "0",
      maximum: "79999",
      distinct_count: 80_000,
      distinct_exact: false,
    });
    expect(found.n).toMatchObject({ nulls: 16_000, minimum: "1", maximum: "5999" });
    expect(found.code!.distinct_count).toBe(7);
    expect(Math.abs(found.kind!.distinct_count / 20_000 - 1)).toBeLessThan(0.15);
    expect(Math.abs(found.n!.distinct_count / 4800 - 1)).toBeLessThan(0.3);
  });

  it("of an empty one is there, and the job of a dropped one does nothing", async () => {
    const id = await declare(bench, "empty", fields, ["id"]);
    await bench.query("select quality.make_profile($1)", [id]);
    expect(
      await bench.query("select row_count::int as rows from quality.profiles where dataset_id = $1", [id]),
    ).toEqual([{ rows: 0 }]);
    expect(await bench.query("select quality.suggest_rules($1) as rules", [id])).toEqual([{ rules: [] }]);
    const gone = { orgId: bench.org.id, datasetId: bench.org.id, runId: bench.org.id };
    await createProfileTask({
      ...bench.context,
      documents: null,
      auditKeys: null,
      secrets: undefined as never,
    })(gone);
  });

  it("after each load makes series of null shares, means and distinct values; loads make those of rows, score and time", async () => {
    const id = await declare(bench, "series", fields, ["id"]);
    for (const rows of [
      [row(1, "a", 10), row(2, "b", 20)],
      [row(3, "c", ""), row(4, "c", "")],
    ]) {
      const run = await bench.load("series", `id,kind,code,n,d\n${rows.join("\n")}\n`);
      await profileOf(id, run.id);
    }
    const series = async (measure: string, field: string | null = null): Promise<number[]> =>
      (
        await bench.query<{ value: number }>("select value from ingest.read_load_series($1, $2, $3)", [
          id,
          measure,
          field,
        ])
      ).map((r) => r.value);
    expect(await series("null_share", "n")).toEqual([0, 0.5]);
    expect(await series("mean", "n")).toEqual([15, 15]);
    expect(await series("distinct", "kind")).toEqual([2, 3]);
    expect(await series("row_count")).toEqual([2, 2]);
    expect(await series("score")).toEqual([1, 1]);
    const took = await series("duration");
    expect(took).toHaveLength(2);
    expect(took.every((seconds) => seconds > 0)).toBe(true);
    expect(await series("freshness")).toHaveLength(1);
    await expect(series("colour")).rejects.toMatchObject({ code: "QC003" });
  });
});
