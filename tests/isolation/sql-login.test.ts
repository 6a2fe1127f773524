/**
 * An analyst's SQL login sees their organization's rows and nothing else. Each known way around row-level security in
 * PostgreSQL is tried here, as that login, over a real connection.
 */
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signClaim } from "../../lib/claims.ts";
import { loginUrl } from "../../lib/db/urls.ts";
import {
  addMember,
  asMember,
  asService,
  createOrg,
  createTestDatabase,
  type TestDatabase,
  type TestOrg,
} from "../support/database.ts";

let db: TestDatabase;
let acme: TestOrg;
let globex: TestOrg;
let analyst: string;
let url: string;
let client: pg.Client;

async function fill(org: TestOrg, marker: string): Promise<void> {
  await asService(db, org.id, async (c) => {
    await c.query(
      `select data.create_dataset('results', '[{"name": "id", "type": "integer"}, {"name": "note"}]', '{id}')`,
    );
  });
  const editor = {
    orgId: org.id,
    userId: await addMember(db, org.id, `editor@${org.slug}.example`, "editor"),
  };
  await asMember(db, editor, (c) =>
    c.query(`insert into org_${org.schemaKey}.results (id, note) select g, $1 from generate_series(1, 3) g`, [
      marker,
    ]),
  );
  await db.admin.query(`analyze store_${org.schemaKey}.results`);
}

async function loginOf(orgId: string, userId: string): Promise<string> {
  const { rows } = await asService(db, orgId, (c) =>
    c.query("select * from access.create_sql_login($1)", [userId]),
  );
  return loginUrl(db.adminUrl, rows[0].role_name, rows[0].password);
}

async function connect(connectionString: string, options?: string): Promise<pg.Client> {
  const made = new pg.Client({ connectionString, ...(options ? { options } : {}) });
  made.on("error", () => undefined);
  await made.connect();
  return made;
}

beforeAll(async () => {
  db = await createTestDatabase();
  acme = await createOrg(db, "acme");
  globex = await createOrg(db, "globex");
  await fill(acme, "ours");
  await fill(globex, "theirs");
  analyst = await addMember(db, acme.id, "analyst@acme.example", "analyst");
  url = await loginOf(acme.id, analyst);
  client = await connect(url);
});
afterAll(async () => {
  await client.end();
  await db.drop();
});

