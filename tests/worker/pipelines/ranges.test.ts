/** Pipelines over a range: part by part, each an execution of its part alone, within the organization's limits. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { tick } from "../../../worker/schedule/tick.ts";
import { addMember, asMember, createOrg } from "../../support/database.ts";
import { declare } from "../support.ts";
import { createPipelines, type Executed, type Pipelines } from "./support.ts";

let p: Pipelines;
let made = 0;
beforeAll(async () => {
  p = await createPipelines();
  const fields = [
    { name: "id", type: "integer" },
    { name: "day", type: "date" },
    { name: "amount", type: "numeric" },
  ];
  await declare(p.bench, "orders", fields, ["id"]);
  const rows = Array.from({ length: 60 }, (_, i) => {
    const day = new Date(Date.UTC(2026, 0, 1 + i)).toISOString().slice(0, 10);
    return `${i},${day},${i % 7}`;
  });
  await p.bench.load("orders", `id,day,amount\n${rows.join("\n")}\n`);
});
afterAll(() => p.bench.close());
beforeEach(async () => {
  await admin(
    `update ingest.backfills set state = 'cancelled', ended_at = now(), look_at = null where state = 'running';
     update ingest.backfill_slices set state = 'waiting' where state = 'running'`,
  );
  await admin("delete from ingest.schedules; delete from ingest.schedule_limits");
});

const admin = <R extends object>(text: string, values: unknown[] = []): Promise<R[]> =>
  p.bench.db.admin.query(text, values).then((answer) => answer.rows as R[]);
const RANGE = { type: "date", field: "day" } as const;
const INPUT = { kind: "dataset", name: "orders" } as const;

interface Slice {
  position: number;
  state: string;
  range_from: string;
  pipeline_run_id: string | null;
  error: { code: string; message: string } | null;
}
const slices = (id: string) =>
  p.bench.query<Slice>("select * from ingest.backfill_slices where backfill_id = $1 order by position", [id]);
const backfill = async (id: string) =>
  (await p.bench.query<Record<string, unknown>>("select * from ingest.backfills where id = $1", [id]))[0]!;
const start = async (name: string, from: string, to: string, step: string, more = ""): Promise<string> => {
  const [row] = await p.bench.query<{ id: string }>(
    `select id from ingest.start_pipeline_backfill($1, $2, $3, $4${more})`,
    [name, from, to, step],
  );
  return row!.id;
};
const running = async (id: string) => (await slices(id)).filter((s) => s.state === "running");

async function look(): Promise<void> {
  await admin("update ingest.backfills set look_at = clock_timestamp() where look_at is not null");
  await tick({ pool: p.bench.db.worker, claimKey: p.bench.db.claimKey });
}
/** Executes what was started until the backfill rests; gives the executions in the order in which they ran. */
async function work(id: string): Promise<Executed[]> {
  const done: Executed[] = [];
  for (let i = 0; i < 40; i++) {
    await look();
    if ((await backfill(id)).state !== "running") break;
    for (const slice of await running(id)) {
      if (done.some((e) => e.id === slice.pipeline_run_id)) continue;
      done.push(await p.execute(slice.pipeline_run_id!));
    }
  }
  return done;
}
async function ranged(more: Record<string, unknown> = {}): Promise<string> {
  const name = `part_${++made}`;
  await p.create(name, {
    input: INPUT,
    steps: [{ kind: "derive", fields: { part: "_range_from" } }],
    output: { dataset: name, key_fields: ["id"] },
    range: RANGE,
    ...more,
  });
  return name;
}

