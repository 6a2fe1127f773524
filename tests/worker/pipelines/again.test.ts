/** A pipeline's re-run: from the failed step where what came before it is kept and would be the same, else from the first, saying why. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tick } from "../../../worker/schedule/tick.ts";
import { sweepObjects } from "../../../worker/tasks/data__sweep.ts";
import { sweepOps } from "../../../worker/tasks/ops__sweep.ts";
import { addMember, asMember } from "../../support/database.ts";
import { declare } from "../support.ts";
import { createPipelines, type Pipelines } from "./support.ts";

let p: Pipelines;
let made = 0;
let rate = 10;
beforeAll(async () => {
  p = await createPipelines();
  await declare(
    p.bench,
    "rates",
    [
      { name: "code", type: "text" },
      { name: "rate", type: "numeric" },
    ],
    ["code"],
  );
  await p.bench.load("rates", "code,rate\na,2.50\nb,0.1\n");
});
afterAll(() => p.bench.close());

const FILE = `id,code,at\n1,a,2026-01-01\n2,b,2026-01-02\n3,a,"31 ""x"", \\ and\nmore"\n4,,\n`;
/** Fails in its last step until `switches` (a dataset of its own) has a row. */
const STEPS: Record<string, unknown>[] = [
  {
    kind: "derive",
    fields: { n: "number(id)", weird: { sql: "jsonb_build_object('at', t.at, 'f', 0.1::float8)" } },
  },
  { kind: "join", dataset: "rates", on: { code: "code" }, fields: { rate: "rate" } },
  { kind: "split", where: "code = 'b'", output: { dataset: "apart", key_fields: ["id"] } },
  { kind: "derive", fields: { q: { sql: "1 / (select count(*) from switches)" } } },
];
async function pipeline(
  input: Record<string, unknown> = { kind: "file" },
  steps: Record<string, unknown>[] = STEPS,
): Promise<string> {
  const name = `again_${++made}`;
  await declare(p.bench, `switch_${made}`, [{ name: "k", type: "integer" }], ["k"]);
  const own = JSON.parse(JSON.stringify(steps).replaceAll("switches", `switch_${made}`)) as unknown[];
  await p.create(name, { input, steps: own, output: { dataset: name, key_fields: ["id"] } });
  return name;
}
/** Lets the last pipeline that was made go through. */
const heal = () => p.bench.load(`switch_${made}`, "k\n1\n");
const rowOf = async (id: string) =>
  (
    await p.bench.query<Record<string, unknown>>(
      "select status, rerun_from, rerun_step, rerun_reason, kept_step, rows_in::int from ingest.pipeline_runs where id = $1",
      [id],
    )
  )[0]!;
const rerun = async (id: string, as?: string): Promise<string> => {
  const text = "select id from ingest.rerun_pipeline($1)";
  if (as === undefined) return (await p.bench.query<{ id: string }>(text, [id]))[0]!.id;
  const who = { orgId: p.bench.org.id, userId: as };
  return asMember(p.bench.db, who, async (c) => (await c.query<{ id: string }>(text, [id])).rows[0]!.id);
};
const objects = async (): Promise<string[]> => {
  const { rows } = await p.bench.db.admin.query<{ key: string }>(
    "select e ->> 'key' as key from private.kept_steps, jsonb_array_elements(tables) e where e ->> 'key' is not null",
  );
  return rows.map((r) => r.key);
};

