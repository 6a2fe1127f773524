/**
 * The organization's unprivileged login, attacked as somebody would who has found a way past the fence that reads their
 * SQL: each probe is sent over a real session of that login, as the worker opens it.
 */
import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sandboxSession, signClaim } from "../../../lib/claims.ts";
import { loginUrl } from "../../../lib/db/urls.ts";
import { createSecrets } from "../../../lib/secrets.ts";
import { watchSqlLogins } from "../../../worker/tasks/access__watch_sql.ts";
import { openSandbox } from "../../../worker/transform/sandbox.ts";
import type { Sandbox } from "../../../worker/transform/types.ts";
import { addMember, asMember, asService, createOrg, type TestOrg } from "../../support/database.ts";
import { createPipelines, type Pipelines } from "./support.ts";

let p: Pipelines;
let globex: TestOrg;
let analyst: string;
let outsider: string;

const seen = async (s: Sandbox): Promise<(string | null)[]> =>
  (await s.client.query<{ note: string | null }>("select note from results order by id")).rows.map(
    (r) => r.note,
  );

async function fill(org: TestOrg, marker: string): Promise<string> {
  const { db } = p.bench;
  await asService(db, org.id, (c) =>
    c.query(
      `select data.create_dataset('results', '[{"name": "id", "type": "integer"}, {"name": "note"}]', '{id}')`,
    ),
  );
  const userId = await addMember(db, org.id, `editor@${org.slug}.example`, "editor");
  await asMember(db, { orgId: org.id, userId }, (c) =>
    c.query(`insert into org_${org.schemaKey}.results (id, note) select g, $1 from generate_series(1, 3) g`, [
      marker,
    ]),
  );
  return userId;
}

const open = (userId: string | null = null): Promise<Sandbox> =>
  openSandbox(p.context, { orgId: p.bench.org.id, userId });

beforeAll(async () => {
  p = await createPipelines();
  globex = await createOrg(p.bench.db, "globex");
  await fill(p.bench.org, "ours");
  outsider = await fill(globex, "theirs");
  analyst = await addMember(p.bench.db, p.bench.org.id, "analyst@acme.example", "analyst");
});
afterAll(() => p.bench.close());

