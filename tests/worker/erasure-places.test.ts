/** A person's values leave whatever the platform made of rows beside them: events, samples, profiles, inputs of pipelines. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { runErasure } from "../../worker/retention/erase.ts";
import { loadBatch } from "../../worker/stream/batch.ts";
import { sweepObjects } from "../../worker/tasks/data__sweep.ts";
import { addMember, asMember, asService } from "../support/database.ts";
import { createPipelines, type Pipelines } from "./pipelines/support.ts";
import { sendEvents } from "./stream-support.ts";
import { declare } from "./support.ts";

let made: Pipelines;
let owner = "";
beforeAll(async () => {
  made = await createPipelines();
  owner = await addMember(made.bench.db, made.bench.org.id, "owner@acme.example", "owner");
});
afterAll(() => made.bench.close());

async function erase(subject: unknown): Promise<Record<string, number>> {
  const { bench } = made;
  const as = { orgId: bench.org.id, userId: owner };
  const id = await asMember(bench.db, as, async (client) => {
    const { rows } = await client.query<{ id: string }>("select id from data.request_erasure($1, 'asked')", [
      JSON.stringify(subject),
    ]);
    return rows[0]!.id;
  });
  const context = {
    pool: bench.db.worker,
    claimKey: bench.db.claimKey,
    store: bench.store,
    log: bench.context.log,
  };
  await runErasure(context, bench.org.id, id);
  await sweepObjects(context);
  return asMember(bench.db, as, async (client) => {
    const { rows } = await client.query<{ state: string; error: unknown; found: Record<string, number> }>(
      "select state, error, found from data.erasures where id = $1",
      [id],
    );
    expect(rows[0]).toMatchObject({ state: "succeeded", error: null });
    return rows[0]!.found;
  });
}

/** Tables that have the word somewhere, and files of the store that do. */
async function placesOf(word: string): Promise<string[]> {
  const { db, store } = made.bench;
  const { rows: tables } = await db.admin.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'r' and n.nspname !~ '^(pg_|information_schema)'`,
  );
  const places: string[] = [];
  for (const { name } of tables) {
    const { rows } = await db.admin.query<{ n: number }>(
      `select count(*)::int as n from ${name} t where position($1 in t::text) > 0`,
      [word],
    );
    if (rows[0]!.n > 0) places.push(name);
  }
  const { rows: files } = await db.admin.query<{ key: string }>("select object_key as key from ingest.files");
  for (const { key } of files) {
    const parts: Buffer[] = [];
    for await (const part of await store.open(key)) parts.push(part as Buffer);
    if (Buffer.concat(parts).includes(word)) places.push(key);
  }
  return places;
}

it("events of a stream, loaded, rejected and waiting, with the file of their batch", async () => {
  const { bench } = made;
  const id = await declare(
    bench,
    "clicks",
    [{ name: "k", type: "integer" }, { name: "who" }, { name: "n", type: "integer" }],
    ["k"],
  );
  await sendEvents(bench, "clicks", [
    { k: 1, who: "Other Visitor", n: 1 },
    { k: 2, who: "Gone Visitor", n: 1 },
    { k: 3, who: "Gone Visitor", n: "many" },
  ]);
  expect(await loadBatch(bench.context, bench.org.id, id, "test-worker")).toMatchObject({
    outcome: "succeeded",
  });
  await sendEvents(bench, "clicks", [
    { k: 4, who: "Gone Visitor", n: 1 },
    { k: 5, who: "Other Visitor", n: 1 },
  ]);
  expect((await placesOf("Gone Visitor")).length).toBeGreaterThan(3);
  expect(await erase([{ dataset: "clicks", values: { who: "Gone Visitor" } }])).toMatchObject({
    rows: 1,
    files: 1,
    fileLines: 2,
    events: 3,
  });
  expect(await placesOf("Gone Visitor")).toEqual([]);
  expect((await placesOf("Other Visitor")).length).toBeGreaterThan(2);
});

it("failing rows of checks, profiles, and issues that say a value", async () => {
  const { bench } = made;
  const id = await declare(
    bench,
    "patients",
    [{ name: "id", type: "integer" }, { name: "name" }, { name: "age", type: "integer" }],
    ["id"],
  );
  const rule = { name: "age_range", kind: "range", field: "age", parameters: { min: 0, max: 120 } };
  await bench.query("select quality.put_rule($1, $2)", [id, JSON.stringify(rule)]);
  await bench.query("select quality.deploy_rule($1, 'age_range')", [id]);
  const run = await bench.load(
    "patients",
    "id,name,age\n1,Aaron First,40\n2,Zz Gone Patient,777\n3,Berta Mid,50\n",
  );
  expect(run).toMatchObject({ status: "succeeded", rejected: 0 });
  await asService(bench.db, bench.org.id, (client) =>
    client.query("select quality.make_profile($1, $2)", [id, run.id]),
  );
  const before = await placesOf("Zz Gone Patient");
  expect(before).toEqual(expect.arrayContaining(["quality.failing_rows", "quality.column_profiles"]));
  expect(await erase([{ dataset: "patients", key: { id: 2 } }])).toMatchObject({
    failingRows: 1,
    profiles: expect.any(Number) as number,
  });
  expect(await placesOf("Zz Gone Patient")).toEqual([]);
  const [profile] = await bench.query<{ minimum: string; top_values: unknown }>(
    "select minimum, top_values from quality.column_profiles where field_name = 'name'",
  );
  expect(profile).toMatchObject({
    minimum: "Aaron First",
    top_values: [
      ["Aaron First", 1],
      ["Berta Mid", 1],
    ],
  });
  expect(
    await bench.query("select maximum, quantiles from quality.column_profiles where field_name = 'age'"),
  ).toEqual([{ maximum: null, quantiles: null }]);
});

it("the input of a pipeline, whose columns are not the contract's", async () => {
  await made.create("members_in", {
    input: { kind: "file" },
    steps: [{ kind: "rename", fields: { nr: "id", full: "name" } }],
    output: { dataset: "members", key_fields: ["id"] },
  });
  const done = await made.run("members_in", "Nr,Full,Rooms\n1,Some Body,2\n2,Gone Member,1\n");
  expect(done.load).toMatchObject({ status: "succeeded", inserted: 2 });
  expect((await placesOf("Gone Member")).length).toBeGreaterThan(2);
  const found = await erase([{ dataset: "members", values: { name: "Gone Member" } }]);
  expect(found).toMatchObject({ rows: 1, files: 2, fileLines: 2 });
  expect(await placesOf("Gone Member")).toEqual([]);
  // A number of the person's key alone makes no record theirs.
  expect((await placesOf("1,Some Body,2")).length).toBe(1);
});
