/**
 * The scheduler: what is due is started once, whoever ticks and whoever dies over it; nothing piles up; dependencies,
 * limits, backfills, freshness and re-runs hold. Sources read a real HTTP server; time is moved in the database's rows.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { signClaim } from "../../lib/claims.ts";
import { createLogger } from "../../lib/log.ts";
import { createPool, withClaim } from "../../lib/pg.ts";
import { runPull } from "../../worker/connectors/pull.ts";
import { type Ticked, tick } from "../../worker/schedule/tick.ts";
import { executePipeline } from "../../worker/transform/execute.ts";
import { addMember, asMember, asService, createOrg } from "../support/database.ts";
import { type ConnectorBench, createConnectorBench } from "./connectors/support.ts";

interface RunRow {
  id: string;
  state: string;
  trigger: string;
  reason: string | null;
  pull_id: string | null;
  pipeline_run_id: string | null;
  load_ids: string[];
  trigger_run: string | null;
  rerun_of: string | null;
  rerun_from: string | null;
  error: { code: string; message: string } | null;
}

let server: Server;
let base: string;
let b: ConnectorBench;
let made = 0;
/** What the server answers by path; a number is a status. */
const files = new Map<string, string | number>();

beforeAll(async () => {
  server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://x");
    const from = url.searchParams.get("from");
    if (from !== null) {
      const rows = [{ id: Number(from), v: `from ${from} to ${url.searchParams.get("to")}` }];
      if (files.get(`fail ${from}`)) response.writeHead(404).end();
      else response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(rows));
      return;
    }
    const answer = files.get(url.pathname) ?? 404;
    if (typeof answer === "number") response.writeHead(answer).end();
    else response.writeHead(200, { etag: `"${Buffer.from(answer).toString("hex")}"` }).end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  b = await createConnectorBench();
  await b.connector("files", "http", { baseUrl: `${base}/`, auth: "none" });
  await b.connector("api", "rest", { baseUrl: `${base}/`, auth: "none" });
});
afterAll(async () => {
  await b?.close();
  server?.closeAllConnections();
  server?.close();
});
// What earlier tests left is out of the way of the next.
beforeEach(async () => {
  await b.bench.db.admin.query(
    "delete from ingest.schedules; delete from private.schedule_signals; delete from ingest.schedule_limits",
  );
});

const admin = <R extends object>(text: string, values: unknown[] = []): Promise<R[]> =>
  b.bench.db.admin.query(text, values).then((answer) => answer.rows as R[]);
const context = () => ({ pool: b.bench.db.worker, claimKey: b.bench.db.claimKey });
const ticked = (): Promise<Ticked> => tick(context());

/** A source of one file on the server, loaded into a dataset of the same name. */
async function source(text: string): Promise<string> {
  const name = `s${++made}`;
  files.set(`/${name}.csv`, text);
  await b.source(
    "files",
    name,
    { paths: [`${name}.csv`] },
    { how: "new_objects", key: ["id"], mode: "upsert" },
  );
  return name;
}
/** The arguments of create_schedule by name. */
async function schedule(spec: Record<string, unknown>): Promise<{ id: string; next_due_at: Date | null }> {
  const names = Object.keys(spec);
  const values = Object.values(spec).map((v) =>
    typeof v === "object" && v !== null ? JSON.stringify(v) : v,
  );
  const [row] = await b.query<{ id: string; next_due_at: Date | null }>(
    `select id, next_due_at from ingest.create_schedule(${names.map((n, i) => `${n} => $${i + 1}`).join(", ")})`,
    values,
  );
  return row!;
}
const due = (id: string, ago = "1 second") =>
  admin("update ingest.schedules set next_due_at = clock_timestamp() - $2::interval where id = $1", [
    id,
    ago,
  ]);
const runs = (id: string): Promise<RunRow[]> =>
  b.query<RunRow>("select * from ingest.schedule_runs where schedule_id = $1 order by created_at, id", [id]);