describe("a failed step", () => {
  it("is where the re-run begins, with the same rows to the bit; the steps before it are neither run nor lost", async () => {
    const name = await pipeline();
    const failed = await p.run(name, FILE);
    expect(failed).toMatchObject({ status: "failed", error: { step: 4 } });
    expect(await rowOf(failed.id)).toMatchObject({ kept_step: 3 });
    const kept = await objects();
    expect(kept).toHaveLength(2);
    await heal();
    const again = await rerun(failed.id);
    // The input is not read again: it may be gone.
    const [file] = await p.bench.query<{ object_key: string }>(
      "select f.object_key from ingest.pipeline_runs r join ingest.files f on f.id = r.file_id where r.id = $1",
      [again],
    );
    await p.bench.store.remove(file!.object_key);
    const done = await p.execute(again);
    expect(done).toMatchObject({
      status: "submitted",
      rows_in: 4,
      load: { status: "succeeded", inserted: 3 },
    });
    expect(await rowOf(again)).toMatchObject({ rerun_from: "step", rerun_step: 4, rerun_reason: null });
    expect(done.steps.map((s) => [s.position, s.rows_in, s.rows_out])).toEqual([
      [0, 4, 4],
      [1, 4, 4],
      [2, 4, 4],
      [3, 4, 3],
      [4, 3, 3],
    ]);
    expect(await p.rows("apart")).toMatchObject([{ id: "2" }]);
    // What an execution that went through whole makes is the same.
    const whole = await pipeline();
    await heal();
    await p.run(whole, FILE);
    const columns = "id, code, at, n, weird, rate, q";
    const rows = (of: string) => p.bench.query(`select ${columns} from org_acme.${of} order by id`);
    expect(await rows(name)).toEqual(await rows(whole));
    // Used, so it goes.
    expect(await rowOf(failed.id)).toMatchObject({ kept_step: null });
    expect(await objects()).toEqual([]);
    await p.bench.db.admin.query("update private.dead_objects set since = now()");
    await sweepObjects({ pool: p.bench.db.worker, claimKey: p.bench.db.claimKey, store: p.bench.store });
    for (const key of kept) expect(await p.bench.store.size(key)).toBeNull();
  });

  it("that fails again is where the next re-run begins", async () => {
    const name = await pipeline({ kind: "dataset", name: "rates" }, [
      { kind: "derive", fields: { id: "code" } },
      { kind: "derive", fields: { q: { sql: "1 / (select count(*) from switches)" } } },
    ]);
    const failed = await p.run(name);
    const second = await p.execute(await rerun(failed.id));
    expect(second).toMatchObject({ status: "failed" });
    expect(await rowOf(second.id)).toMatchObject({ rerun_from: "step", rerun_step: 2, kept_step: 1 });
    expect(await rowOf(failed.id)).toMatchObject({ kept_step: null });
    await heal();
    const third = await p.execute(await rerun(second.id));
    expect(third).toMatchObject({ status: "submitted", load: { inserted: 2 } });
    expect(await rowOf(third.id)).toMatchObject({ rerun_from: "step", rerun_step: 2 });
  });
});

it("of a schedule's run begins at the failed step of its execution, for whom that one ran", async () => {
  const steps = [
    { kind: "derive", fields: { id: "code" } },
    { kind: "derive", fields: { q: { sql: "1 / (select count(*) from switches)" } } },
  ];
  const name = await pipeline({ kind: "dataset", name: "rates" }, steps);
  await p.bench.query("select ingest.create_schedule($1, pipeline => $1, trigger => 'hand')", [name]);
  const ticked = () => tick({ pool: p.bench.db.worker, claimKey: p.bench.db.claimKey });
  const latest = async () =>
    (
      await p.bench.query<{ id: string; state: string; rerun_from: string | null; pipeline_run_id: string }>(
        "select * from ingest.schedule_runs order by created_at desc limit 1",
      )
    )[0]!;
  await p.bench.query("select ingest.run_schedule($1)", [name]);
  await ticked();
  await p.execute((await latest()).pipeline_run_id);
  await ticked();
  const failed = await latest();
  expect(failed).toMatchObject({ state: "failed" });
  await p.bench.query("select ingest.rerun_schedule_run($1)", [failed.id]);
  await heal();
  await ticked();
  expect(await latest()).toMatchObject({ state: "running", rerun_from: "step" });
  const { pipeline_run_id: again } = await latest();
  expect(await p.execute(again)).toMatchObject({ status: "submitted", load: { inserted: 2 } });
  const acting = await p.bench.query(
    "select requested_by, by_service, rerun_step from ingest.pipeline_runs where id = $1",
    [again],
  );
  expect(acting).toEqual([{ requested_by: p.bench.manager, by_service: false, rerun_step: 2 }]);
});

