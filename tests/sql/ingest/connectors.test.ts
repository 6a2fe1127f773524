/**
 * Connectors, sources and pulls in the database: who may what, what is refused and with which words, and that secrets
 * stay where they are: apart, sealed, and gone when their destination changes.
 */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { z } from "zod";
import { KIND_NAMES, loadKind } from "../../../worker/connectors/index.ts";
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
import { ROLES } from "../../support/planted.ts";

let db: TestDatabase;
let acme: TestOrg;
let globex: TestOrg;
const users: Record<string, string> = {};

beforeAll(async () => {
  db = await createTestDatabase();
  acme = await createOrg(db, "acme");
  globex = await createOrg(db, "globex");
  for (const role of ROLES) users[role] = await addMember(db, acme.id, `${role}@acme.example`, role);
  users.stranger = await addMember(db, globex.id, "stranger@globex.example", "owner");
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
const worker = (text: string, values: unknown[] = [], org = acme): Promise<Record<string, unknown>[]> =>
  asService(db, org.id, async (client) => (await client.query(text, values)).rows);
const secretCount = async (id: unknown) =>
  (
    await db.admin.query("select count(*)::int as n from private.connector_secrets where connector_id = $1", [
      id,
    ])
  ).rows[0].n;

const POSTGRES = { host: "db.example", database: "shop", user: "reader" };
const connector = async (name: string, kind = "postgres", settings: object = POSTGRES, who = "admin") =>
  (
    await as(who, "select * from ingest.create_connector($1, $2, $3)", [name, kind, JSON.stringify(settings)])
  )[0]!;
const source = async (of: string, name: string, spec: Record<string, unknown> = {}, who = "manager") =>
  (
    await as(who, "select * from ingest.create_source($1, $2, $3, $4, $5, $6, $7)", [
      of,
      name,
      spec.dataset ?? "orders",
      JSON.stringify(spec.selection ?? { table: "orders" }),
      spec.how ?? "full",
      spec.mode ?? null,
      spec.key === undefined ? ["id"] : spec.key,
    ])
  )[0]!;

describe("a kind's specification", () => {
  it("names the same settings, secrets and selections as the worker's own checks, and the same are required", async () => {
    const rows = await as("viewer", "select * from ingest.connector_kinds()");
    expect(rows.map((row) => row.kind).sort()).toEqual([...KIND_NAMES].sort());
    for (const row of rows) {
      for (const part of ["settings", "secret", "selection"] as const) {
        const shape = (await loadKind(row.kind as string))[part].shape as Record<string, z.ZodType>;
        const spec = row[part] as Record<string, { required?: boolean }>;
        expect(Object.keys(spec).sort(), `${row.kind} ${part}`).toEqual(Object.keys(shape).sort());
        const required = Object.keys(shape).filter((key) => !shape[key]!.safeParse(undefined).success);
        const told = Object.keys(spec).filter((key) => spec[key]!.required);
        expect(told.sort(), `${row.kind} ${part}: required`).toEqual(required.sort());
      }
    }
  });
});

describe("a connector", () => {
  it("is refused with the field that is wrong; passwords are none of the settings", async () => {
    const bad: [string, string, object, string, string][] = [
      ["Bad Name", "postgres", POSTGRES, "IN081", "name"],
      ["x", "oracle", POSTGRES, "IN081", "kind"],
      ["x", "postgres", { ...POSTGRES, password: "s3cret" }, "IN081", "password"],
      ["x", "postgres", { host: "h", user: "u" }, "IN081", "database"],
      ["x", "postgres", { ...POSTGRES, host: "h/../x" }, "IN081", "host"],
      ["x", "postgres", { ...POSTGRES, port: 70000 }, "IN081", "port"],
      ["x", "postgres", { ...POSTGRES, port: "5432" }, "IN081", "port"],
      ["x", "postgres", { ...POSTGRES, tls: "sometimes" }, "IN081", "tls"],
      ["x", "http", { baseUrl: "ftp://files.example" }, "IN081", "baseUrl"],
      ["x", "http", { baseUrl: "https://user:s3cret@files.example" }, "IN081", "baseUrl"],
      ["x", "kafka", { brokers: [] }, "IN081", "brokers"],
      ["x", "rest", { baseUrl: "https://a.example", headers: "x" }, "IN081", "headers"],
    ];
    for (const [name, kind, settings, code, column] of bad) {
      await expect(connector(name, kind, settings), JSON.stringify(settings)).rejects.toMatchObject({
        code,
        column,
        hint: expect.stringMatching(/\w/),
      });
    }
    await connector("twice");
    await expect(connector("twice")).rejects.toMatchObject({ code: "IN082" });
  });

  it("loses its secret when its destination changes, and not when something else does", async () => {
    const { id } = await connector("moved");
    const put = () => worker("select private.put_connector_secret($1, 'v1.sealed')", [id]);
    const alter = async (settings: object) =>
      (
        await as("manager", "select * from ingest.alter_connector('moved', $1)", [JSON.stringify(settings)])
      )[0]!;
    await put();
    expect(await alter(POSTGRES)).toMatchObject({ has_secret: true });
    for (const change of [
      { host: "evil.example" },
      { port: 1 },
      { user: "other" },
      { database: "other" },
      { tls: "off" },
      { ca: "x" },
    ]) {
      await put();
      await db.admin.query("update ingest.connectors set settings = $2, has_secret = true where id = $1", [
        id,
        JSON.stringify(POSTGRES),
      ]);
      expect(await alter({ ...POSTGRES, ...change }), JSON.stringify(change)).toMatchObject({
        has_secret: false,
        status: "unknown",
      });
      expect(await secretCount(id)).toBe(0);
    }
  });

  it("is not dropped while sources read from it; with it goes its secret", async () => {
    const { id } = await connector("used");
    await worker("select private.put_connector_secret($1, 'v1.sealed')", [id]);
    await source("used", "used-source");
    await expect(as("manager", "select ingest.drop_connector('used')")).rejects.toMatchObject({
      code: "IN083",
      message: expect.stringContaining("used-source"),
    });
    await as("manager", "select ingest.drop_source('used-source')");
    await as("manager", "select ingest.drop_connector($1)", [id]);
    expect(await secretCount(id)).toBe(0);
  });

  it("is checked by the clock when it is due, once at a time, and not where it is not wanted", async () => {
    const { id } = await connector("due");
    await as("manager", "select ingest.alter_connector('due', unchecked => true)");
    const due = () =>
      asPlatform(
        db,
        async (client) => (await client.query("select ingest.queue_due_checks() as n")).rows[0].n as number,
      );
    await db.admin.query("update ingest.connectors set next_check_at = null where id <> $1", [id]);
    expect(await due()).toBe(0);
    await as("manager", "select ingest.alter_connector('due', check_every => '5 minutes')");
    expect(await due()).toBe(0);
    await db.admin.query("update ingest.connectors set next_check_at = now() where id = $1", [id]);
    expect(await due()).toBe(1);
    await db.admin.query("update ingest.connectors set next_check_at = now() where id = $1", [id]);
    expect(await due()).toBe(0);
    const [check] = await as("viewer", "select id from ingest.connector_checks").then(() =>
      as("analyst", "select id, status, requested_by from ingest.connector_checks where connector_id = $1", [
        id,
      ]),
    );
    expect(check).toMatchObject({ status: "queued", requested_by: null });
    const [begun] = await worker("select * from private.start_check($1)", [check!.id]);
    expect(begun).toMatchObject({ check_kind: "test", kind: "postgres", sealed: null });
    await worker("select ingest.finish_check($1, null, $2)", [
      check!.id,
      JSON.stringify({ code: "SOURCE_AUTH", message: "no" }),
    ]);
    expect(await as("analyst", "select status, error from ingest.connectors where id = $1", [id])).toEqual([
      { status: "failing", error: { code: "SOURCE_AUTH", message: "no" } },
    ]);
  });
});

describe("a source", () => {
  beforeAll(async () => {
    await connector("crm");
    await connector("files", "s3", { endpoint: "https://s3.example", bucket: "b" });
  });

  it("is refused with what is wrong", async () => {
    const bad: [string, Record<string, unknown>, string][] = [
      ["nothing", {}, "IN080"],
      ["crm", { selection: {} }, "IN086"],
      ["crm", { selection: { table: "x", query: "drop" } }, "IN086"],
      ["crm", { how: "incremental" }, "IN086"],
      ["crm", { how: "new_objects" }, "IN086"],
      [
        "crm",
        { how: "incremental", selection: { table: "x", cursorField: "at" }, mode: "snapshot" },
        "IN002",
      ],
      ["crm", { dataset: "Bad Name" }, "IN001"],
      ["crm", { mode: "replace" }, "IN002"],
      ["crm", { mode: "upsert", key: null }, "IN003"],
      ["files", { selection: { table: "x" } }, "IN086"],
    ];
    for (const [of, spec, code] of bad)
      await expect(source(of, "bad", spec), JSON.stringify(spec)).rejects.toMatchObject({ code });
    await expect(source("crm", "Bad Name")).rejects.toMatchObject({ code: "IN086", column: "name" });
  });

  it("is read once at a time; paused it is not; a change of what is read begins anew", async () => {
    await source("crm", "orders", { how: "incremental", selection: { table: "orders", cursorField: "at" } });
    const [first] = await as("editor", "select * from ingest.pull_source('orders')");
    expect(first).toMatchObject({ status: "queued", requested_by: users.editor });
    expect((await as("manager", "select id from ingest.pull_source('orders')"))[0]!.id).toBe(first!.id);
    const jobs = await db.admin.query(
      "select j.payload, q.queue_name from graphile_worker._private_jobs j join graphile_worker._private_job_queues q on q.id = j.job_queue_id where j.key = $1",
      [`pull:${first!.id}`],
    );
    expect(jobs.rows).toEqual([
      { payload: { orgId: acme.id, pullId: first!.id }, queue_name: `pull:${acme.id}` },
    ]);
    await expect(
      as("editor", "select ingest.pull_source('orders', '{\"from\": \"1\"}')"),
    ).rejects.toMatchObject({ code: "IN088" });
    await expect(
      as("manager", "select ingest.alter_source('orders', restart => true)"),
    ).rejects.toMatchObject({ code: "IN088" });
    await as("editor", "select ingest.cancel_pull($1)", [first!.id]);
    await expect(as("editor", "select ingest.cancel_pull($1)", [first!.id])).rejects.toMatchObject({
      code: "IN089",
    });
    await as("manager", "select ingest.alter_source('orders', paused => true)");
    await expect(as("editor", "select ingest.pull_source('orders')")).rejects.toMatchObject({
      code: "IN087",
    });
    await as("manager", "select ingest.alter_source('orders', paused => false)");
    await db.admin.query(`update ingest.sources set cursor = '{"value": "7"}' where name = 'orders'`);
    expect(
      (await as("manager", "select cursor from ingest.alter_source('orders', mode => 'upsert')"))[0],
    ).toEqual({ cursor: { value: "7" } });
    expect(
      (
        await as("manager", "select cursor from ingest.alter_source('orders', $1)", [
          JSON.stringify({ table: "others", cursorField: "at" }),
        ])
      )[0],
    ).toEqual({ cursor: null });
    for (const range of ["[]", '{"to": "1"}', '{"from": {}}', '{"from": "1", "sql": "x"}']) {
      await expect(
        as("editor", "select ingest.pull_source('orders', $1)", [range]),
        range,
      ).rejects.toMatchObject({ code: "IN086" });
    }
    await expect(as("editor", "select ingest.pull_source('nothing')")).rejects.toMatchObject({
      code: "IN085",
    });
  });

  it("what holds no lease writes nothing", async () => {
    await source("crm", "fenced");
    const [pull] = await as("editor", "select id from ingest.pull_source('fenced')");
    const id = pull!.id;
    expect(await worker("select lease_generation from ingest.lease_pull($1, 'one', 60)", [id])).toEqual([
      { lease_generation: 1 },
    ]);
    await expect(worker("select ingest.lease_pull($1, 'two', 60)", [id])).rejects.toMatchObject({
      code: "IN007",
    });
    await worker("select ingest.lease_pull($1, 'one', 60)", [id]);
    const key = `org/${acme.id}/files/${randomUUID()}`;
    const submit = (lease: number) =>
      worker("select ingest.submit_pulled($1, $2, '{\"value\": 1}', 'x.csv', $3, 1, sha256('x')) as run", [
        id,
        lease,
        key,
      ]);
    await expect(submit(1)).rejects.toMatchObject({ code: "IN007" });
    await expect(worker("select ingest.end_pull($1, 1)", [id])).rejects.toMatchObject({ code: "IN007" });
    expect(await worker("select * from private.pull_details($1, 1)", [id])).toEqual([]);
    expect(await worker("select ingest.beat_pull($1, 1) as alive", [id])).toEqual([{ alive: false }]);
    expect(await worker("select source, connector, mode from private.pull_details($1, 2)", [id])).toEqual([
      { source: "fenced", connector: "crm", mode: "upsert" },
    ]);
    expect((await submit(2))[0]!.run).toMatch(/^[0-9a-f-]{36}$/);
    expect(await as("analyst", "select cursor from ingest.sources where name = 'fenced'")).toEqual([
      { cursor: { value: 1 } },
    ]);
    // A file that is refused moves nothing.
    await expect(
      worker(
        "select ingest.submit_pulled($1, 2, '{\"value\": 2}', 'x.csv', 'org/other/files/x', 1, sha256('y'))",
        [id],
      ),
    ).rejects.toMatchObject({ code: "IN004" });
    expect(await as("analyst", "select cursor from ingest.sources where name = 'fenced'")).toEqual([
      { cursor: { value: 1 } },
    ]);
    await worker("select ingest.end_pull($1, 2)", [id]);
    await expect(submit(2)).rejects.toMatchObject({ code: "IN007" });
  });
});

describe("who may", () => {
  const MANAGE = new Set(["owner", "ceo", "admin", "manager"]);
  const SEE = new Set([...MANAGE, "steward", "editor", "analyst"]);
  const READ = new Set([...MANAGE, "editor"]);

  it("every role: sees, makes, checks, reads, drops exactly what its permissions say", async () => {
    for (const role of ROLES) {
      const name = `by-${role}`;
      const tries: [string, boolean, () => Promise<unknown>][] = [
        ["create", MANAGE.has(role), () => connector(name, "postgres", POSTGRES, role)],
        [
          "alter",
          MANAGE.has(role),
          () => as(role, "select ingest.alter_connector('crm', check_every => '1 hour')"),
        ],
        ["check", MANAGE.has(role), () => as(role, "select ingest.check_connector('due')")],
        ["source", MANAGE.has(role), () => source("crm", name, {}, role)],
        ["pause", MANAGE.has(role), () => as(role, "select ingest.alter_source('fenced', paused => false)")],
        ["pull", READ.has(role), () => as(role, "select ingest.pull_source('fenced')")],
        ["drop source", MANAGE.has(role), () => as(role, "select ingest.drop_source($1)", [name])],
        ["drop", MANAGE.has(role), () => as(role, "select ingest.drop_connector($1)", [name])],
      ];
      for (const [what, allowed, act] of tries) {
        if (allowed) await act();
        else await expect(act(), `${role} ${what}`).rejects.toMatchObject({ code: "42501" });
      }
      for (const table of ["connectors", "connector_checks", "sources", "source_pulls"]) {
        const [row] = await as(role, `select count(*)::int as n from ingest.${table}`);
        expect((row!.n as number) > 0, `${role} ${table}`).toBe(SEE.has(role));
      }
      // No role reaches secrets, nor what the worker alone may.
      for (const call of [
        "select * from private.connector_secrets",
        `select private.put_connector_secret('${randomUUID()}', 'x')`,
        `select private.start_check('${randomUUID()}')`,
        `select private.pull_details('${randomUUID()}', 1)`,
        `select ingest.submit_pulled('${randomUUID()}', 1, null)`,
        `select ingest.finish_check('${randomUUID()}', null, null)`,
        "select ingest.queue_due_checks()",
        "select ingest.reap_pulls()",
      ]) {
        await expect(as(role, call), `${role} ${call}`).rejects.toMatchObject({ code: "42501" });
      }
    }
  });

  it("secrets: only who may set credentials, on the gateway's road", async () => {
    const { id } = await connector("guarded");
    const { withClaim } = await import("../../../lib/pg.ts");
    const put = (role: string) =>
      withClaim(
        db.gateway,
        db.claimKey,
        { kind: "user", orgId: role === "stranger" ? globex.id : acme.id, userId: users[role]! },
        (client) => client.query("select private.put_connector_secret($1, 'v1.x')", [id]),
      );
    for (const role of ROLES) {
      if (["owner", "ceo", "admin"].includes(role)) await put(role);
      else await expect(put(role), role).rejects.toMatchObject({ code: "42501" });
    }
    await expect(put("stranger")).rejects.toMatchObject({ code: "IN080" });
  });

  it("another organization sees and does nothing, by name or by id", async () => {
    const [own] = await as("admin", "select id from ingest.connectors where name = 'crm'");
    const [src] = await as("admin", "select id, last_pull_id from ingest.sources where name = 'fenced'");
    for (const table of ["connectors", "connector_checks", "sources", "source_pulls", "source_objects"])
      expect(await as("stranger", `select * from ingest.${table}`)).toEqual([]);
    const calls: [string, unknown, string][] = [
      ["alter_connector", own!.id, "IN080"],
      ["drop_connector", own!.id, "IN080"],
      ["check_connector", "crm", "IN080"],
      ["pull_source", src!.id, "IN085"],
      ["alter_source", "fenced", "IN085"],
      ["drop_source", src!.id, "IN085"],
      ["cancel_pull", src!.last_pull_id, "IN089"],
    ];
    for (const [call, value, code] of calls)
      await expect(as("stranger", `select ingest.${call}($1)`, [value]), call).rejects.toMatchObject({
        code,
      });
    await expect(
      as("stranger", "select ingest.create_source($1, 'theirs', 'd', '{\"table\": \"t\"}')", [own!.id]),
    ).rejects.toMatchObject({ code: "IN080" });
    // The worker too, under the other organization's claim.
    expect(await worker("select * from ingest.lease_pull($1, 'w')", [src!.last_pull_id], globex)).toEqual([]);
    expect(await worker("select * from private.pull_details($1, 1)", [src!.last_pull_id], globex)).toEqual(
      [],
    );
    await expect(
      worker("select private.put_connector_secret($1, 'x')", [own!.id], globex),
    ).rejects.toMatchObject({ code: "IN080" });
  });

  it("everything that changes something is in the audit trail, without settings' secrets", async () => {
    const { rows } = await db.admin.query<{ action: string }>(
      "select distinct action from audit.events where org_id = $1 and action ~ '^(connector|source)\\.' order by 1",
      [acme.id],
    );
    expect(rows.map((row) => row.action)).toEqual([
      "connector.alter",
      "connector.create",
      "connector.drop",
      "connector.secret",
      "source.alter",
      "source.cancel",
      "source.create",
      "source.drop",
      "source.pull",
    ]);
    const { rows: told } = await db.admin.query<{ text: string }>(
      "select string_agg(detail::text, ' ') as text from audit.events",
    );
    expect(told[0]!.text).not.toContain("sealed");
  });
});
