/**
 * A batch of which nothing is set aside is merged from its events (ingest.merge_events), any other is landed first. The two
 * ways must not be told apart by what they leave; and a stream's profile is made seldom, a file's at once.
 */
import "../support/property-seed.ts";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadBatch } from "../../worker/stream/batch.ts";
import { sendEvents } from "./stream-support.ts";
import { type Bench, createLoader, declare } from "./support.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await createLoader();
});
afterAll(() => bench.close());

const FIELDS = [
  { name: "k", type: "integer" },
  { name: "part" },
  { name: "v", type: "numeric(8,2)", minimum: "0" },
  { name: "at", type: "timestamptz" },
  { name: "note", sourceName: "Note" },
];
/** A statistic of the batch makes it be landed, whatever its events are. */
const STATISTIC = {
  name: "some",
  kind: "row_count",
  scope: "batch",
  parameters: { min: 0 },
  severity: "info",
  action: "record",
};
let made = 0;

async function makePair(key: string[]): Promise<{ name: string; id: string }[]> {
  const names = [`short_${++made}`, `long_${made}`];
  const pair = [];
  for (const name of names) pair.push({ name, id: await declare(bench, name, FIELDS, key) });
  await bench.query("select quality.put_rule($1, $2)", [pair[1]!.id, JSON.stringify(STATISTIC)]);
  await bench.query("select quality.deploy_rule($1, 'some')", [pair[1]!.id]);
  return pair;
}

/** Everything that is there of a dataset but ids, times and the results of rules. */
async function leftOf({ name, id }: { name: string; id: string }): Promise<unknown> {
  const rows = await bench.query(
    `select k, part, v, at, note, version from org_acme.${name} order by 1, 2, 3, 4, 5`,
  );
  const history = await bench.query(
    `select k, part, v, at, note, version, change_type, changed_fields from org_acme.${name}_history order by 1, 2, version, 3, 4, 5`,
  );
  const runs = await bench.query(
    `select status, read_rows, inserted_rows, updated_rows, unchanged_rows, deleted_rows, rejected_rows, duplicate_rows, error
       from ingest.runs where dataset_id = $1 order by created_at`,
    [id],
  );
  const issues = await bench.query(
    `select r.created_at = first_value(r.created_at) over (order by r.created_at) as first, i.line, i.column_name, i.rule, i.severity, i.rejected, i.message
       from ingest.row_issues i join ingest.runs r on r.id = i.run_id where r.dataset_id = $1 order by r.created_at, i.line, i.column_name, i.rule`,
    [id],
  );
  const changes = await bench.query(
    "select kind, inserted_rows, updated_rows from ingest.changes where dataset_id = $1 order by number",
    [id],
  );
  const keys = (
    await bench.db.admin.query(
      `select (select jsonb_agg(k order by k) from jsonb_array_elements(c.keys) k) as keys
         from private.change_keys c join ingest.changes x using (org_id, number) where x.dataset_id = $1 order by number`,
      [id],
    )
  ).rows;
  return { rows, history, runs, issues, changes, keys };
}

const value = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 5 }) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(null, "NA", "", "1.50", -1, "x", true, [1], { a: 1 }) },
);
const event = fc.record(
  {
    k: fc.oneof({ weight: 12, arbitrary: fc.integer({ min: 0, max: 6 }) }, { weight: 1, arbitrary: value }),
    part: fc.constantFrom("a", "b"),
    v: value,
    at: fc.constantFrom("2026-01-01T00:00:00Z", "2026-01-02", null),
    note: fc.constantFrom("n", "", null),
    Note: fc.constantFrom("other", null),
    _id: fc.constantFrom("x", "y"),
    unknown: fc.constantFrom<unknown>(null, " ", "u", 1),
  },
  { requiredKeys: ["k", "part"] },
);
const good = fc.record({
  k: fc.integer({ min: 0, max: 6 }),
  part: fc.constantFrom("a", "b"),
  v: fc.integer({ min: 0, max: 5 }),
});