describe("the re-run begins at the first step, and says why, where", () => {
  async function failing(): Promise<string> {
    return (await p.run(await pipeline(), FILE)).id;
  }
  const reason = async (id: string, why: string | RegExp): Promise<void> => {
    await heal();
    const done = await p.execute(id);
    expect(done).toMatchObject({ status: "submitted", load: { status: "succeeded" } });
    expect(await rowOf(id)).toMatchObject({
      rerun_from: "start",
      rerun_step: null,
      rerun_reason: typeof why === "string" ? why : expect.stringMatching(why),
    });
  };

  it("a dataset that a step before had read has changed", async () => {
    const id = await failing();
    await p.bench.load("rates", `code,rate\na,${++rate}\n`);
    await reason(await rerun(id), "the dataset rates has changed since");
  });

  it("it changes between asking and running", async () => {
    const again = await rerun(await failing());
    expect(await rowOf(again)).toMatchObject({ rerun_from: "step" });
    await p.bench.load("rates", `code,rate\na,${++rate}\n`);
    await reason(again, "the dataset rates has changed since");
  });

  it("somebody else asks, filters were changed, the age is over, or the object is gone", async () => {
    const other = await addMember(p.bench.db, p.bench.org.id, "other@acme.example", "manager");
    await reason(await rerun(await failing(), other), /somebody else/);

    const filtered = await failing();
    await p.bench.db.admin.query(
      `insert into access.policies (org_id, name, kind, condition, roles)
       select id, 'none of theirs', 'row_filter', 'false', '{auditor}' from tenancy.organizations where slug = 'acme'`,
    );
    await reason(await rerun(filtered), /filters/);
    await p.bench.db.admin.query("delete from access.policies");

    const old = await failing();
    await p.bench.db.admin.query("update private.kept_steps set kept_at = now() - interval '8 days'");
    await sweepOps({ pool: p.bench.db.worker, claimKey: p.bench.db.claimKey });
    expect(await rowOf(old)).toMatchObject({ kept_step: null });
    await reason(await rerun(old), /kept any more/);

    const lost = await rerun(await failing());
    for (const key of await objects()) await p.bench.store.remove(key);
    await reason(lost, "what its steps made is gone");
  });

  it("it cannot be read back; the store that is down is waited for instead", async () => {
    const broken = await failing();
    const again = await rerun(broken);
    const down = {
      ...p.bench.store,
      open: () => Promise.reject(Object.assign(new Error("down"), { code: "ECONNREFUSED" })),
    };
    expect((await p.execute(again, { store: down })).outcome).toBe("waiting");
    await p.bench.db.admin.query(
      `update private.kept_steps set tables = jsonb_set(tables, '{0,columns,0,type}', '"bigint"') where pipeline_run_id = $1`,
      [broken],
    );
    await reason(again, "what its steps made cannot be read back");
  });
});

it("keeps no more than fifty of an organization, and nothing beside an erasure", async () => {
  await p.bench.db.admin.query("delete from private.kept_steps");
  const failed = (await p.run(await pipeline(), FILE)).id;
  await p.bench.db.admin.query(
    `with r as (insert into ingest.pipeline_runs (org_id, pipeline_id, version, trigger, status, by_service, finished_at)
       select org_id, pipeline_id, version, 'hand', 'failed', false, now() from ingest.pipeline_runs, generate_series(1, 60) where id = $1 returning org_id, id)
     insert into private.kept_steps (org_id, pipeline_run_id, position, tables, selects, inputs, bytes, kept_at)
     select org_id, id, 1, '[]', '[]', '{}', 1, now() - interval '1 hour' from r`,
    [failed],
  );
  await p.run(await pipeline(), FILE);
  const [kept] = (await p.bench.db.admin.query("select count(*)::int as n from private.kept_steps")).rows;
  expect(kept).toEqual({ n: 50 });
});