describe("an analyst's login", () => {
  it("simply queries its organization's datasets", async () => {
    expect((await client.query("select count(*)::int as n from results")).rows).toEqual([{ n: 3 }]);
    expect((await client.query("select count(*)::int as n from results_history")).rows).toEqual([{ n: 3 }]);
    expect((await client.query("select count(*)::int as n from results_as_of(now())")).rows).toEqual([
      { n: 3 },
    ]);
    expect((await client.query("select private.org_id() as org, private.user_id() as usr")).rows).toEqual([
      { org: acme.id, usr: analyst },
    ]);
  });

  it.each([
    ["another organization's view", "select * from org_globex.results"],
    ["another organization's history", "select * from org_globex.results_history"],
    ["another organization's past", "select * from org_globex.results_as_of(now())"],
    ["the store", "select * from store_acme.results"],
    ["another store", "select * from store_globex.results"],
    ["its plan", "explain analyze select * from org_globex.results"],
    ["the control plane", "select * from tenancy.organizations"],
    ["people", "select * from access.users"],
    ["keys", "select * from private.claim_keys"],
    ["password hashes", "select * from private.credentials"],
    ["the verdict behind the verdict", "select private.identity()"],
    ["signing", "select private.claim_mac('x', 'y')"],
    ["landing tables", "create table landing.x (a int)"],
    ["jobs", "select * from graphile_worker.jobs"],
    ["becoming the owner", "set role cadastre_owner"],
    ["becoming the gateway", "set role cadastre_gateway"],
    ["becoming a user", "set role cadastre_user"],
    ["another session authorization", "set session authorization cadastre_worker"],
    ["switching triggers off", "set session_replication_role = replica"],
    ["large objects", "select lo_create(0)"],
    ["advisory locks", "select pg_advisory_lock(1)"],
    ["advisory locks, trying", "select pg_try_advisory_xact_lock(1)"],
    ["messages in the log", "select pg_logical_emit_message(false, 'x', 'y')"],
    ["files", "select pg_read_file('/etc/passwd')"],
    ["programs", "copy (select 1) to program 'true'"],
    ["server files", "copy (select 1) to '/tmp/cadastre-probe'"],
    ["new schemas", "create schema mine"],
    ["new tables", "create table public.mine (a int)"],
    ["new tables in its organization", "create table org_acme.mine (a int)"],
    ["new functions", "create function public.leak(text) returns bool language sql as 'select true'"],
    ["temporary tables", "create temporary table memberships (org_id uuid)"],
    ["extensions", "create extension dblink"],
    ["roles", "create role mine"],
    ["definer functions of the platform", "select tenancy.create_organization('x', 'x')"],
  ])("is refused %s", async (_what, statement) => {
    const own = await connect(url);
    try {
      await own.query("set default_transaction_read_only = off");
      await expect(own.query(statement)).rejects.toMatchObject({
        code: expect.stringMatching(/^(42501|22023)$/),
      });
    } finally {
      await own.end();
    }
  });

  it("writes nothing, though it switches read-only off", async () => {
    const own = await connect(url);
    await own.query("set default_transaction_read_only = off");
    for (const statement of [
      "update results set note = 'x'",
      "delete from results",
      "insert into results (id) values (9)",
    ]) {
      await expect(own.query(statement), statement).rejects.toMatchObject({ code: "42501" });
    }
    await own.end();
  });

  it("is not moved by a claim, signed or not, set in the session or at start-up", async () => {
    const claim = signClaim({ kind: "user", orgId: globex.id, userId: analyst }, db.claimKey);
    const service = signClaim({ kind: "service", orgId: globex.id, userId: null }, db.claimKey);
    for (const text of [claim, service, globex.id]) {
      const own = await connect(url, `-c cadastre.claim=${text}`);
      expect((await own.query("select private.org_id() as org")).rows[0].org).toBe(acme.id);
      await own.query("select set_config('cadastre.claim', $1, false)", [text]);
      expect((await own.query("select private.org_id() as org")).rows[0].org).toBe(acme.id);
      await own.end();
    }
  });

  it("is not moved by its search_path, nor by set_config of the role", async () => {
    const own = await connect(url);
    await own.query("set search_path = pg_temp, org_globex, org_acme");
    expect((await own.query("select count(*)::int as n from results where note = 'theirs'")).rows[0].n).toBe(
      0,
    );
    await own.query("select set_config('role', 'none', true)");
    expect((await own.query("select private.org_id() as org")).rows[0].org).toBe(acme.id);
    await own.end();
  });

  it("reads no statistics, activity or settings of others", async () => {
    expect((await client.query("select * from pg_stats where schemaname like 'store%'")).rows).toEqual([]);
    const activity = await client.query(
      "select query from pg_stat_activity where usename <> current_user and query not in ('<insufficient privilege>', '')",
    );
    expect(activity.rows).toEqual([]);
  });

  it("learns nothing from a prepared plan after the membership moved", async () => {
    const mover = await addMember(db, acme.id, "mover@acme.example", "analyst");
    const own = await connect(await loginOf(acme.id, mover));
    const counted = () =>
      own.query({ name: "count", text: "select count(*)::int as n from org_acme.results" });
    for (let i = 0; i < 7; i++) expect((await counted()).rows[0].n).toBe(3);
    await db.admin.query("delete from access.memberships where user_id = $1", [mover]);
    expect((await counted()).rows[0].n).toBe(0);
    await own.end();
  });

  it("is nobody at the next statement of one transaction once the member is removed", async () => {
    const leaver = await addMember(db, acme.id, "leaver@acme.example", "analyst");
    const own = await connect(await loginOf(acme.id, leaver));
    await own.query("begin");
    expect((await own.query("select count(*)::int as n from results")).rows[0].n).toBe(3);
    await db.admin.query("delete from access.memberships where user_id = $1", [leaver]);
    expect((await own.query("select count(*)::int as n from results")).rows[0].n).toBe(0);
    await own.query("commit");
    await own.end();
  });

  it("is ended with the membership when an administrator removes the member", async () => {
    const leaver = await addMember(db, acme.id, "leaver2@acme.example", "analyst");
    const login = await loginOf(acme.id, leaver);
    const own = await connect(login);
    await asService(db, acme.id, (c) => c.query("select access.remove_member($1)", [leaver]));
    await expect(own.query("select count(*) from results")).rejects.toThrow();
    await expect(connect(login)).rejects.toMatchObject({ code: "28P01" });
    await own.end().catch(() => undefined);
  });

  it("is its role's OID: a role made again under the same name sees nothing", async () => {
    const user = await addMember(db, acme.id, "again@acme.example", "analyst");
    const login = new URL(await loginOf(acme.id, user));
    await db.admin.query(
      `revoke usage on schema org_acme from ${login.username}; drop role ${login.username}`,
    );
    await db.admin.query(
      `create role ${login.username} login password '${login.password}'; grant cadastre_sql to ${login.username};
       grant usage on schema org_acme to ${login.username}`,
    );
    const own = await connect(login.toString());
    expect((await own.query("select count(*)::int as n from org_acme.results")).rows[0].n).toBe(0);
    await own.end();
    await db.admin.query(
      `revoke usage on schema org_acme from ${login.username}; drop role ${login.username}`,
    );
  });

  it("expires", async () => {
    const guest = await addMember(db, acme.id, "guest@acme.example", "analyst");
    const { rows } = await asService(db, acme.id, (c) =>
      c.query("select * from access.create_sql_login($1, interval '1.2 seconds')", [guest]),
    );
    const own = await connect(loginUrl(db.adminUrl, rows[0].role_name, rows[0].password));
    expect((await own.query("select count(*)::int as n from results")).rows[0].n).toBe(3);
    await own.query("select pg_sleep(1.5)");
    expect((await own.query("select count(*)::int as n from results")).rows[0].n).toBe(0);
    await own.end();
  });
});
