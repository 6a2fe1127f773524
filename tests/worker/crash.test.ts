/** A load may die anywhere: nothing is half done, whoever takes over finishes, and who comes back writes nothing. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLogger } from "../../lib/log.ts";
import { createPool } from "../../lib/pg.ts";
import { takeOver } from "../../worker/beat.ts";
import { loadRun } from "../../worker/load/load.ts";
import type { Step } from "../../worker/load/types.ts";
import { asPlatform } from "../support/database.ts";
import { type Bench, countsOf, createLoader, declare } from "./support.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await createLoader();
});
afterAll(() => bench.close());

const FIELDS = [
  { name: "k", type: "integer" },
  { name: "v", type: "integer" },
];
const FIRST = `k,v\n${Array.from({ length: 50 }, (_, i) => `${i},${i}`).join("\n")}\n`;
const SECOND = `k,v\n${Array.from({ length: 50 }, (_, i) => `${i + 5},${i % 10 === 0 ? "x" : i + 5}`).join("\n")}\n`;

async function stateOf(name: string) {
  const rows = await bench.query(
    `select k, v, version, change_type, valid_to is null as current from org_acme.${name}_history order by k, version`,
  );
  return rows;
}

/** A worker process of its own that can be killed: its connections go, and it can write nothing down. */
function mortal(leaseSeconds: number) {
  const pool = createPool(bench.db.workerUrl, { name: "mortal", max: 6, log: createLogger("silent") });
  pool.on("connect", (client) => client.on("error", () => undefined));
  return {
    context: { ...bench.context, pool, leaseSeconds, log: createLogger("silent") },
    async kill() {
      await bench.db.admin.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'mortal' and datname = current_database()",
      );
      await pool.end().catch(() => undefined);
    },
  };
}

