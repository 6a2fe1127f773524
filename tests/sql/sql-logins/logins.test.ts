/** SQL logins over real connections: handed out once, rotated, dated, revoked, and held to their limits from outside. */
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loginUrl } from "../../../lib/db/urls.ts";
import { createLogger } from "../../../lib/log.ts";
import { watchSqlLogins } from "../../../worker/tasks/access__watch_sql.ts";
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
let owner: string;
let admin: string;
let serial = 0;
const open: pg.Client[] = [];

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on("error", () => undefined);
  await client.connect();
  open.push(client);
  return client;
}

interface Made {
  role: string;
  url: string;
}

async function made(user: string, call: string, values: unknown[], as = user): Promise<Made> {
  const { rows } = await asMember(db, { orgId: acme.id, userId: as }, (c) => c.query(call, values));
  return { role: rows[0].role_name, url: loginUrl(db.adminUrl, rows[0].role_name, rows[0].password) };
}
const create = (user: string, validFor: string | null = null, as = user) =>
  made(user, "select * from access.create_sql_login($1, $2)", [user, validFor], as);
const rotate = (user: string, as = user) =>
  made(user, "select * from access.rotate_sql_login($1)", [user], as);
const analyst = () => addMember(db, acme.id, `analyst${++serial}@acme.example`, "analyst");

/** How many rows the login counts in its organization's dataset. */
async function sees(client: pg.Client): Promise<number> {
  return (await client.query("select count(*)::int as n from results")).rows[0].n;
}
const roleExists = async (role: string) =>
  (await db.admin.query("select from pg_roles where rolname = $1", [role])).rowCount === 1;
const setting = (assignments: string, values: unknown[] = []) =>
  db.admin
    .query(`insert into access.org_security (org_id) values ('${acme.id}') on conflict (org_id) do nothing`)
    .then(() =>
      db.admin.query(`update access.org_security set ${assignments} where org_id = '${acme.id}'`, values),
    );
