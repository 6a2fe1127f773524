/** Registering files, and changing a run's state: what is refused, by whom, and with which words. */
import { createHash, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  addMember,
  asMember,
  asPlatform,
  asService,
  createOrg,
  createTestDatabase,
  type TestDatabase,
  type TestOrg,
} from "../../support/database.ts";

let db: TestDatabase;
let acme: TestOrg;
let globex: TestOrg;
const users: Record<string, string> = {};

beforeAll(async () => {
  db = await createTestDatabase();
  acme = await createOrg(db, "acme");
  globex = await createOrg(db, "globex");
  for (const role of ["viewer", "analyst", "editor", "manager"]) {
    users[role] = await addMember(db, acme.id, `${role}@acme.example`, role);
  }
  users.stranger = await addMember(db, globex.id, "stranger@globex.example", "owner");
  await as("editor", "select data.create_dataset('keyed', $1, '{day,k}')", [
    JSON.stringify([
      { name: "k", type: "integer" },
      { name: "day", type: "date", sourceName: "The Day" },
    ]),
  ]);
  await as("editor", "select data.create_dataset('plain', $1)", [
    JSON.stringify([{ name: "v", type: "integer" }]),
  ]);
});
afterAll(() => db.drop());

function as(who: string, text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const orgId = who === "stranger" ? globex.id : acme.id;
  return asMember(
    db,
    { orgId, userId: users[who]! },
    async (client) => (await client.query(text, values)).rows,
  );
}

interface Upload {
  dataset?: unknown;
  name?: unknown;
  key?: unknown;
  size?: unknown;
  sha?: Buffer | null;
  mode?: unknown;
  fields?: unknown;
  options?: unknown;
  force?: boolean;
}
function submit(who: string, upload: Upload = {}) {
  const sha = upload.sha === undefined ? createHash("sha256").update(randomUUID()).digest() : upload.sha;
  return as(who, "select * from ingest.submit_file($1, $2, $3, $4, $5, $6, $7, $8, $9)", [
    upload.dataset ?? "keyed",
    upload.name ?? "file.csv",
    upload.key ?? `org/${who === "stranger" ? globex.id : acme.id}/files/${randomUUID()}`,
    upload.size ?? 10,
    sha,
    upload.mode ?? null,
    upload.fields ?? null,
    JSON.stringify(upload.options ?? {}),
    upload.force ?? false,
  ]);
}

describe("an upload is refused", () => {
  const bad: [string, Upload, string][] = [
    ["for a name that is SQL", { dataset: "x; drop table y" }, "IN001"],
    ["for a name that is a path", { dataset: "../etc/passwd" }, "IN001"],
    ["for a name in capitals", { dataset: "Orders" }, "IN001"],
    ["for a name that is too long", { dataset: "a".repeat(51) }, "IN001"],
    ["for a mode that is none", { mode: "replace" }, "IN002"],
    ["for append into a keyed dataset", { mode: "append" }, "IN002"],
    ["for upsert into one without a key", { dataset: "plain", mode: "upsert" }, "IN002"],
    ["for another key than the dataset's", { fields: ["k"] }, "IN003"],
    ["for the key in another order", { fields: ["k", "day"] }, "IN003"],
    ["for an empty key name", { dataset: "new", fields: ["a", " "] }, "IN003"],
    [
      "for more key fields than a key may have",
      { dataset: "new", fields: Array.from({ length: 17 }, (_, i) => `f${i}`) },
      "IN003",
    ],
    ["for snapshot of a new dataset without a key", { dataset: "new", mode: "snapshot" }, "IN003"],
    ["for append of a new dataset with a key", { dataset: "new", mode: "append", fields: ["a"] }, "IN003"],
    ["with another organization's object", { key: `org/${randomUUID()}/files/x` }, "IN004"],
    ["without a digest", { sha: null }, "IN004"],
    ["with a size below zero", { size: -1 }, "IN004"],
    ["with options that are a list", { options: [] }, "IN004"],
  ];
  for (const [what, upload, code] of bad) {
    it(what, async () => {
      await expect(submit("editor", upload)).rejects.toMatchObject({
        code,
        hint: expect.stringMatching(/\w/),
      });
      if (code === "IN004") return;
      const check = as("editor", "select ingest.check_upload($1, $2, $3)", [
        upload.dataset ?? "keyed",
        upload.mode ?? null,
        upload.fields ?? null,
      ]);
      await expect(check).rejects.toMatchObject({ code });
    });
  }

  it("from who may not load, before anything else is said", async () => {
    for (const role of ["viewer", "analyst"]) {
      await expect(submit(role, { dataset: "x; drop" })).rejects.toMatchObject({ code: "42501" });
      await expect(as(role, "select ingest.check_upload('keyed')")).rejects.toMatchObject({ code: "42501" });
    }
  });
});