describe("a backfill of a pipeline", () => {
  it("runs it part by part over the range, in order, each part marked as the backfill's and over its rows alone", async () => {
    const name = await ranged();
    const id = await start(name, "2026-01-05", "2026-01-20", "week");
    const done = await work(id);
    expect(await backfill(id)).toMatchObject({ state: "succeeded", done: 3, slices: 3 });
    expect(done.map((e) => e.rows_in)).toEqual([7, 7, 1]);
    const marked = await p.bench.query(
      "select range ->> 'from' as from, trigger, backfill_id from ingest.pipeline_runs where backfill_id = $1 order by created_at",
      [id],
    );
    expect(marked).toEqual(
      ["2026-01-05", "2026-01-12", "2026-01-19"].map((from) => ({
        from,
        trigger: "backfill",
        backfill_id: id,
      })),
    );
    const rows = await p.rows<{ id: number; day: Date; part: Date }>(name);
    expect(rows).toHaveLength(15);
    expect(
      rows.every(({ day, part }) => day >= part && day.getTime() < part.getTime() + 7 * 86_400_000),
    ).toBe(true);
  });

  it("goes by months from the newest, several at once where it is asked to", async () => {
    const name = await ranged();
    const id = await start(name, "2026-01-01", "2026-03-01", "month", ", newest_first => true, at_once => 2");
    await look();
    expect((await running(id)).map((s) => s.range_from)).toEqual(["2026-01-01", "2026-02-01"]);
    const order = await p.bench.query<{ from: string }>(
      "select range ->> 'from' as from from ingest.pipeline_runs where backfill_id = $1 order by id",
      [id],
    );
    expect(order.map((o) => o.from)).toEqual(["2026-02-01", "2026-01-01"]);
    await work(id);
    expect(await backfill(id)).toMatchObject({ state: "succeeded", done: 2 });
    expect(await p.rows(name)).toHaveLength(59);
  });

  it("gives a model and SQL steps the edges by name; without a range they hold every row", async () => {
    const model = `model_${++made}`;
    await p.create(model, {
      kind: "model",
      sql: "with days as (select * from orders where day >= _range_from and day < _range_to) select day, count(*)::int as n from days group by day",
      dataset: model,
      materialized: "incremental",
      key_fields: ["day"],
      cursor: "day",
      range: { type: "date" },
    });
    const id = await start(model, "2026-01-10", "2026-01-14", "2 days");
    await work(id);
    expect(await p.rows(model)).toHaveLength(4);
    // The cursor stands at 13 January by now; a part before it is done all the same.
    const [early] = await p.bench.query<{ id: string }>(
      `select id from ingest.run_pipeline($1, range => '{"from": "2026-01-01", "to": "2026-01-03"}')`,
      [model],
    );
    expect((await p.execute(early!.id)).rows_out).toBe(2);
    expect((await p.run(model)).rows_out).toBe(48);
    const name = await ranged({
      steps: [
        { kind: "sql", sql: "select id, day, _range_to as until from input where day < _range_to" },
        { kind: "filter", where: { sql: "t.day >= _range_from" } },
      ],
      range: { type: "date" },
    });
    expect((await p.run(name)).rows_out).toBe(60);
    const [row] = await p.bench.query<{ id: string }>(
      `select id from ingest.run_pipeline($1, range => '{"from": "2026-01-31", "to": "2026-02-03"}')`,
      [name],
    );
    expect((await p.execute(row!.id)).rows_out).toBe(3);
  });

  it("stops at a part that fails, and goes on from its failed step; a part that was run again by itself counts", async () => {
    const name = await ranged({
      steps: [
        { kind: "derive", fields: { q: { sql: "1 / (t.id - 5 + 1000 * (select count(*) from fixed))" } } },
      ],
    });
    await declare(p.bench, "fixed", [{ name: "k", type: "integer" }], ["k"]);
    const id = await start(name, "2026-01-01", "2026-01-13", "4 days");
    await work(id);
    expect(await backfill(id)).toMatchObject({ state: "failed", done: 1, error: { code: "IN070" } });
    expect((await slices(id)).map((s) => s.state)).toEqual(["succeeded", "failed", "waiting"]);
    await p.bench.load("fixed", "k\n100\n");
    await p.bench.query("select ingest.resume_backfill($1)", [id]);
    await look();
    const [open] = await running(id);
    const [rerun] = await p.bench.query(
      "select rerun_from, rerun_step, backfill_id, range ->> 'from' as from from ingest.pipeline_runs where id = $1",
      [open!.pipeline_run_id],
    );
    expect(rerun).toEqual({ rerun_from: "step", rerun_step: 1, backfill_id: id, from: "2026-01-05" });
    await work(id);
    expect(await backfill(id)).toMatchObject({ state: "succeeded", done: 3, error: null });
    expect(await p.rows(name)).toHaveLength(12);
  });

  it("rests while it is paused, is cancelled with what is under way, and goes on where it was", async () => {
    const name = await ranged();
    const id = await start(name, "2026-01-01", "2026-01-07", "2 days");
    await look();
    await p.bench.query("select ingest.pause_backfill($1)", [id]);
    const [open] = await running(id);
    await p.execute(open!.pipeline_run_id!);
    await look();
    // Its part counts no longer among what is under way, and nothing else was started.
    expect(await backfill(id)).toMatchObject({ state: "paused", done: 1, look_at: null });
    expect(await running(id)).toEqual([]);
    await p.bench.query("select ingest.resume_backfill($1)", [id]);
    await look();
    expect(await backfill(id)).toMatchObject({ state: "running", done: 1 });
    const [second] = await running(id);
    await p.bench.query("select ingest.cancel_backfill($1)", [id]);
    const [cancelled] = await p.bench.query("select status from ingest.pipeline_runs where id = $1", [
      second!.pipeline_run_id,
    ]);
    expect(cancelled).toEqual({ status: "cancelled" });
    await p.bench.query("select ingest.resume_backfill($1)", [id]);
    await work(id);
    expect(await backfill(id)).toMatchObject({ state: "succeeded", done: 3 });
    expect(await p.rows(name)).toHaveLength(6);
  });
});

