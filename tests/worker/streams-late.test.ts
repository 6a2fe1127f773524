/** Batches of events that are loaded late: events apply in their order all the same. */
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { AppError } from "../../lib/errors.ts";
import { loadBatch } from "../../worker/stream/batch.ts";
import { sendEvents } from "./stream-support.ts";
import { type Bench, createLoader, declare } from "./support.ts";

let bench: Bench;
let made = 0;
beforeAll(async () => {
  bench = await createLoader();
});
afterAll(() => bench.close());

async function makeDataset(): Promise<{ name: string; id: string }> {
  const name = `late_${++made}`;
  const fields = [
    { name: "k", type: "integer" },
    { name: "v", type: "integer", minimum: "0" },
  ];
  return { name, id: await declare(bench, name, fields, ["k"]) };
}
const load = (id: string) => loadBatch(bench.context, bench.org.id, id, "test-worker");
const rowsOf = (name: string) => bench.query(`select k, v from org_acme.${name} order by k`);
const runsOf = (id: string) =>
  bench.query<{ id: string; status: string }>(
    "select id, status from ingest.runs where dataset_id = $1 order by created_at",
    [id],
  );

it("a batch that comes late (held and released, failed and loaded again) leaves what its events in their order would have", async () => {
  const poison = new AppError("IN012", "nothing helps", { hint: "Look into it." });
  const batch = fc.record({
    fate: fc.constantFrom("loaded", "held", "failed"),
    events: fc.array(fc.record({ k: fc.integer({ min: 1, max: 4 }), v: fc.integer({ min: -1, max: 3 }) }), {
      minLength: 1,
      maxLength: 6,
    }),
  });
  const late = (batches: { fate: string }[]): number[] =>
    batches.flatMap(({ fate }, i) => (fate === "loaded" ? [] : [i]));
  await fc.assert(
    fc.asyncProperty(
      fc
        .array(batch, { minLength: 1, maxLength: 5 })
        .chain((batches) =>
          fc.tuple(
            fc.constant(batches),
            fc.shuffledSubarray(late(batches), { minLength: late(batches).length }),
          ),
        ),
      async ([batches, order]) => {
        const { name, id } = await makeDataset();
        const model = new Map<number, number>();
        const runs: string[] = [];
        for (const { fate, events } of batches) {
          const bad = Array.from({ length: fate === "held" ? 100 : 0 }, () => ({ k: 99, v: -1 }));
          await sendEvents(bench, name, [...events, ...bad]);
          for (const { k, v } of events) if (v >= 0) model.set(k, v);
          await (fate === "failed"
            ? loadBatch(bench.context, bench.org.id, id, "test-worker", poison)
            : load(id));
          runs.push((await runsOf(id)).at(-1)!.id);
        }
        for (const i of order) {
          if (batches[i]!.fate === "held") {
            await bench.query("select ingest.release_run($1)", [runs[i]]);
            await bench.run(runs[i]!);
            expect(await bench.runRow(runs[i]!)).toMatchObject({ status: "succeeded" });
          } else {
            const [again] = await bench.query<{ id: string }>("select id from ingest.rerun($1)", [runs[i]]);
            await bench.run(again!.id);
          }
        }
        // Of what was loaded again behind the gate a person decides.
        for (const { id: run } of (await runsOf(id)).filter(({ status }) => status === "held")) {
          await bench.query("select ingest.release_run($1)", [run]);
          await bench.run(run);
        }
        const rows = (await rowsOf(name)) as { k: number; v: number }[];
        expect(new Map(rows.map(({ k, v }) => [k, v]))).toEqual(
          new Map([...model].sort(([a], [b]) => a - b)),
        );
      },
    ),
    { numRuns: 10 },
  );
});