const read = (pull: string | null) =>
  runPull(b.context, { orgId: b.bench.org.id, pullId: pull! }, "test-worker");
async function readAndLoad(pull: string | null): Promise<void> {
  await read(pull);
  const [row] = await b.query<{ run_ids: string[] }>(
    "select run_ids from ingest.source_pulls where id = $1",
    [pull],
  );
  for (const run of row!.run_ids) await b.bench.run(run);
}
/** Ticks as often as a settled end takes until what it causes is started. */
async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) await ticked();
}

describe("what is due", () => {
  it("40 schedules of 4 organizations, eight workers ticking at once: each is started once", async () => {
    const { db } = b.bench;
    const ids: string[] = [];
    for (let o = 0; o < 4; o++) {
      const org = await createOrg(db, `many-${o}`);
      const userId = await addMember(db, org.id, `admin@many-${o}.example`, "admin");
      await asMember(db, { orgId: org.id, userId }, async (client) => {
        await client.query("select ingest.create_connector('files', 'http', $1)", [
          JSON.stringify({ baseUrl: `${base}/`, auth: "none" }),
        ]);
        for (let i = 0; i < 10; i++) {
          await client.query(
            "select ingest.create_source('files', $1, $1, $2, 'new_objects', 'upsert', '{id}')",
            [`s${i}`, JSON.stringify({ paths: ["x.csv"] })],
          );
          const { rows } = await client.query<{ id: string }>(
            "select id from ingest.create_schedule($1, 'cron', source => $1, cron => '0 6 * * *', time_zone => 'Europe/Paris')",
            [`s${i}`],
          );
          ids.push(rows[0]!.id);
        }
      });
    }
    await admin("update ingest.schedules set next_due_at = clock_timestamp() where id = any ($1)", [ids]);
    const pool = createPool(db.workerUrl, { name: "test-tickers", max: 8, log: createLogger("fatal") });
    try {
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => tick({ pool, claimKey: db.claimKey }, 15)),
      );
      const more = await Promise.all(
        Array.from({ length: 8 }, () => tick({ pool, claimKey: db.claimKey }, 15)),
      );
      expect([...answers, ...more].reduce((sum, one) => sum + one.started, 0)).toBe(40);
    } finally {
      await pool.end();
    }
    expect(
      await admin(
        "select count(*)::int as runs, count(distinct schedule_id)::int as schedules, count(distinct pull_id)::int as pulls from ingest.schedule_runs where schedule_id = any ($1) and state = 'running'",
        [ids],
      ),
    ).toEqual([{ runs: 40, schedules: 40, pulls: 40 }]);
    expect(
      await admin(
        "select count(*)::int as n from ingest.schedules where id = any ($1) and next_due_at > clock_timestamp() and missed_count = 0",
        [ids],
      ),
    ).toEqual([{ n: 40 }]);
  });

  it("a worker that is killed between taking and starting has done nothing; the next one starts it", async () => {
    const { db, org } = b.bench;
    const { id } = await schedule({
      name: "killed",
      trigger: "interval",
      every: "1 hour",
      source: await source("id,v\n1,a\n"),
    });
    await due(id);
    const client = await db.worker.connect();
    await client.query("begin");
    const platform = signClaim({ kind: "service", orgId: null, userId: null }, db.claimKey);
    await client.query("select set_config('cadastre.claim', $1, true)", [platform]);
    await client.query("select ingest.queue_due_schedules()");
    const taken = await client.query<{ org_id: string; kind: string; ids: string[] }>(
      "select * from ingest.take_scheduled()",
    );
    expect(taken.rows).toHaveLength(1);
    // Meanwhile nobody else finds it.
    expect(await ticked()).toMatchObject({ queued: 0, started: 0 });
    const claim = signClaim({ kind: "service", orgId: org.id, userId: null }, db.claimKey);
    await client.query("select ingest.start_scheduled($1)", [
      JSON.stringify([{ claim, kind: "run", ids: taken.rows[0]!.ids }]),
    ]);
    const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    client.on("error", () => undefined);
    await admin("select pg_terminate_backend($1)", [rows[0]!.pid]);
    client.release(true);
    expect(await runs(id)).toEqual([]);
    await expect.poll(async () => (await ticked()).started).toBe(1);
    expect(await runs(id)).toMatchObject([{ state: "running" }]);
  });

  it("one runs, one waits, later times are counted; the waiting one goes when the first has ended", async () => {
    const { id } = await schedule({
      name: "slow",
      trigger: "interval",
      every: "1 hour",
      source: await source("id,v\n1,a\n"),
    });
    for (let i = 0; i < 4; i++) {
      await due(id);
      await ticked();
    }
    const [first, second, ...more] = await runs(id);
    expect(more).toEqual([]);
    expect(first).toMatchObject({ state: "running" });
    expect(second).toMatchObject({ state: "waiting", reason: "the run before it is under way" });
    expect(await b.query("select missed_count::int from ingest.schedules where id = $1", [id])).toEqual([
      { missed_count: 2 },
    ]);
    await readAndLoad(first!.pull_id);
    await settle();
    expect(await runs(id)).toMatchObject([
      { state: "succeeded", load_ids: [expect.any(String)] },
      { state: "running" },
    ]);
    expect(await b.query("select last_state from ingest.schedules where id = $1", [id])).toEqual([
      { last_state: "succeeded" },
    ]);
  });

  it("after three hours of silence: one run makes up for all, or none; all are counted", async () => {
    const one = await schedule({
      name: "once",
      trigger: "cron",
      cron: "0 * * * *",
      source: await source("id,v\n1,a\n"),
    });
    const none = await schedule({
      name: "none",
      trigger: "cron",
      cron: "0 * * * *",
      catch_up: "none",
      source: await source("id,v\n1,a\n"),
    });
    for (const { id } of [one, none])
      await admin(
        "update ingest.schedules set next_due_at = date_trunc('hour', clock_timestamp()) - interval '3 hours' where id = $1",
        [id],
      );
    await ticked();
    expect(await runs(one.id)).toHaveLength(1);
    expect(await runs(none.id)).toHaveLength(0);
    expect(
      await b.query(
        "select name, missed_count::int as missed, next_due_at = date_trunc('hour', clock_timestamp()) + interval '1 hour' as next from ingest.schedules order by name",
      ),
    ).toEqual([
      { name: "none", missed: 4, next: true },
      { name: "once", missed: 3, next: true },
    ]);
  });

  it("what cannot be started ends with the reason, and the schedule goes on", async () => {
    const name = await source("id,v\n1,a\n");
    const { id } = await schedule({ name: "refused", trigger: "interval", every: "1 hour", source: name });
    await b.query("select ingest.alter_source($1, paused => true)", [name]);
    await due(id);
    await settle();
    expect(await runs(id)).toMatchObject([{ state: "failed", error: { code: "IN087" } }]);
    expect(
      await b.query(
        "select next_due_at > clock_timestamp() as next, last_state from ingest.schedules where id = $1",
        [id],
      ),
    ).toEqual([{ next: true, last_state: "failed" }]);
  });

  it("a paused one rests, what waits is cancelled, and it goes on from now", async () => {
    const { id } = await schedule({
      name: "rest",
      trigger: "interval",
      every: "1 hour",
      source: await source("id,v\n1,a\n"),
    });
    await due(id);
    await ticked();
    await due(id);
    await ticked();
    await b.query("select ingest.pause_schedule('rest')");
    expect((await runs(id)).map((run) => run.state)).toEqual(["running", "cancelled"]);
    expect(await ticked()).toMatchObject({ queued: 0, started: 0 });
    await b.query("select ingest.cancel_schedule_run($1)", [(await runs(id))[0]!.id]);
    expect(await read((await runs(id))[0]!.pull_id)).toBe("nothing");
    const [row] = await b.query<{ soon: boolean }>(
      "select next_due_at between clock_timestamp() + interval '59 minutes' and clock_timestamp() + interval '1 hour' as soon from ingest.resume_schedule('rest')",
    );
    expect(row!.soon).toBe(true);
  });

  it("by hand at once, and nothing else of a schedule that has no other trigger", async () => {
    const { id, next_due_at } = await schedule({
      name: "hand",
      trigger: "hand",
      source: await source("id,v\n1,a\n"),
    });
    expect(next_due_at).toBeNull();
    expect(await ticked()).toMatchObject({ started: 0 });
    await b.query("select ingest.run_schedule('hand')");
    expect(await ticked()).toMatchObject({ started: 1 });
    expect(await runs(id)).toMatchObject([{ trigger: "hand", state: "running" }]);
  });
});