describe("an accepted upload", () => {
  it("is a queued run with one job, its key given by header names or field names", async () => {
    for (const fields of [
      ["day", "k"],
      ["the day", "K"],
    ]) {
      const [run] = await submit("editor", { fields });
      expect(run).toMatchObject({
        status: "queued",
        mode: "upsert",
        key_fields: ["day", "k"],
        requested_by: users.editor,
      });
      const jobs = await db.admin.query(
        "select j.payload, q.queue_name from graphile_worker._private_jobs j join graphile_worker._private_job_queues q on q.id = j.job_queue_id where j.key = $1",
        [`run:${run!.id}`],
      );
      expect(jobs.rows).toEqual([
        { payload: { orgId: acme.id, runId: run!.id }, queue_name: `org:${acme.id}` },
      ]);
    }
  });

  it("is a duplicate while the same bytes are on their way, also when both come at once", async () => {
    const sha = createHash("sha256").update("same").digest();
    const both = await Promise.all([
      submit("editor", { sha }),
      submit("editor", { sha }),
      submit("editor", { sha }),
    ]);
    expect(both.map((rows) => rows[0]!.status).sort()).toEqual(["duplicate", "duplicate", "queued"]);
    expect((await submit("editor", { sha, force: true }))[0]!.status).toBe("queued");
    expect((await submit("editor", { sha, dataset: "plain" }))[0]!.status).toBe("queued");
    for (const rows of both) {
      if (rows[0]!.status === "queued") await as("editor", "select ingest.cancel_run($1)", [rows[0]!.id]);
    }
  });

  it("is not seen, cancelled or released by another organization", async () => {
    const [run] = await submit("editor");
    expect(await as("stranger", "select * from ingest.runs")).toEqual([]);
    for (const call of ["cancel_run", "release_run", "reject_run", "replay_rejected"]) {
      await expect(as("stranger", `select ingest.${call}($1)`, [run!.id]), call).rejects.toMatchObject({
        code: "IN005",
      });
    }
  });

  it("is released and rejected only by who may approve, and only when held", async () => {
    const [run] = await submit("editor");
    for (const call of ["release_run", "reject_run"]) {
      await expect(as("editor", `select ingest.${call}($1)`, [run!.id])).rejects.toMatchObject({
        code: "42501",
      });
      await expect(as("manager", `select ingest.${call}($1)`, [run!.id])).rejects.toMatchObject({
        code: "IN006",
      });
    }
    const [cancelled] = await as("editor", "select * from ingest.cancel_run($1)", [run!.id]);
    expect(cancelled).toMatchObject({ status: "cancelled", lease_generation: 1 });
    await expect(as("editor", "select ingest.cancel_run($1)", [run!.id])).rejects.toMatchObject({
      code: "IN006",
    });
  });
});

