/**
 * The scheduler: what is due is started once, whoever ticks and whoever dies over it; nothing piles up; limits hold. Time
 * is moved in the database's rows.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { signClaim } from "../../lib/claims.ts";
import { createLogger } from "../../lib/log.ts";
import { createPool, withClaim } from "../../lib/pg.ts";
import { tick } from "../../worker/schedule/tick.ts";
import { addMember, asMember, asService, createOrg } from "../support/database.ts";
import {
  admin,
  b,
  base,
  clear,
  close,
  due,
  open,
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

it("a suspended organization's sources are left alone until it goes on", async () => {
  const { id } = await schedule({
    name: "suspended",
    trigger: "interval",
    every: "1 hour",
    source: await source("id,v\n1,a\n"),
  });
  const status = (value: string) =>
    admin("update tenancy.organizations set status = $2 where id = $1", [b.bench.org.id, value]);
  await status("suspended");
  await due(id);
  expect(await ticked()).toMatchObject({ queued: 0, started: 0 });
  await status("active");
  await due(id);
  expect(await ticked()).toMatchObject({ queued: 1, started: 1 });
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