describe("limits of an organization", () => {
  it("so many at once: the others wait, say why, and go as soon as one has ended", async () => {
    await b.query("select ingest.set_schedule_limits(max_running => 2)");
    const ids: string[] = [];
    for (let i = 0; i < 3; i++)
      ids.push(
        (
          await schedule({
            name: `at-once-${i}`,
            trigger: "interval",
            every: "1 hour",
            source: await source(`id,v\n${i},a\n`),
          })
        ).id,
      );
    for (const id of ids) await due(id);
    expect(await ticked()).toMatchObject({ queued: 3, started: 2 });
    const all = (await Promise.all(ids.map(runs))).flat();
    expect(all.filter((run) => run.state === "waiting")).toMatchObject([
      { reason: "2 runs are under way, the organization's limit" },
    ]);
    await readAndLoad(all.find((run) => run.state === "running")!.pull_id);
    await settle();
    expect(
      (await Promise.all(ids.map(runs)))
        .flat()
        .map((run) => run.state)
        .sort(),
    ).toEqual(["running", "running", "succeeded"]);
  });

  it("so many starts an hour, of this organization alone", async () => {
    await b.query("select ingest.set_schedule_limits(max_starts_per_hour => 1)");
    const one = await schedule({
      name: "first",
      trigger: "interval",
      every: "1 hour",
      source: await source("id,v\n1,a\n"),
    });
    const two = await schedule({
      name: "second",
      trigger: "interval",
      every: "1 hour",
      source: await source("id,v\n2,a\n"),
    });
    await due(one.id, "2 seconds");
    await due(two.id);
    expect(await ticked()).toMatchObject({ started: 1 });
    expect(await runs(two.id)).toMatchObject([
      { state: "waiting", reason: "1 runs were started this hour, the organization's limit" },
    ]);
    await admin("update ingest.schedule_limits set counted_hour = counted_hour - interval '1 hour'");
    await admin("update ingest.schedule_runs set try_at = clock_timestamp() where state = 'waiting'");
    expect(await ticked()).toMatchObject({ started: 1 });
  });
});

