/** What schedules start after others, ranges that are filled in, freshness, and running again. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { executePipeline } from "../../worker/transform/execute.ts";
import {
  admin,
  another,
  b,
  clear,
  close,
  due,
  files,
  open,
  type RunRow,
  read,
  readAndLoad,
  runs,
  schedule,
  settle,
  source,
  ticked,
} from "./schedules-support.ts";

beforeAll(open);
afterAll(close);
beforeEach(clear);

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
      files.set(`/${name}.csv`, `id,v\n1,${another()}\n`);
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
    const name = `s${another()}`;
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
    const incidents = () =>
      b.query("select rule_name, state, occurrences from quality.incidents where rule_name like 'target%'");
    expect(await incidents()).toEqual([{ rule_name: "target: freshness", state: "open", occurrences: 1 }]);
    files.set(`/${name}.csv`, "id,v\n1,z\n");
    await b.pull(name);
    await admin("update ingest.freshness set check_at = clock_timestamp()");
    await ticked();
    expect(await b.query("select late_since from ingest.freshness")).toEqual([{ late_since: null }]);
    expect(await incidents()).toMatchObject([{ state: "resolved" }]);
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