async function reapUntilQueued(id: string): Promise<void> {
  for (let turn = 0; turn < 100; turn++) {
    await asPlatform(bench.db, (client) => client.query("select ingest.reap_runs()"));
    if ((await bench.runRow(id)).status === "queued") return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("the run was not taken over");
}

describe("a worker that dies", () => {
  const steps: Step[] = ["stage", "land", "check", "gate", "merge"];
  for (const [index, step] of steps.entries()) {
    it(`at ${step} leaves a run that another one finishes, with the same result`, async () => {
      const [name, twin] = [`dies_${index}`, `lives_${index}`];
      for (const dataset of [name, twin]) {
        await declare(bench, dataset, FIELDS, ["k"]);
        await bench.load(dataset, FIRST);
      }
      const submitted = await bench.submit(name, SECOND, { mode: "snapshot" });
      const worker = mortal(1);
      const dying = loadRun(
        {
          ...worker.context,
          onStep: async (at) => {
            if (at === step) await worker.kill();
          },
        },
        { orgId: bench.org.id, runId: submitted.id },
        "mortal",
      );
      await expect(dying).rejects.toThrow();
      await reapUntilQueued(submitted.id);
      await bench.run(submitted.id);
      const run = await bench.runRow(submitted.id);
      const wanted = await bench.load(twin, SECOND, { mode: "snapshot" });
      expect(run.status).toBe("succeeded");
      expect(countsOf(run)).toEqual(countsOf(wanted));
      expect(countsOf(run)).toMatchObject({ read: 50, rejected: 5 });
      expect(await stateOf(name)).toEqual(await stateOf(twin));
      const issues = "select line, column_name, rule from ingest.row_issues where run_id = $1 order by line";
      expect(await bench.query(issues, [run.id])).toEqual(await bench.query(issues, [wanted.id]));
    });
  }

  it("in the middle of the merge leaves everything as it was", async () => {
    await declare(bench, "middle", FIELDS, ["k"]);
    await bench.load("middle", FIRST);
    const before = await stateOf("middle");
    const submitted = await bench.submit("middle", SECOND);
    const blocker = await bench.db.admin.connect();
    await blocker.query("begin; lock table store_acme.middle in row exclusive mode");
    const worker = mortal(1);
    const dying = loadRun(worker.context, { orgId: bench.org.id, runId: submitted.id }, "mortal").catch(
      () => "died",
    );
    for (let turn = 0; turn < 200; turn++) {
      const { rows } = await bench.db.admin.query(
        "select pid from pg_stat_activity where application_name = 'mortal' and wait_event_type = 'Lock' and query like '%begin_merge%'",
      );
      if (rows.length > 0) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await worker.kill();
    expect(await dying).toBe("died");
    await blocker.query("rollback");
    blocker.release();
    expect(await stateOf("middle")).toEqual(before);
    await reapUntilQueued(submitted.id);
    await bench.run(submitted.id);
    expect(countsOf(await bench.runRow(submitted.id))).toMatchObject({
      read: 50,
      inserted: 5,
      unchanged: 40,
      rejected: 5,
    });
  });

  it("or is frozen while it writes its landing table holds up nobody, and its sessions are ended", async () => {
    await declare(bench, "frozen", FIELDS, ["k"]);
    const submitted = await bench.submit("frozen", FIRST);
    const worker = mortal(1);
    const held = createPool(bench.db.workerUrl, { name: "frozen", max: 1, log: createLogger("silent") });
    const session = await held.connect();
    session.on("error", () => undefined);
    const dying = loadRun(
      {
        ...worker.context,
        onStep: async (at) => {
          if (at !== "check") return;
          const { rows } = await bench.db.admin.query<{ name: string }>(
            "select relname as name from pg_class where relnamespace = 'landing'::regnamespace and relkind = 'r' and relname like 'r' || replace($1, '-', '') || '%'",
            [submitted.id],
          );
          expect(rows.length).toBeGreaterThan(0);
          await session.query("begin");
          for (const { name } of rows)
            await session.query(`lock table landing."${name}" in row exclusive mode`);
          await worker.kill();
        },
      },
      { orgId: bench.org.id, runId: submitted.id },
      "mortal",
    );
    await expect(dying).rejects.toThrow();
    await reapUntilQueued(submitted.id);
    await bench.run(submitted.id);
    expect((await bench.runRow(submitted.id)).status).toBe("succeeded");
    const left = () =>
      bench.query(
        `select relname from pg_class where relnamespace = 'landing'::regnamespace and relname like 'r${submitted.id.replaceAll("-", "")}%'`,
      );
    expect((await left()).length).toBeGreaterThan(0);
    const heart = { ...bench.context, patience: 1, log: createLogger("silent") };
    for (let turn = 0; turn < 50 && (await left()).length > 0; turn++) {
      await takeOver(heart, false);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(await left()).toEqual([]);
    await expect(session.query("commit")).rejects.toThrow();
    session.release(true);
    await held.end();
  });

  it("that comes back after its lease was taken writes nothing", async () => {
    await declare(bench, "fenced", FIELDS, ["k"]);
    await bench.load("fenced", FIRST);
    const submitted = await bench.submit("fenced", SECOND);
    let resume: () => void = () => undefined;
    const paused = new Promise<void>((resolve) => {
      resume = resolve;
    });
    let arrived: () => void = () => undefined;
    const atMerge = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const onStep = (at: Step) => {
      if (at !== "merge") return undefined;
      arrived();
      return paused;
    };
    const stale = loadRun(
      { ...bench.context, onStep },
      { orgId: bench.org.id, runId: submitted.id },
      "stale",
    );
    await atMerge;
    // Its beats would stop with its process; here the lease is taken away between two of them.
    await bench.db.admin.query(
      "update ingest.runs set lease_until = now() - interval '1 minute' where id = $1",
      [submitted.id],
    );
    await reapUntilQueued(submitted.id);
    await bench.run(submitted.id);
    const done = await bench.runRow(submitted.id);
    expect(done.status).toBe("succeeded");
    const state = await stateOf("fenced");
    resume();
    expect(await stale).toBe("lost");
    expect(await stateOf("fenced")).toEqual(state);
    expect(await bench.runRow(submitted.id)).toEqual(done);
  });
});

describe("a file that is poison", () => {
  it("to every worker that takes it is set aside after a while, and the queue moves on", async () => {
    await declare(bench, "poison", FIELDS, ["k"]);
    const submitted = await bench.submit("poison", FIRST);
    for (let death = 1; death <= 6; death++) {
      const worker = mortal(1);
      const dying = loadRun(
        { ...worker.context, onStep: () => worker.kill() },
        { orgId: bench.org.id, runId: submitted.id },
        "mortal",
      );
      await expect(dying).rejects.toThrow();
      if (death < 6) await reapUntilQueued(submitted.id);
    }
    await expect
      .poll(
        async () => {
          await asPlatform(bench.db, (client) => client.query("select ingest.reap_runs()"));
          return (await bench.runRow(submitted.id)).status;
        },
        { timeout: 10_000 },
      )
      .toBe("failed");
    expect((await bench.runRow(submitted.id)).error).toMatchObject({ code: "IN017" });
    expect(await bench.load("poison", "k,v\n1,1\n")).toMatchObject({ status: "succeeded" });
  });

  it("an error that nobody foresaw is tried again five times; waiting for a store counts for nothing", async () => {
    await declare(bench, "unforeseen", FIELDS, ["k"]);
    const submitted = await bench.submit("unforeseen", FIRST);
    const down = Object.assign(new Error("away"), { code: "ECONNREFUSED" });
    const outcomes: string[] = [];
    for (let turn = 0; turn < 12; turn++) {
      const error = turn % 2 === 0 ? down : new Error("a fault of ours");
      outcomes.push(
        await bench.run(submitted.id, {
          onStep: () => {
            throw error;
          },
        }),
      );
      if (outcomes.at(-1) !== "waiting") break;
    }
    expect(outcomes).toEqual([...Array.from({ length: 9 }, () => "waiting"), "failed"]);
  });
});

describe("landing tables", () => {
  it("of dead loads are swept, those of living ones are not", async () => {
    await declare(bench, "swept", FIELDS, ["k"]);
    const submitted = await bench.submit("swept", FIRST);
    const worker = mortal(30);
    const tables = async () =>
      (
        await bench.db.admin.query(
          "select count(*)::int as n from pg_class where relnamespace = 'landing'::regnamespace and relkind = 'r'",
        )
      ).rows[0].n;
    const swept = async () =>
      asPlatform(
        bench.db,
        async (client) => (await client.query("select ingest.sweep_landing() as n")).rows[0].n,
      );
    await swept();
    const dying = loadRun(
      {
        ...worker.context,
        onStep: async (at) => {
          if (at !== "gate") return;
          expect(await tables()).toBeGreaterThan(0);
          expect(await swept()).toBe(0);
          await worker.kill();
        },
      },
      { orgId: bench.org.id, runId: submitted.id },
      "mortal",
    );
    await expect(dying).rejects.toThrow();
    await bench.query("select ingest.cancel_run($1)", [submitted.id]);
    expect(await swept()).toBeGreaterThan(0);
    expect(await tables()).toBe(0);
  });
});