describe("after others", () => {
  const copy = (from: string, to: string) => ({
    input: { kind: "dataset", name: from },
    steps: [],
    output: { dataset: to, key_fields: ["id"] },
  });

  /** A loaded dataset, a schedule of its source, a pipeline that copies it and one that copies that. */
  async function chain(): Promise<{
    source: string;
    first: string;
    second: string;
    pipelines: [string, string];
  }> {
    const name = await source("id,v\n1,a\n");
    await b.pull(name);
    const pipelines: [string, string] = [`${name}_a`, `${name}_b`];
    await b.query("select ingest.create_pipeline($1, $2)", [
      pipelines[0],
      JSON.stringify(copy(name, pipelines[0])),
    ]);
    await b.query("select ingest.create_pipeline($1, $2)", [
      pipelines[1],
      JSON.stringify(copy(pipelines[0], pipelines[1])),
    ]);
    const first = await schedule({
      name: `${name}-first`,
      trigger: "upstream",
      pipeline: pipelines[0],
      upstreams: [{ dataset: name }],
    });
    const second = await schedule({
      name: `${name}-second`,
      trigger: "upstream",
      pipeline: pipelines[1],
      upstreams: [{ pipeline: pipelines[0] }],
    });
    await settle();
    return { source: name, first: first.id, second: second.id, pipelines };
  }
  async function execute(run: RunRow): Promise<void> {
    await executePipeline(
      b.context,
      { orgId: b.bench.org.id, pipelineRunId: run.pipeline_run_id! },
      "test-worker",
    );
    const [row] = await b.query<{ run_id: string }>("select run_id from ingest.pipeline_runs where id = $1", [
      run.pipeline_run_id,
    ]);
    if (row!.run_id) await b.bench.run(row!.run_id);
  }

  it("a load starts the pipeline, its success the next; each says what caused it", async () => {
    const c = await chain();
    expect(await runs(c.first)).toEqual([]);
    files.set(`/${c.source}.csv`, "id,v\n1,b\n2,c\n");
    const { runs: loads } = await b.pull(c.source);
    await settle();
    const [first] = await runs(c.first);
    expect(first).toMatchObject({ state: "running", trigger: "upstream", trigger_run: loads[0]!.id });
    expect(await runs(c.second)).toEqual([]);
    await execute(first!);
    await settle();
    expect(await runs(c.first)).toMatchObject([{ state: "succeeded" }]);
    const [second] = await runs(c.second);
    expect(second).toMatchObject({ state: "running", trigger_run: first!.pipeline_run_id });
    await execute(second!);
    await settle();
    expect(await runs(c.second)).toMatchObject([{ state: "succeeded" }]);
    expect(await b.rows(c.pipelines[1])).toHaveLength(2);
  });

  it("an upstream that fails starts nothing", async () => {
    const c = await chain();
    // Its definition asks for a column that is gone from the dataset it reads.
    await b.query("select ingest.save_pipeline($1, $2)", [
      c.pipelines[0],
      JSON.stringify({
        ...copy(c.source, c.pipelines[0]),
        steps: [{ kind: "sql", sql: "select id, (1 / (length(v) - length(v)))::text as v from input" }],
      }),
    ]);
    await b.query("select ingest.run_schedule($1)", [`${c.source}-first`]);
    await settle();
    await execute((await runs(c.first))[0]!);
    await settle();
    expect(await runs(c.first)).toMatchObject([
      { state: "failed", error: { code: expect.stringMatching(/^IN/) } },
    ]);
    expect(await runs(c.second)).toEqual([]);
  });

  it("all: only when the last of them is there, and again only when all have succeeded anew", async () => {
    const [x, y] = [await source("id,v\n1,a\n"), await source("id,v\n1,a\n")];
    await b.pull(x);
    await b.pull(y);
    await b.query("select ingest.create_pipeline($1, $2)", ["both", JSON.stringify(copy(x, "both"))]);
    const { id } = await schedule({
      name: "both",
      trigger: "upstream",
      pipeline: "both",
      upstream_mode: "all",
      upstreams: [{ dataset: x }, { dataset: y }],
    });
    const again = async (name: string) => {
      files.set(`/${name}.csv`, `id,v\n1,${++made}\n`);
      await b.pull(name);
      await settle();
    };
    await again(x);
    await again(x);
    expect(await runs(id)).toEqual([]);
    await again(y);
    expect(await runs(id)).toHaveLength(1);
    await again(y);
    expect(await runs(id)).toHaveLength(1);
  });
});