describe("a lease", () => {
  const steps = [
    "create_landing($1, $2, '{k,day}', 'raw')",
    "is_first_load($1, $2, '{k,day}')",
    "attach_dataset($1, $2, null, null)",
    "stage_raw($1, $2, '{k,day}', '[]')",
    "stage_replay($1, $2, '{k,day}')",
    "record_problems($1, $2, '[]')",
    "clear_problems($1, $2)",
    "clear_landing($1, $2)",
    "convert_raw($1, $2, '{k,day}')",
    "check_rows($1, $2, '{k,day}', 0, 0, false)",
    "rejected_lines($1, $2, 10)",
    "record_rejected($1, $2, '[]')",
    "record_replay_rejected($1, $2)",
    "begin_merge($1, $2, '{k,day}', 0, '{\"accepted\": 0}', false)",
    "complete_merge($1, $2, '{k,day}', 0, false)",
    "compare_columns($1, $2, '{k}', '{k}', '[]')",
    'propose_contract($1, $2, \'{"kind": "change", "columns": ["a"]}\')',
    "hold_run($1, $2, '{}')",
    "follow_raw($1, $2)",
    "fail_run($1, $2, '{}')",
    "park_run($1, $2, '{}', now())",
  ];

  it("is held by one worker; every step of a stale one is refused", async () => {
    const [run] = await submit("editor");
    // Files before it would go first.
    await db.admin.query(
      "update ingest.runs set status = 'cancelled', finished_at = now() where status in ('queued', 'waiting') and id <> $1",
      [run!.id],
    );
    const lease = (worker: string) =>
      asService(
        db,
        acme.id,
        async (client) =>
          (await client.query("select * from ingest.lease_run($1, $2, 60)", [run!.id, worker])).rows,
      );
    expect(await lease("one")).toMatchObject([{ status: "running", lease_generation: 1, attempts: 1 }]);
    await expect(lease("two")).rejects.toMatchObject({ code: "IN007" });
    expect(await lease("one")).toMatchObject([{ lease_generation: 2 }]);
    for (const step of steps) {
      const call = asService(db, acme.id, (client) => client.query(`select ingest.${step}`, [run!.id, 1]));
      await expect(call, step).rejects.toMatchObject({ code: "IN007" });
    }
    const beat = (generation: number) =>
      asService(
        db,
        acme.id,
        async (client) =>
          (await client.query("select ingest.beat_run($1, $2) as alive", [run!.id, generation])).rows[0]
            .alive,
      );
    expect(await beat(1)).toBe(false);
    expect(await beat(2)).toBe(true);
    await db.admin.query("update ingest.runs set lease_until = now() - interval '1 second' where id = $1", [
      run!.id,
    ]);
    const reaped = await asPlatform(
      db,
      async (client) => (await client.query("select id, status from ingest.reap_runs()")).rows,
    );
    expect(reaped).toEqual([{ id: run!.id, status: "queued" }]);
    expect(await beat(2)).toBe(false);
  });

  it("and all its steps are the worker's alone", async () => {
    for (const step of [
      ...steps,
      "lease_run($1, 'me')",
      "beat_run($1, $2)",
      "reap_runs()",
      "sweep_landing()",
      "end_stale_sessions()",
    ]) {
      const used = step.includes("$2") ? [randomUUID(), 1] : step.includes("$1") ? [randomUUID()] : [];
      await expect(as("manager", `select ingest.${step}`, used), step).rejects.toMatchObject({
        code: "42501",
      });
    }
  });

  it("knows the steps that are tested here", async () => {
    const { rows } = await db.admin.query<{ name: string }>(
      `select proname as name from pg_proc where pronamespace = 'ingest'::regnamespace and 'p_generation' = any (proargnames)
          and has_function_privilege('cadastre_worker', oid, 'execute')`,
    );
    const tested = steps.map((step) => step.slice(0, step.indexOf("(")));
    expect(
      rows
        .map((row) => row.name)
        // Those of pipelines are in pipelines.test.ts; settle_raw's generation is one of documents.
        .filter(
          (name) =>
            !["beat_run", "landing_name", "lease_is_live", "settle_raw"].includes(name) &&
            !/pipeline|model_view/.test(name),
        )
        .sort(),
    ).toEqual(tested.sort());
  });
});