describe("limits of an organization", () => {
  it("hold for parts of backfills as for schedules' runs, and schedules go first", async () => {
    await p.bench.query("select ingest.set_schedule_limits(2, 100)");
    const name = await ranged();
    const id = await start(name, "2026-01-01", "2026-01-11", "day", ", at_once => 5");
    await look();
    expect(await running(id)).toHaveLength(2);
    expect(await backfill(id)).toMatchObject({ reason: "2 runs are under way, the organization's limit" });
    const other = `plain_${++made}`;
    await p.create(other, { input: INPUT, steps: [], output: { dataset: other, key_fields: ["id"] } });
    await p.bench.query("select ingest.create_schedule($1, pipeline => $2, trigger => 'hand')", [
      `s${made}`,
      other,
    ]);
    await p.bench.query("select ingest.run_schedule($1)", [`s${made}`]);
    await look();
    const state = async () =>
      (
        await p.bench.query<{ state: string; reason: string | null }>(
          "select state, reason from ingest.schedule_runs",
        )
      )[0];
    expect(await state()).toEqual({
      state: "waiting",
      reason: "2 runs are under way, the organization's limit",
    });
    const [first] = await running(id);
    await p.execute(first!.pipeline_run_id!);
    // The part's place is the schedule's: its load is done, then the schedule is looked at.
    await look();
    await look();
    expect(await state()).toMatchObject({ state: "running" });
    expect(await running(id)).toHaveLength(1);
    const [counted] = await p.bench.query<{ starts: number }>("select starts from ingest.schedule_limits");
    expect(counted!.starts).toBe(3);
    await p.bench.query("select ingest.set_schedule_limits(20, 3)");
    await look();
    expect(await running(id)).toHaveLength(1);
    expect(await backfill(id)).toMatchObject({
      reason: "3 runs were started this hour, the organization's limit",
    });
  });
});

it("takes a turn for each part, so that another organization's first file goes before a second part", async () => {
  const name = await ranged();
  // What earlier tests left in the queue.
  await admin("delete from graphile_worker._private_jobs; delete from private.turns");
  await start(name, "2026-01-01", "2026-01-21", "day", ", at_once => 20");
  await look();
  const other = await createOrg(p.bench.db, "other");
  const manager = await addMember(p.bench.db, other.id, "manager@other.example", "manager");
  await asMember(p.bench.db, { orgId: other.id, userId: manager }, (c) =>
    c.query("select ingest.submit_file('items', 'items.csv', $1, 10, sha256('x'), 'upsert', '{id}')", [
      `org/${other.id}/files/x`,
    ]),
  );
  const jobs = await admin<{ org: string; priority: number }>(
    "select split_part(queue_name, ':', 2) as org, priority from graphile_worker.jobs where queue_name = any ($1) order by priority, id",
    [[`org:${p.bench.org.id}`, `org:${other.id}`]],
  );
  expect(jobs.filter(({ org }) => org === p.bench.org.id)).toHaveLength(20);
  expect(jobs.slice(0, 3).map(({ org }) => org)).toContain(other.id);
  expect(new Set(jobs.filter(({ org }) => org !== other.id).map(({ priority }) => priority)).size).toBe(20);
});

describe("a range is refused", () => {
  const refused = async (name: string, from: string, to: string, step: string) => {
    await expect(start(name, from, to, step)).rejects.toMatchObject({ code: "IN097" });
  };
  it("of a pipeline that knows of none, of another type, for a snapshot, and to whom may not run pipelines", async () => {
    const plain = `plain_${++made}`;
    await p.create(plain, { input: INPUT, steps: [], output: { dataset: plain, key_fields: ["id"] } });
    await refused(plain, "2026-01-01", "2026-01-02", "day");
    const name = await ranged();
    await refused(name, "1", "2", "1");
    await refused(name, "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "1 hour");
    await refused(name, "2026-01-03", "2026-01-02", "day");
    await expect(
      ranged({ output: { dataset: name, mode: "snapshot", key_fields: ["id"] } }),
    ).rejects.toMatchObject({
      code: "IN060",
    });
    await expect(ranged({ input: { kind: "file" } })).rejects.toMatchObject({ code: "IN060" });
    const viewer = await addMember(p.bench.db, p.bench.org.id, `viewer${made}@acme.example`, "viewer");
    const as = { orgId: p.bench.org.id, userId: viewer };
    await expect(
      asMember(p.bench.db, as, (c) =>
        c.query("select ingest.start_pipeline_backfill($1, '2026-01-01', '2026-01-02', 'day')", [name]),
      ),
    ).rejects.toMatchObject({ code: "42501" });
  });
});