describe("a range", () => {
  async function api(): Promise<string> {
    const name = `s${++made}`;
    await b.source(
      "api",
      name,
      { path: "rows", cursor: { field: "id", parameter: "from", toParameter: "to" } },
      { how: "incremental", key: ["id"], mode: "upsert" },
    );
    return name;
  }
  const slices = (id: string) =>
    b.query<{
      position: number;
      range_from: string;
      range_to: string;
      state: string;
      pull_id: string | null;
    }>("select * from ingest.backfill_slices where backfill_id = $1 order by position", [id]);
  const backfill = async (id: string) =>
    (
      await b.query<Record<string, unknown>>(
        "select state, done, slices, error from ingest.backfills where id = $1",
        [id],
      )
    )[0]!;
  /** Works on slices until the backfill is as wanted. */
  async function work(id: string, until: () => Promise<boolean>): Promise<void> {
    for (let i = 0; i < 20 && !(await until()); i++) {
      await admin(
        "update ingest.backfills set look_at = clock_timestamp() where id = $1 and state = 'running'",
        [id],
      );
      await ticked();
      const open = (await slices(id)).find((slice) => slice.state === "running");
      if (open) await readAndLoad(open.pull_id);
    }
  }

  it("goes slice by slice in order, stops at a failure, resumes there; the cursor stays", async () => {
    const name = await api();
    const [row] = await b.query<{ id: string; slices: number }>(
      "select * from ingest.start_backfill($1, '0', '25', '10')",
      [name],
    );
    expect(row!.slices).toBe(3);
    expect((await slices(row!.id)).map((s) => [s.range_from, s.range_to])).toEqual([
      ["0", "10"],
      ["10", "20"],
      ["20", "25"],
    ]);
    files.set("fail 10", "yes");
    await work(row!.id, async () => (await backfill(row!.id)).state !== "running");
    expect(await backfill(row!.id)).toMatchObject({
      state: "failed",
      done: 1,
      slices: 3,
      error: { code: expect.stringMatching(/^SOURCE_/) },
    });
    files.delete("fail 10");
    await b.query("select ingest.resume_backfill($1)", [row!.id]);
    await work(row!.id, async () => (await backfill(row!.id)).state !== "running");
    expect(await backfill(row!.id)).toMatchObject({ state: "succeeded", done: 3, error: null });
    expect((await b.rows(name)).map((r) => r.v)).toEqual(["from 0 to 10", "from 10 to 20", "from 20 to 25"]);
    expect(await b.query("select cursor from ingest.sources where name = $1", [name])).toEqual([
      { cursor: null },
    ]);
  });

  it("is cancelled with its reading, and goes on where it was", async () => {
    const name = await api();
    const [row] = await b.query<{ id: string }>("select id from ingest.start_backfill($1, '0', '20', '10')", [
      name,
    ]);
    await ticked();
    const [open] = await slices(row!.id);
    expect(open!.state).toBe("running");
    await b.query("select ingest.cancel_backfill($1)", [row!.id]);
    expect(await read(open!.pull_id)).toBe("nothing");
    expect(await backfill(row!.id)).toMatchObject({ state: "cancelled", done: 0 });
    await b.query("select ingest.resume_backfill($1)", [row!.id]);
    await work(row!.id, async () => (await backfill(row!.id)).state !== "running");
    expect(await backfill(row!.id)).toMatchObject({ state: "succeeded", done: 2 });
  });

  it("waits for a reading that somebody else asked for", async () => {
    const name = await api();
    const [pull] = await b.query<{ id: string }>("select id from ingest.pull_source($1)", [name]);
    const [row] = await b.query<{ id: string }>("select id from ingest.start_backfill($1, '0', '10', '10')", [
      name,
    ]);
    await ticked();
    expect(await b.query("select state, reason from ingest.backfills where id = $1", [row!.id])).toEqual([
      { state: "running", reason: "the source is being read" },
    ]);
    await b.query("select ingest.cancel_pull($1)", [pull!.id]);
    await work(row!.id, async () => (await backfill(row!.id)).state !== "running");
    expect(await backfill(row!.id)).toMatchObject({ state: "succeeded" });
  });

  it.each([
    [
      "2026-01-31",
      "2026-04-01",
      "1 month",
      ["2026-01-31..2026-02-28", "2026-02-28..2026-03-28", "2026-03-28..2026-04-01"],
    ],
    [
      "2026-03-28T00:00:00Z",
      "2026-03-29T06:00:00Z",
      "12 hours",
      [
        "2026-03-28T00:00:00.000000Z..2026-03-28T12:00:00.000000Z",
        "2026-03-28T12:00:00.000000Z..2026-03-29T00:00:00.000000Z",
        "2026-03-29T00:00:00.000000Z..2026-03-29T06:00:00.000000Z",
      ],
    ],
  ])("from %s to %s by %s", async (from, to, step, expected) => {
    const [row] = await b.query<{ id: string }>("select id from ingest.start_backfill($1, $2, $3, $4)", [
      await api(),
      from,
      to,
      step,
    ]);
    expect((await slices(row!.id)).map((s) => `${s.range_from}..${s.range_to}`)).toEqual(expected);
    await b.query("select ingest.cancel_backfill($1)", [row!.id]);
  });

  it.each([
    ["0", "100", "0", "step"],
    ["5", "5", "1", "to"],
    ["0", "1000000", "1", "step"],
    ["2026-01-01", "2026-02-01", "6 hours", "step"],
    ["2026-01-01", "2025-02-01", "1 day", "to"],
    ["2026-01-01", "2026-02-01", "-1 day", "step"],
    ["never", "2026-02-01", "1 day", "from"],
    ["2026-01-01", "soon", "1 day", "to"],
    ["2000-01-01", "2026-01-01", "1 day", "step"],
  ])("from %s to %s by %s is refused, naming %s", async (from, to, step, field) => {
    const name = await api();
    await expect(
      b.query("select ingest.start_backfill($1, $2, $3, $4)", [name, from, to, step]),
    ).rejects.toMatchObject({ code: "IN097", column: field });
  });
});