const watch = () => watchSqlLogins({ pool: db.worker, claimKey: db.claimKey, log: createLogger("fatal") });
const sleepers = async (role: string, state: string) => {
  for (let i = 0; i < 200; i++) {
    const { rowCount } = await db.admin.query(
      "select from pg_stat_activity where usename = $1 and state = $2 and query_start < clock_timestamp() - interval '1.1 s'",
      [role, state],
    );
    if (rowCount) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the session did not get there");
};
const ended = async (reason: string) =>
  (
    await db.admin.query(
      "select detail from audit.events where org_id = $1 and action = 'sql_login.end' and detail->>'reason' = $2",
      [acme.id, reason],
    )
  ).rows;

beforeAll(async () => {
  db = await createTestDatabase();
  acme = await createOrg(db, "acme");
  globex = await createOrg(db, "globex");
  owner = await addMember(db, acme.id, "owner@acme.example", "owner");
  admin = await addMember(db, acme.id, "admin@acme.example", "admin");
  await asService(db, acme.id, (c) =>
    c.query(`select data.create_dataset('results', '[{"name": "id", "type": "integer"}]', '{id}')`),
  );
  await asMember(db, { orgId: acme.id, userId: owner }, (c) =>
    c.query("insert into org_acme.results (id) select generate_series(1, 3)"),
  );
});
afterAll(async () => {
  await Promise.all(open.map((client) => client.end().catch(() => undefined)));
  await db.drop();
});

describe("a login's life", () => {
  it("is made for oneself, and sees", async () => {
    const { url } = await create(await analyst());
    expect(await sees(await connect(url))).toBe(3);
  });

  it("rotated: the old password is dead, its session too, and the end stays", async () => {
    const user = await analyst();
    const before = await create(user, "2 days");
    const session = await connect(before.url);
    expect(await sees(session)).toBe(3);
    const after = await rotate(user);
    await expect(session.query("select 1")).rejects.toThrow();
    await expect(connect(before.url)).rejects.toMatchObject({ code: "28P01" });
    expect(await sees(await connect(after.url))).toBe(3);
    expect(await roleExists(before.role)).toBe(false);
    const { rows } = await db.admin.query(
      "select expires_at between now() + interval '47 hours' and now() + interval '49 hours' as kept from access.sql_logins where user_id = $1",
      [user],
    );
    expect(rows).toEqual([{ kept: true }]);
  });

  it("expired: sees nothing within its session, opens no other, and the watchdog ends it", async () => {
    const user = await analyst();
    const { url, role } = await create(user);
    const session = await connect(url);
    expect(await sees(session)).toBe(3);
    await asMember(db, { orgId: acme.id, userId: user }, (c) =>
      c.query("select access.expire_sql_login($1, clock_timestamp())", [user]),
    );
    expect(await sees(session)).toBe(0);
    await expect(connect(url)).rejects.toMatchObject({ code: "28P01" });
    await watch();
    await expect(session.query("select 1")).rejects.toThrow();
    expect(await ended("login")).toContainEqual({ detail: { reason: "login", role } });
  });

  it("whose own end is only brought nearer, while an administrator may set it later", async () => {
    const user = await analyst();
    await create(user, "1 day");
    const later = (as: string) =>
      asMember(db, { orgId: acme.id, userId: as }, (c) =>
        c.query("select access.expire_sql_login($1, now() + interval '30 days')", [user]),
      );
    await expect(later(user)).rejects.toMatchObject({ code: "42501" });
    await later(admin);
  });

  it("revoked: no role stays behind, whatever it had open", async () => {
    const user = await analyst();
    const { url, role } = await create(user);
    const session = await connect(url);
    await session.query("begin");
    await session.query("declare c cursor for select * from results");
    await asMember(db, { orgId: acme.id, userId: admin }, (c) =>
      c.query("select access.drop_sql_login($1)", [user]),
    );
    expect(await roleExists(role)).toBe(false);
    const { rows: left } = await db.admin.query(
      `select (select count(*) from pg_auth_members m left join pg_roles r on r.oid = m.roleid where r.oid is null)::int as members,
              (select count(*) from pg_db_role_setting s left join pg_roles r on r.oid = s.setrole
                where s.setrole <> 0 and r.oid is null)::int as settings`,
    );
    expect(left).toEqual([{ members: 0, settings: 0 }]);
    await expect(session.query("fetch 1 from c")).rejects.toThrow();
  });

  it("twenty made at once leave one role", async () => {
    const user = await analyst();
    const all = await Promise.all(Array.from({ length: 20 }, () => create(user)));
    const left = (await Promise.all(all.map(async (m) => roleExists(m.role)))).filter(Boolean);
    expect(left).toHaveLength(1);
  });

  it("is listed: one's own, and everybody's for who may", async () => {
    const user = await analyst();
    const { url } = await create(user);
    await connect(url);
    const list = async (as: string) =>
      (
        await asMember(db, { orgId: acme.id, userId: as }, (c) =>
          c.query("select * from access.list_sql_logins()"),
        )
      ).rows;
    expect(await list(user)).toMatchObject([{ user_id: user, sessions: 1 }]);
    expect((await list(admin)).length).toBeGreaterThan(1);
  });

  it.each(["-1 day", "11 years"])("is refused for %s", async (duration) => {
    await expect(create(await analyst(), duration)).rejects.toMatchObject({ code: "AC080" });
  });
});

describe("whose it is", () => {
  it("nobody makes one for somebody above them, or without the permission", async () => {
    const viewer = await addMember(db, acme.id, "viewer@acme.example", "viewer");
    await expect(create(owner, null, admin)).rejects.toMatchObject({ code: "42501" });
    await expect(create(viewer)).rejects.toMatchObject({ code: "42501" });
    await expect(create(owner, null, await analyst())).rejects.toMatchObject({ code: "42501" });
  });

  it("nobody makes one while they look as somebody else", async () => {
    const subject = await analyst();
    await db.admin.query(
      `insert into access.view_as (org_id, user_id, subject_id, reason, expires_at)
       values ($1, $2, $3, 'support', clock_timestamp() + interval '1 hour')`,
      [acme.id, admin, subject],
    );
    await expect(create(subject, null, admin)).rejects.toMatchObject({ code: "42501" });
    await expect(
      asMember(db, { orgId: acme.id, userId: admin }, (c) =>
        c.query("select access.drop_sql_login($1)", [subject]),
      ),
    ).rejects.toMatchObject({ code: "42501" });
    await db.admin.query("update access.view_as set ended_at = now() where user_id = $1", [admin]);
  });

  it("another organization's owner cannot make, see, rotate, date or drop it", async () => {
    const user = await analyst();
    const { role } = await create(user);
    const stranger = {
      orgId: globex.id,
      userId: await addMember(db, globex.id, "owner@globex.example", "owner"),
    };
    const as = (text: string) => asMember(db, stranger, (c) => c.query(text, [user]));
    await expect(as("select access.create_sql_login($1)")).rejects.toMatchObject({ code: "AC004" });
    await expect(as("select access.rotate_sql_login($1)")).rejects.toMatchObject({ code: "AC081" });
    await expect(as("select access.expire_sql_login($1, now())")).rejects.toMatchObject({ code: "AC081" });
    expect((await as("select access.drop_sql_login($1) as done")).rows).toEqual([{ done: false }]);
    expect((await as("select * from access.list_sql_logins() where user_id = $1")).rows).toEqual([]);
    expect(await roleExists(role)).toBe(true);
  });

  it("the logins' own role can signal no other backend, and reads nobody else's activity", async () => {
    const client = await db.admin.connect();
    const { rows } = await db.gateway.query("select pg_backend_pid() as pid");
    try {
      await client.query("begin; set local role cadastre_logins");
      const seen = await client.query(
        "select query from pg_stat_activity where usename = 'cadastre_gateway' and query <> '<insufficient privilege>'",
      );
      expect(seen.rows).toEqual([]);
      await expect(client.query("select pg_terminate_backend($1)", [rows[0].pid])).rejects.toMatchObject({
        code: "42501",
      });
    } finally {
      await client.query("rollback");
      client.release();
    }
  });
});

describe("limits", () => {
  it("are PostgreSQL's own where it has them, and follow the organization's settings", async () => {
    await setting("sql_connections = 2, sql_temp_mb = 1");
    const { url } = await create(await analyst());
    const first = await connect(url);
    await connect(url);
    await expect(connect(url)).rejects.toMatchObject({ code: "53300" });
    await setting("sql_connections = 3");
    await connect(url);
    await expect(first.query("set temp_file_limit = -1")).rejects.toMatchObject({ code: "42501" });
    await first.query("set work_mem = '64kB'");
    await expect(
      first.query(
        "select count(*) from (select g from generate_series(1, 500000) g order by md5(g::text)) s",
      ),
    ).rejects.toMatchObject({ code: "53400" });
    await setting("sql_connections = 5, sql_temp_mb = 2048");
  });

  it("a query over the limit is ended, though the session took its own timeout away", async () => {
    await setting("sql_statement_timeout = '1 second'");
    const { url, role } = await create(await analyst());
    const session = await connect(url);
    await session.query("set statement_timeout = 0");
    const query = session.query("select pg_sleep(60)");
    const refused = expect(query).rejects.toMatchObject({ code: "57014" });
    await sleepers(role, "active");
    await watch();
    await refused;
    expect(await sees(session)).toBe(3);
    expect(await ended("statement")).toContainEqual({ detail: { reason: "statement", role } });
  });

  it("one that catches its cancellation is ended with its session", async () => {
    const { url, role } = await create(await analyst());
    const session = await connect(url);
    await session.query("set statement_timeout = 0; set transaction_timeout = 0");
    const query = session.query(
      `do $$ begin loop begin perform pg_sleep(60); exception when query_canceled then null; end; end loop; end $$`,
    );
    const refused = expect(query).rejects.toThrow();
    for (let i = 0; i < 40 && (await ended("statement_ignored")).length === 0; i++) {
      await watch();
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    await refused;
    expect(await ended("statement_ignored")).toEqual([{ detail: { reason: "statement_ignored", role } }]);
  });

  it("a session that waits within a transaction is ended, and one whose transaction goes on and on", async () => {
    await setting("sql_statement_timeout = '5 minutes', sql_idle_timeout = '1 second'");
    const idle = await create(await analyst());
    const waiting = await connect(idle.url);
    await waiting.query("set idle_in_transaction_session_timeout = 0");
    await waiting.query("begin");
    await sleepers(idle.role, "idle in transaction");
    await watch();
    await expect(waiting.query("select 1")).rejects.toThrow();
    await setting("sql_idle_timeout = '5 minutes', sql_transaction_timeout = '1 second'");
    const long = await create(await analyst());
    const talking = await connect(long.url);
    await talking.query("set transaction_timeout = 0");
    await talking.query("begin");
    await talking.query("select pg_sleep(1.2)");
    await watch();
    await expect(talking.query("select 1")).rejects.toThrow();
    await setting("sql_transaction_timeout = '1 hour'");
  });

  it("are set by who may, within bounds, and reach the roles that are there", async () => {
    const { role } = await create(await analyst());
    const set = (as: string, idle: string) =>
      asMember(db, { orgId: acme.id, userId: as }, (c) =>
        c.query("select access.set_sql_login_limits($1, null, 7)", [idle]),
      );
    await set(owner, "90 seconds");
    const { rows } = await db.admin.query("select rolconfig from pg_roles where rolname = $1", [role]);
    expect(rows[0].rolconfig).toEqual(
      expect.arrayContaining(["idle_in_transaction_session_timeout=90000ms", "temp_file_limit=7MB"]),
    );
    await expect(set(owner, "2 days")).rejects.toMatchObject({ code: "AC083" });
    await expect(set(await analyst(), "1 minute")).rejects.toMatchObject({ code: "42501" });
    await setting("sql_idle_timeout = '5 minutes', sql_temp_mb = 2048");
  });

  it("leaves everybody alone who keeps to them", async () => {
    const { url } = await create(await analyst());
    const session = await connect(url);
    await session.query("begin");
    await watch();
    expect(await sees(session)).toBe(3);
    await session.query("commit");
  });

  it("networks: from elsewhere it is nobody, at the next statement", async () => {
    const session = await connect((await create(await analyst())).url);
    expect(await sees(session)).toBe(3);
    await setting("sql_networks = $1", [["203.0.113.0/24"]]);
    expect(await sees(session)).toBe(0);
    await setting("sql_networks = $1", [["203.0.113.0/24", "127.0.0.0/8"]]);
    expect(await sees(session)).toBe(3);
    await setting("sql_networks = '{}'");
  });

  it("a suspended member's sessions are ended", async () => {
    const user = await analyst();
    const session = await connect((await create(user)).url);
    await db.admin.query("update access.memberships set status = 'suspended' where user_id = $1", [user]);
    expect(await sees(session)).toBe(0);
    await watch();
    await expect(session.query("select 1")).rejects.toThrow();
  });

  it("the watchdog is the worker's alone", async () => {
    await expect(
      asMember(db, { orgId: acme.id, userId: owner }, (c) => c.query("select private.watch_sql_logins()")),
    ).rejects.toMatchObject({ code: "42501" });
    const session = await connect((await create(await analyst())).url);
    await expect(session.query("select private.watch_sql_logins()")).rejects.toMatchObject({ code: "42501" });
    await asPlatform(db, (c) => c.query("select private.watch_sql_logins()"));
  });
});