describe("a session of the login", () => {
  it("sees the organization's rows as the person for whom it was opened: filters and masks are theirs", async () => {
    const { db, org, manager } = p.bench;
    const before = await open(analyst);
    expect(await seen(before)).toEqual(["ours", "ours", "ours"]);
    await before.close();
    const owner = await addMember(db, org.id, "owner@acme.example", "owner");
    await asMember(db, { orgId: org.id, userId: owner }, (c) =>
      c.query("select access.create_policy('hide', 'mask', mask => $1, roles => '{analyst}')", [
        JSON.stringify({ kind: "constant", value: "***", fields: ["note"] }),
      ]),
    );
    const masked = await open(analyst);
    expect(await seen(masked)).toEqual(["***", "***", "***"]);
    await masked.close();
    const whole = await open(manager);
    expect(await seen(whole)).toEqual(["ours", "ours", "ours"]);
    await whole.close();
  });

  it("is not opened for who is no live member, and is nobody once they are removed", async () => {
    await expect(open(outsider)).rejects.toMatchObject({ code: "IN067" });
    const { db, org } = p.bench;
    const leaver = await addMember(db, org.id, "leaver@acme.example", "editor");
    const session = await open(leaver);
    expect(await seen(session)).toHaveLength(3);
    await db.admin.query("delete from access.memberships where user_id = $1", [leaver]);
    expect(await seen(session)).toEqual([]);
    await session.close();
  });

  it("is nobody without its claim, with a forged one, another session's, another organization's or another kind's", async () => {
    const { claimKey } = p.bench.db;
    const orgId = p.bench.org.id;
    const session = await open(analyst);
    const { rows } = await session.client.query<{ pid: number; claim: string }>(
      "select pg_backend_pid() as pid, current_setting('cadastre.claim') as claim",
    );
    const { pid, claim } = rows[0]!;
    const here = sandboxSession(pid);
    const manager = p.bench.manager;
    const others = [
      "",
      claim.replace(/.$/, (c) => (c === "0" ? "1" : "0")),
      claim.replace(analyst, manager),
      signClaim({ kind: "sandbox", orgId, userId: manager, sessionId: sandboxSession(pid + 1) }, claimKey),
      signClaim({ kind: "sandbox", orgId, userId: manager }, claimKey),
      signClaim({ kind: "sandbox", orgId: globex.id, userId: outsider, sessionId: here }, claimKey),
      signClaim({ kind: "sandbox", orgId, userId: outsider, sessionId: here }, claimKey),
      signClaim({ kind: "sandbox", orgId, userId: manager, sessionId: here, ttlSeconds: -1 }, claimKey),
      signClaim({ kind: "user", orgId, userId: manager }, claimKey),
      signClaim({ kind: "service", orgId, userId: null }, claimKey),
      signClaim({ kind: "operator", orgId: null, userId: manager }, claimKey),
    ];
    for (const other of others) {
      await session.client.query("select set_config('cadastre.claim', $1, false)", [other]);
      expect(await seen(session), other).toEqual([]);
    }
    await session.close();
    // What SQL could read of the claim counts on no other road.
    for (const pool of [p.bench.db.gateway, p.bench.db.worker]) {
      const client = await pool.connect();
      await client.query("begin");
      await client.query("select set_config('cadastre.claim', $1, true)", [claim]);
      expect((await client.query("select private.org_id() as org")).rows).toEqual([{ org: null }]);
      await client.query("rollback");
      client.release();
    }
  });

  it.each([
    ["another organization's view", "select * from org_globex.results"],
    ["another organization's past", "select * from org_globex.results_as_of(now())"],
    ["the store", "select * from store_acme.results"],
    ["the control plane", "select * from tenancy.organizations"],
    ["people", "select * from access.users"],
    ["pipelines", "select * from ingest.pipeline_versions"],
    ["files", "select * from ingest.files"],
    ["keys of claims", "select * from private.claim_keys"],
    ["keys of masks", "select * from private.mask_keys"],
    ["sealed passwords", "select * from private.sandbox_logins"],
    ["sealed passwords, by function", "select * from private.sandbox_login()"],
    ["others' dry runs", "select * from private.trials"],
    ["password hashes", "select * from pg_authid"],
    ["signing", "select private.claim_mac('x', 'y')"],
    ["identity behind the verdict", "select private.identity()"],
    ["jobs", "select * from graphile_worker.jobs"],
    ["running a pipeline", "select ingest.run_pipeline('x')"],
    ["submitting a file", "select ingest.submit_file('x', 'x', 'x', 1, '')"],
    ["data definition", "select data.run_as_views('drop view org_acme.results')"],
    ["becoming the owner", "set role cadastre_owner"],
    ["becoming the views' owner", "set role cadastre_views"],
    ["becoming a user", "set role cadastre_user"],
    ["becoming its group", "set role cadastre_sandbox"],
    ["another session authorization", "set session authorization cadastre_worker"],
    ["the role by set_config", "select set_config('role', 'cadastre_worker', false)"],
    ["switching triggers off", "set session_replication_role = replica"],
    ["more temporary files", "set temp_file_limit = -1"],
    ["logging of statements", "set log_statement = 'all'"],
    ["large objects", "select lo_create(0)"],
    ["importing files", "select lo_import('/etc/passwd')"],
    ["exporting files", "select lo_export(1, '/tmp/cadastre-probe')"],
    ["advisory locks", "select pg_advisory_lock(1)"],
    ["advisory locks, trying", "select pg_try_advisory_xact_lock(1)"],
    ["files of the server", "select pg_read_file('/etc/passwd')"],
    ["folders of the server", "select pg_ls_dir('.')"],
    ["programs", "copy (select 1) to program 'true'"],
    ["programs as input", "copy (select 1) to program 'id'"],
    ["writing server files", "copy (select 1) to '/tmp/cadastre-probe'"],
    [
      "ending others' sessions",
      "select pg_terminate_backend((select min(pid) from pg_stat_activity where usename = 'cadastre_worker'))",
    ],
    ["reloading settings", "select pg_reload_conf()"],
    ["extensions", "create extension dblink"],
    ["new schemas", "create schema mine"],
    ["new tables", "create table public.mine (a int)"],
    ["new tables in its organization", "create table org_acme.mine (a int)"],
    ["new functions", "create function public.leak(text) returns bool language sql as 'select true'"],
    [
      "new functions in its organization",
      "create function org_acme.leak(text) returns bool language sql as 'select true'",
    ],
    ["code", "do $$ begin perform set_config('role', 'cadastre_owner', false); end $$"],
    ["roles", "create role mine"],
    ["its password", "alter role current_user superuser"],
    ["rows: insert", "insert into results (id) values (9)"],
    ["rows: update", "update results set note = 'x'"],
    ["rows: delete", "delete from results"],
    ["truncation", "truncate results"],
    ["sequences", "create sequence public.mine"],
    ["statistics objects", "alter table org_acme.results set (security_barrier = true)"],
  ])("is refused %s", async (_what, statement) => {
    const session = await open(p.bench.manager);
    try {
      await expect(session.client.query(statement)).rejects.toMatchObject({
        code: expect.stringMatching(/^(42501|22023|42883|42809|0LP01|55000)$/),
      });
    } finally {
      await session.close();
    }
  });

  it("takes one statement at a time, and writes nothing while people's SQL runs", async () => {
    const session = await open(p.bench.manager);
    await expect(session.run("select 1; select 2")).rejects.toMatchObject({ code: "42601" });
    await session.run("begin read only");
    await session.run("select note from results");
    await expect(
      session.run("select set_config('transaction_read_only', 'off', true)"),
    ).rejects.toMatchObject({ code: "25001" });
    await session.close();
  });

  it("is not moved by temporary tables and functions of its own", async () => {
    const session = await open(analyst);
    await session.client.query(
      "create temp table memberships (org_id uuid, user_id uuid, role_key text, status text)",
    );
    await session.client.query("create temp table sandbox_logins (role_oid oid, org_id uuid)");
    await session.client.query("set search_path = pg_temp, org_globex, org_acme");
    const { rows } = await session.client.query(
      "select private.org_id() as org, private.has_permission('member.edit') as may",
    );
    expect(rows).toEqual([{ org: p.bench.org.id, may: false }]);
    await session.close();
  });

  it("sees no statistics and no activity of others", async () => {
    const session = await open(p.bench.manager);
    expect(
      (await session.client.query("select * from pg_stats where schemaname like 'store%'")).rows,
    ).toEqual([]);
    const { rows } = await session.client.query(
      "select query from pg_stat_activity where usename <> current_user and query not in ('<insufficient privilege>', '')",
    );
    expect(rows).toEqual([]);
    await session.close();
  });

  it("is bounded in sessions, and held to its times from outside", async () => {
    const sessions = await Promise.all([open(), open(), open(), open()]);
    await expect(open()).rejects.toMatchObject({ code: "53300" });
    for (const s of sessions.slice(1)) await s.close();
    const [session] = sessions;
    await session!.client.query("set statement_timeout = 0");
    const { rows } = await session!.client.query("select current_user as role");
    // A login whose mapping is gone, or whose organization is suspended, is ended by the watchdog.
    await p.bench.db.admin.query("update tenancy.organizations set status = 'suspended' where id = $1", [
      p.bench.org.id,
    ]);
    expect(await seen(session!)).toEqual([]);
    const watch = { pool: p.bench.db.worker, claimKey: p.bench.db.claimKey, log: p.context.log };
    expect(await watchSqlLogins(watch)).toBeGreaterThanOrEqual(1);
    await expect(session!.client.query("select 1")).rejects.toThrow();
    await p.bench.db.admin.query("update tenancy.organizations set status = 'active' where id = $1", [
      p.bench.org.id,
    ]);
    expect(rows[0].role).toMatch(/^sandbox_[0-9a-f]{18}$/);
  });

  it("is its role's OID: a role made again under the name is nobody, and the worker makes a new login", async () => {
    const session = await open(p.bench.manager);
    const { rows } = await session.client.query<{ role: string }>("select current_user as role");
    await session.close();
    const role = rows[0]!.role;
    const { admin, adminUrl } = p.bench.db;
    await admin.query(`revoke usage on schema org_acme from ${role}; drop role ${role}; create role ${role} login password 'again';
      grant cadastre_sandbox to ${role}; grant usage on schema org_acme to ${role}`);
    const own = new pg.Client({ connectionString: loginUrl(adminUrl, role, "again") });
    await own.connect();
    expect((await own.query("select count(*)::int as n from org_acme.results")).rows).toEqual([{ n: 0 }]);
    await own.end();
    await admin.query(`grant ${role} to cadastre_logins with inherit true, admin true`);
    const anew = await open(p.bench.manager);
    expect(await seen(anew)).toHaveLength(3);
    await anew.close();
  });
});