describe("freshness", () => {
  it("a dataset that is older than it may be is told of once, and is not late once it is loaded", async () => {
    const name = await source("id,v\n1,a\n");
    await b.pull(name);
    await b.query(
      "select ops.put_notification_rule('dataset.late', 'in_app', recipient_user => $1, quiet_minutes => 0)",
      [b.admin],
    );
    await b.query("select ingest.set_freshness($1, '1 hour')", [name]);
    const told = () => b.query("select title from ops.notifications where event_kind = 'dataset.late'");
    await ticked();
    expect(await told()).toEqual([]);
    await admin(
      "update data.datasets set loaded_at = clock_timestamp() - interval '2 hours' where name = $1",
      [name],
    );
    for (let i = 0; i < 3; i++) {
      await admin("update ingest.freshness set check_at = clock_timestamp()");
      await ticked();
    }
    expect(await told()).toEqual([{ title: `${name} is late` }]);
    files.set(`/${name}.csv`, "id,v\n1,z\n");
    await b.pull(name);
    await admin("update ingest.freshness set check_at = clock_timestamp()");
    await ticked();
    expect(await b.query("select late_since from ingest.freshness")).toEqual([{ late_since: null }]);
    await b.query("select ingest.set_freshness($1, null)", [name]);
    expect(await b.query("select from ingest.freshness")).toEqual([]);
  });

  it("a schedule runs in time for it, and not before", async () => {
    const name = await source("id,v\n1,a\n");
    await b.pull(name);
    const { id } = await schedule({
      name: "fresh",
      trigger: "freshness",
      source: name,
      dataset: name,
      max_age: "1 hour",
    });
    expect(await ticked()).toMatchObject({ started: 0 });
    const [row] = await b.query<{ minutes: number }>(
      "select round(extract(epoch from next_due_at - clock_timestamp()) / 60)::int as minutes from ingest.schedules where id = $1",
      [id],
    );
    expect(row!.minutes).toBe(54);
    await admin(
      "update data.datasets set loaded_at = clock_timestamp() - interval '55 minutes' where name = $1",
      [name],
    );
    await due(id);
    expect(await ticked()).toMatchObject({ started: 1 });
  });
});

