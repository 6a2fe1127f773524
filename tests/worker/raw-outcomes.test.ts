/**
 * What a run wrote is found by run, for the raw records in the document store: exactly its versions, also those that are
 * superseded by then, and those of a small merge without reading the table.
 */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadBatch } from "../../worker/stream/batch.ts";
import { asService } from "../support/database.ts";
import { sendEvents } from "./stream-support.ts";
import { type Bench, createLoader, declare } from "./support.ts";

let bench: Bench;
let made = 0;
beforeAll(async () => {
  bench = await createLoader();
});
afterAll(() => bench.close());

interface Outcome {
  line: string;
  version: number;
  outcome: string;
  business_keys: Record<string, unknown>;
}
const told = (run: string): Promise<Outcome[]> =>
  asService(bench.db, bench.org.id, async (c) => {
    const { rows } = await c.query<Outcome>("select * from ingest.raw_outcomes($1, -1, 50000)", [run]);
    return rows;
  });
/** By reading everything that there is. */
async function written(dataset: string, run: string): Promise<Record<string, unknown>[]> {
  const one = (table: string): string =>
    `select source_line as line, version, change_type as outcome, encode(data_hash, 'hex') as data_hash
       from store_acme.${table} where run_id = $1 and change_type <> 'delete'`;
  const { rows } = await bench.db.admin.query(
    `${one(dataset)} union all ${one(`${dataset}_history`)} order by 1`,
    [run],
  );
  return rows as Record<string, unknown>[];
}
const picked = (rows: readonly object[]): unknown[] =>
  rows.map((row) => {
    const { line, version, outcome, data_hash } = row as Record<string, unknown>;
    return { line, version, outcome, data_hash };
  });

async function batch(name: string, id: string, events: Record<string, unknown>[]): Promise<string> {
  await sendEvents(bench, name, events);
  await loadBatch(bench.context, bench.org.id, id, "test-worker");
  const [run] = await bench.query<{ id: string }>(
    "select id from ingest.runs where dataset_id = $1 order by created_at desc, id desc limit 1",
    [id],
  );
  return run!.id;
}

describe("what a run wrote", () => {
  it("is what the tables say, whatever came after it: events, files, snapshots, rows with and without a key", async () => {
    const change = fc.record({
      how: fc.constantFrom("batch", "file", "snapshot"),
      rows: fc.array(fc.record({ k: fc.integer({ min: 1, max: 6 }), v: fc.integer({ min: 0, max: 3 }) }), {
        minLength: 1,
        maxLength: 6,
      }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.array(change, { minLength: 1, maxLength: 5 }),
        async (keyed, changes) => {
          const name = `t${++made}`;
          const key = keyed ? ["k", "at"] : [];
          const fields = [
            { name: "k", type: "integer" },
            { name: "at", type: "timestamptz" },
            { name: "v", type: "numeric" },
          ];
          const id = await declare(bench, name, fields, key);
          const runs: string[] = [];
          for (const { how, rows } of changes) {
            const events = rows.map(({ k, v }) => ({ k, at: `2026-01-0${k}T00:00:00.5+02:00`, v }));
            if (how === "batch" || !keyed) runs.push(await batch(name, id, events));
            else {
              const lines = events.map(({ k, at, v }) => `${k},${at},${v}`);
              const mode = how === "snapshot" ? "snapshot" : "upsert";
              const run = await bench.load(name, `k,at,v\n${lines.join("\n")}\n`, { mode, force: true });
              runs.push(run.id);
            }
          }
          for (const run of runs) expect(picked(await told(run))).toEqual(await written(name, run));
        },
      ),
      { numRuns: 12 },
    );
  });

  it("is found by key or file where it is small, without reading a large table", async () => {
    for (const key of [["k"], []]) {
      const name = `large_${++made}`;
      const id = await declare(
        bench,
        name,
        [
          { name: "k", type: "integer" },
          { name: "v", type: "text" },
        ],
        key,
      );
      const rows = Array.from({ length: 30_000 }, (_, i) => `${i},first`);
      await bench.load(name, `k,v\n${rows.join("\n")}\n`);
      const run = await batch(
        name,
        id,
        Array.from({ length: 500 }, (_, i) => ({ k: i * 7, v: "second" })),
      );
      await bench.db.admin.query(`analyze store_acme.${name}; analyze store_acme.${name}_history`);
      const scans = await asService(bench.db, bench.org.id, async (c) => {
        const read = async (): Promise<number> => {
          const { rows: counts } = await c.query<{ n: number }>(
            "select coalesce(sum(seq_tup_read), 0)::int as n from pg_stat_xact_all_tables where schemaname = 'store_acme' and relname like $1",
            [`${name}%`],
          );
          return counts[0]!.n;
        };
        const before = await read();
        const { rows: found } = await c.query("select * from ingest.raw_outcomes($1, -1, 50000)", [run]);
        expect(found).toHaveLength(500);
        return (await read()) - before;
      });
      expect(scans).toBeLessThanOrEqual(500);
    }
  });
});
