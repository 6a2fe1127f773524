/**
 * Any editions, in any mode, over any road: counts add up and are what a model says, the table is what the model says,
 * and the table as of each load is what it was then.
 */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Road } from "../../worker/load/types.ts";
import { type Bench, countsOf, createLoader, declare } from "./support.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await createLoader();
});
afterAll(() => bench.close());

interface Row {
  k: string;
  v: string;
  s: string;
}
interface Edition {
  rows: Row[];
  mode: "upsert" | "snapshot";
  road: Road;
}

const row = fc.record({
  k: fc.integer({ min: 1, max: 12 }).map(String),
  // A value out of range, one of the wrong type, a null token and an empty one among the good.
  v: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 3 }).map(String) },
    fc.constantFrom("1.5.1", "999", "NA", ""),
  ),
  s: fc.constantFrom("a", "b", "", "NA", "é"),
});
const edition = fc.record({
  rows: fc.array(row, { maxLength: 25 }),
  mode: fc.constantFrom("upsert" as const, "snapshot" as const),
  road: fc.constantFrom<Road>("plain", "stream", "text"),
});

const isNull = (value: string) => value === "" || value === "NA";

/** What a load must do, in as few words as possible. */
function model(state: Map<string, string>, { rows, mode }: Edition) {
  const file = new Map<string, string>();
  const seen = new Set<string>();
  const counts = {
    read: rows.length,
    inserted: 0,
    updated: 0,
    unchanged: 0,
    deleted: 0,
    rejected: 0,
    duplicate: 0,
  };
  for (const { k, v, s } of rows) {
    seen.add(k);
    if (!isNull(v) && !(/^\d+$/.test(v) && Number(v) <= 100)) {
      counts.rejected++;
      continue;
    }
    const value = JSON.stringify([isNull(v) ? null : Number(v), s === "" ? null : s]);
    const first = file.get(k);
    if (first === undefined) file.set(k, value);
    else if (first === value) counts.duplicate++;
    else counts.rejected++;
  }
  const next = new Map(state);
  for (const [k, value] of file) {
    if (!state.has(k)) counts.inserted++;
    else if (state.get(k) === value) counts.unchanged++;
    else counts.updated++;
    next.set(k, value);
  }
  if (mode === "snapshot") {
    for (const k of state.keys()) {
      if (seen.has(k)) continue;
      counts.deleted++;
      next.delete(k);
    }
  }
  return { counts, next };
}

async function tableAt(name: string, at: string): Promise<Record<string, string>> {
  const rows = await bench.query<{ k: number; v: number | null; s: string | null }>(
    `select k, v, s from org_acme.${name}_as_of($1) order by k`,
    [at],
  );
  return Object.fromEntries(rows.map(({ k, v, s }) => [String(k), JSON.stringify([v, s])]));
}

const now = async () => (await bench.query<{ at: string }>("select clock_timestamp()::text as at"))[0]!.at;

describe("editions", () => {
  it("give the counts and the tables that a model gives, now and as of each load", async () => {
    let number = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(edition, { minLength: 1, maxLength: 4 }), async (editions) => {
        const name = `things_${++number}`;
        const fields = [
          { name: "k", type: "integer" },
          { name: "v", type: "integer", maximum: "100" },
          { name: "s", type: "text" },
        ];
        await declare(bench, name, fields, ["k"]);
        let state = new Map<string, string>();
        const moments: { at: string; table: Record<string, string> }[] = [];
        for (const one of editions) {
          const text = `k,v,s\n${one.rows.map(({ k, v, s }) => `${k},${v},${s}\n`).join("")}`;
          const run = await bench.load(name, text, { mode: one.mode, force: true }, { road: one.road });
          const wanted = model(state, one);
          expect(run.error).toBeNull();
          expect(countsOf(run)).toEqual(wanted.counts);
          state = wanted.next;
          moments.push({ at: await now(), table: Object.fromEntries(state) });
        }
        for (const moment of moments) expect(await tableAt(name, moment.at)).toEqual(moment.table);
        // Versions of a key follow each other without a gap.
        const gaps = await bench.query(
          `select k from (select k, version, lag(version) over (partition by k order by version) as before
                            from org_acme.${name}_history) v where version <> coalesce(before, 0) + 1`,
        );
        expect(gaps).toEqual([]);
      }),
      { numRuns: 25 },
    );
  }, 240_000);
});