describe("again", () => {
  it("a failed load is loaded from its file, marked as such; its schedule's run from the load alone", async () => {
    const name = await source("id,v\n1,a\n");
    const { id } = await schedule({ name: "again", trigger: "hand", source: name });
    await b.query("select ingest.run_schedule('again')");
    await ticked();
    const [first] = await runs(id);
    await read(first!.pull_id);
    const [pull] = await b.query<{ run_ids: string[] }>(
      "select run_ids from ingest.source_pulls where id = $1",
      [first!.pull_id],
    );
    const load = pull!.run_ids[0]!;
    await admin("update ingest.runs set status = 'failed', finished_at = now(), error = $2 where id = $1", [
      load,
      JSON.stringify({ code: "IN012", message: "planted", line: 3 }),
    ]);
    await settle();
    expect(await runs(id)).toMatchObject([{ state: "failed", error: { code: "IN012", message: "planted" } }]);
    const [again] = await b.query<RunRow>("select * from ingest.rerun_schedule_run($1)", [first!.id]);
    expect(again).toMatchObject({ trigger: "rerun", rerun_of: first!.id, rerun_from: "load" });
    await ticked();
    const started = (await runs(id))[1]!;
    expect(started).toMatchObject({ state: "running", pull_id: null, load_ids: [expect.any(String)] });
    expect(
      await b.query("select rerun_of, rerun_from from ingest.runs where id = $1", [started.load_ids[0]]),
    ).toEqual([{ rerun_of: load, rerun_from: "stage" }]);
    await b.bench.run(started.load_ids[0]!);
    await settle();
    expect((await runs(id))[1]).toMatchObject({ state: "succeeded" });
    expect(await b.rows(name)).toHaveLength(1);
    await expect(b.query("select ingest.rerun($1)", [started.load_ids[0]])).rejects.toMatchObject({
      code: "IN006",
    });
  });

  it("a reading that failed is begun again", async () => {
    const name = await source("id,v\n1,a\n");
    files.set(`/${name}.csv`, 404);
    const { id } = await schedule({ name: "begin", trigger: "hand", source: name });
    await b.query("select ingest.run_schedule('begin')");
    await ticked();
    await read((await runs(id))[0]!.pull_id);
    await settle();
    expect(await runs(id)).toMatchObject([{ state: "failed", error: { code: "SOURCE_MISSING" } }]);
    files.set(`/${name}.csv`, "id,v\n1,a\n");
    await b.query("select ingest.rerun_schedule_run($1)", [(await runs(id))[0]!.id]);
    await ticked();
    await readAndLoad((await runs(id))[1]!.pull_id);
    await settle();
    expect((await runs(id))[1]).toMatchObject({ state: "succeeded", rerun_from: "start" });
  });
});

it("what a schedule starts acts within its own organization alone", async () => {
  const { db, org } = b.bench;
  const other = await createOrg(db, "elsewhere");
  const { id } = await schedule({
    name: "mine",
    trigger: "interval",
    every: "1 hour",
    source: await source("id,v\n1,a\n"),
  });
  await due(id);
  await withClaim(db.worker, db.claimKey, { kind: "service", orgId: null, userId: null }, (client) =>
    client.query("select ingest.queue_due_schedules()"),
  );
  const [run] = await runs(id);
  // Another organization's service finds no such run.
  const started = await asService(
    db,
    other.id,
    async (client) =>
      (await client.query("select ingest.start_schedule_run($1) as started", [run!.id])).rows[0],
  );
  expect(started).toEqual({ started: false });
  expect(await ticked()).toMatchObject({ started: 1 });
  expect(
    await admin("select distinct org_id from ingest.source_pulls where id = $1", [
      (await runs(id))[0]!.pull_id,
    ]),
  ).toEqual([{ org_id: org.id }]);
});