describe("the login", () => {
  it("is made on first use, once, however many ask; and anew where its password cannot be opened any more", async () => {
    const { db } = p.bench;
    const org = await createOrg(db, "initech");
    const who = { orgId: org.id, userId: null };
    const role = async (s: Sandbox): Promise<string> =>
      (await s.client.query("select current_user as r")).rows[0].r;
    const logins = async () =>
      (
        await db.admin.query("select role_name, sealed from private.sandbox_logins where org_id = $1", [
          org.id,
        ])
      ).rows;
    expect(await logins()).toEqual([]);
    const sessions = await Promise.all([1, 2, 3].map(() => openSandbox(p.context, who)));
    const roles = new Set(await Promise.all(sessions.map(role)));
    expect([...roles]).toEqual([(await logins())[0].role_name]);
    expect((await logins())[0].sealed).toMatch(/^v1\./);
    await Promise.all(sessions.map((s) => s.close()));
    const other = await openSandbox({ ...p.context, secrets: createSecrets(randomBytes(32)) }, who);
    const [now] = await logins();
    expect(await role(other)).toBe(now.role_name);
    expect(roles.has(now.role_name)).toBe(false);
    const { rows } = await db.admin.query(
      "select count(*)::int as n from pg_roles where rolname = any ($1)",
      [[...roles]],
    );
    expect(rows).toEqual([{ n: 0 }]);
    await other.close();
  });

  it("may do nothing that the views' group may not, but for temporary tables", async () => {
    const { rows } = await p.bench.db.admin.query(
      `select r.rolname, r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolcreatedb, r.rolreplication, r.rolinherit, r.rolconnlimit,
              (select array_agg(g.roleid::regrole::text) from pg_auth_members g where g.member = r.oid) as groups,
              has_database_privilege(r.oid, current_database(), 'create') as creates
         from pg_roles r join private.sandbox_logins l on l.role_oid = r.oid where l.org_id = $1`,
      [p.bench.org.id],
    );
    expect(rows).toMatchObject([
      {
        rolsuper: false,
        rolbypassrls: false,
        rolcreaterole: false,
        rolcreatedb: false,
        rolreplication: false,
        rolinherit: false,
        rolconnlimit: 4,
        groups: ["cadastre_sandbox"],
        creates: false,
      },
    ]);
    const granted = await p.bench.db.admin.query(
      `select c.oid::regclass::text as object, a.privilege_type from pg_class c cross join lateral aclexplode(c.relacl) a
        where a.grantee = any (array['cadastre_sandbox', 'cadastre_sql']::regrole[]) and a.privilege_type <> 'SELECT'`,
    );
    expect(granted.rows).toEqual([]);
    const functions = await p.bench.db.admin.query(
      `select p.oid::regprocedure::text as f from pg_proc p cross join lateral aclexplode(p.proacl) a
        where a.grantee = any (array['cadastre_sandbox', 'cadastre_sql']::regrole[]) and p.proname !~ '_(as_of|diff|timeline|valid_on|masked_key)$|^whole_moment$'`,
    );
    expect(functions.rows).toEqual([]);
  });
});

describe("an execution on the login", () => {
  it("is ended when its temporary tables grow too large", { timeout: 60_000 }, async () => {
    await p.create("growing", {
      kind: "model",
      sql: "select g as id, sha512(g::text::bytea)::text || sha512((g + 1)::text::bytea)::text as v from generate_series(1, 15000000) g",
      dataset: "growing",
      materialized: "table",
      key_fields: ["id"],
    });
    const [run] = await p.bench.query<{ id: string }>("select id from ingest.run_pipeline('growing')");
    const done = await p.execute(run!.id, { maxTempBytes: 20_000_000 });
    expect(done).toMatchObject({
      status: "failed",
      run_id: null,
      error: { code: "IN069", message: expect.stringContaining("too large") },
    });
    // Its server process is gone with it.
    const left = async (): Promise<number> =>
      (
        await p.bench.db.admin.query(
          "select count(*)::int as n from pg_stat_activity where application_name = 'cadastre-sandbox'",
        )
      ).rows[0].n;
    for (let i = 0; i < 100 && (await left()) > 0; i++)
      await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await left()).toBe(0);
  });
});