it("leaves the same, landed or not, whatever the events and the key are", async () => {
  const batch = fc.oneof(
    fc.array(good, { minLength: 1, maxLength: 10 }),
    fc.array(event, { minLength: 1, maxLength: 10 }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom<string[]>(["k"], ["part", "k"], []),
      fc.array(batch, { minLength: 1, maxLength: 4 }),
      async (key, batches) => {
        const pair = await makePair(key);
        for (const { name, id } of pair) {
          for (const events of batches) {
            await sendEvents(bench, name, events);
            await loadBatch(bench.context, bench.org.id, id, "test-worker");
          }
        }
        expect(await leftOf(pair[0]!)).toEqual(await leftOf(pair[1]!));
      },
    ),
    { numRuns: 10 },
  );
});

it("makes no landing table for a batch that is good, and drops those of another", async () => {
  const [dataset] = await makePair(["k"]);
  const tables = async (): Promise<number> => {
    const { rows } = await bench.db.admin.query<{ made: number }>(
      "select count(*)::int as made from pg_class where relnamespace = 'landing'::regnamespace",
    );
    return rows[0]!.made;
  };
  const before = await tables();
  // Whoever may not make tables there can load a good batch, and no other.
  await bench.db.admin.query("revoke create on schema landing from cadastre_owner");
  try {
    await sendEvents(bench, dataset!.name, [
      { k: 1, part: "a", v: 1 },
      { k: 2, part: "a", v: 1, strange: 1 },
    ]);
    const load = () => loadBatch(bench.context, bench.org.id, dataset!.id, "test-worker");
    expect((await load()).outcome).toBe("succeeded");
    await sendEvents(bench, dataset!.name, [{ k: 3, part: "a", v: -1 }]);
    await expect(load()).rejects.toMatchObject({ code: "42501" });
    await bench.db.admin.query("grant create on schema landing to cadastre_owner");
    expect((await load()).outcome).toBe("succeeded");
  } finally {
    await bench.db.admin.query("grant create on schema landing to cadastre_owner");
  }
  expect(await tables()).toBe(before);
});

it("asks for a stream's profile in a minute, which later batches do not put off, and for a file's at once", async () => {
  const [dataset] = await makePair(["k"]);
  const job = async () => {
    const { rows } = await bench.db.admin.query<{ run: string; wait: number; at: string }>(
      `select payload ->> 'runId' as run, extract(epoch from run_at - now())::float as wait, run_at::text as at
         from graphile_worker._private_jobs where key = $1`,
      [`profile:${dataset!.id}`],
    );
    expect(rows).toHaveLength(1);
    return rows[0]!;
  };
  const send = async (k: number) => {
    await sendEvents(bench, dataset!.name, [{ k, part: "a", v: 1 }]);
    await loadBatch(bench.context, bench.org.id, dataset!.id, "test-worker");
    return job();
  };
  const first = await send(1);
  expect(first.wait).toBeGreaterThan(30);
  expect(first.wait).toBeLessThanOrEqual(60);
  const second = await send(2);
  expect(second.at).toBe(first.at);
  expect(second.run).not.toBe(first.run);
  await bench.load(dataset!.name, "k,part,v\n9,a,1\n");
  expect((await job()).wait).toBeLessThanOrEqual(0);
  // Where a profile takes ten seconds, it is made every eight minutes.
  await bench.db.admin.query("delete from graphile_worker._private_jobs where key = $1", [
    `profile:${dataset!.id}`,
  ]);
  await bench.db.admin.query(
    "insert into quality.profiles (org_id, dataset_id, row_count, sampled, millis) values ($1, $2, 1, 1, 10000)",
    [bench.org.id, dataset!.id],
  );
  expect((await send(3)).wait).toBeGreaterThan(450);
});
