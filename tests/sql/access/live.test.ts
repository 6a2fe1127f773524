/** Access counts from the next statement on and no longer than its second, also within an open transaction, on every road. */
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signClaim } from "../../../lib/claims.ts";
import { loginUrl } from "../../../lib/db/urls.ts";
import {
  addMember,
  asMember,
  asService,
  createTestDatabase,
  type TestDatabase,
} from "../../support/database.ts";
import { ask, createStaff, grant, holds, type Staff } from "./support.ts";

let db: TestDatabase;
let acme: Staff;

beforeAll(async () => {
  db = await createTestDatabase();
  acme = await createStaff(db, "acme");
  await asService(db, acme.id, (c) =>
    c.query(`select data.create_dataset('orders', '[{"name": "id", "type": "integer"}]', '{id}')`),
  );
  await db.admin.query(
    "insert into store_acme.orders (id, run_id) select g, uuidv7() from generate_series(1, 5) g",
  );
});
afterAll(() => db.drop());

async function loginOf(userId: string): Promise<pg.Client> {
  const { role_name, password } = await asService(
    db,
    acme.id,
    async (c) =>
      (await c.query("select role_name, password from access.create_sql_login($1)", [userId])).rows[0],
  );
  const client = new pg.Client({ connectionString: loginUrl(db.adminUrl, role_name, password) });
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

const count = "select count(*)::int as n from orders";

describe("in one open transaction of an SQL login", () => {
  it("a grant for three seconds opens and closes", async () => {
    const cleo = await addMember(db, acme.id, "cleo@acme.example", "client");
    const login = await loginOf(cleo);
    try {
      await login.query("begin isolation level read committed");
      expect((await login.query(count)).rows).toEqual([{ n: 0 }]);
      await grant(db, acme, acme.people.admin, cleo, "record.view", { lasts: "3 seconds" });
      expect((await login.query(count)).rows).toEqual([{ n: 5 }]);
      // The transaction's own time stands still; the grant's does not.
      await login.query("select pg_sleep(3.05)");
      expect((await login.query(count)).rows).toEqual([{ n: 0 }]);
      await login.query("commit");
    } finally {
      await login.end();
    }
  });

  it("a prepared statement follows grants and denials", async () => {
    const pia = await addMember(db, acme.id, "pia@acme.example", "viewer");
    const login = await loginOf(pia);
    try {
      const ask5 = async () => {
        // Often enough for PostgreSQL to settle on a plan.
        for (let i = 0; i < 6; i++) await login.query({ name: "count", text: count });
        return (await login.query({ name: "count", text: count })).rows[0].n;
      };
      await login.query("begin");
      expect(await ask5()).toBe(5);
      const id = await grant(db, acme, acme.people.admin, pia, "record.view", { effect: "deny" });
      expect(await ask5()).toBe(0);
      await ask(db, acme, acme.people.admin, "select access.revoke_grant($1)", [id]);
      expect(await ask5()).toBe(5);
      await login.query("commit");
    } finally {
      await login.end();
    }
  });
});

describe("a removed membership", () => {
  it("sees nothing at the next statement of an open transaction of the API, and has no login", async () => {
    const rob = await addMember(db, acme.id, "rob@acme.example", "analyst");
    const login = await loginOf(rob);
    await asMember(db, { orgId: acme.id, userId: rob }, async (client) => {
      expect((await client.query("select count(*)::int as n from org_acme.orders")).rows).toEqual([{ n: 5 }]);
      await ask(db, acme, acme.people.admin, "select access.remove_member($1)", [rob]);
      expect((await client.query("select count(*)::int as n from org_acme.orders")).rows).toEqual([{ n: 0 }]);
      expect(
        (await client.query("select private.org_id() as org, private.actor_id() as actor")).rows,
      ).toEqual([{ org: null, actor: null }]);
    });
    await expect(login.query(count)).rejects.toThrow();
    await login.end().catch(() => undefined);
  });
});

describe("sessions and keys", () => {
  async function asClaim(
    kind: "user" | "key",
    userId: string,
    sessionId: string,
  ): Promise<{ usr: string | null; view: boolean; edit: boolean }> {
    const client = await db.gateway.connect();
    try {
      await client.query("begin");
      await client.query(
        "select set_config('cadastre.claim', $1, true), set_config('role', 'cadastre_user', true)",
        [signClaim({ kind, orgId: acme.id, userId, sessionId }, db.claimKey)],
      );
      const { rows } = await client.query(
        "select private.user_id() as usr, private.has_permission('record.view') as view, private.has_permission('record.edit') as edit",
      );
      return rows[0];
    } finally {
      await client.query("rollback");
      client.release();
    }
  }
  const nobody = { usr: null, view: false, edit: false };

  it("a session counts while it lasts, for its own person, and not when it was never there", async () => {
    const { editor, owner } = acme.people;
    const make = async (lasts: string) =>
      (
        await db.admin.query<{ id: string }>(
          "insert into private.sessions (org_id, user_id, method, expires_at) values ($1, $2, 'password', clock_timestamp() + $3::interval) returning id",
          [acme.id, editor, lasts],
        )
      ).rows[0]!.id;
    const live = await make("1 hour");
    expect(await asClaim("user", editor, live)).toEqual({ usr: editor, view: true, edit: true });
    expect(await asClaim("user", owner, live)).toEqual(nobody);
    expect(await asClaim("user", editor, acme.id)).toEqual(nobody);
    expect(await asClaim("user", editor, await make("-1 second"))).toEqual(nobody);
    await db.admin.query(
      "update private.sessions set ended_at = clock_timestamp(), ended_why = 'revoked' where id = $1",
      [live],
    );
    expect(await asClaim("user", editor, live)).toEqual(nobody);
  });

  it("an API key is its maker, less what is not among its permissions, until it ends", async () => {
    const { editor, viewer, owner } = acme.people;
    const { rows } = await db.admin.query<{ id: string }>(
      `insert into access.api_keys (org_id, name, prefix, permissions, created_by, expires_at)
       values ($1, 'k', 'cad_test', '{record.view,organization.security}', $2, clock_timestamp() + interval '1 hour') returning id`,
      [acme.id, editor],
    );
    const key = rows[0]!.id;
    expect(await asClaim("key", editor, key)).toEqual({ usr: editor, view: true, edit: false });
    expect(await asClaim("key", viewer, key)).toEqual(nobody);
    expect(await asClaim("key", editor, acme.id)).toEqual(nobody);
    await grant(db, acme, owner, editor, "record.view", { effect: "deny" });
    expect(await asClaim("key", editor, key)).toEqual({ usr: editor, view: false, edit: false });
    await db.admin.query("update access.api_keys set revoked_at = clock_timestamp() where id = $1", [key]);
    expect(await asClaim("key", editor, key)).toEqual(nobody);
  });
});

describe("the platform", () => {
  it("keeps platform.* to itself, whatever a member is given", async () => {
    await db.admin.query(
      "insert into access.grants (org_id, user_id, permission, ends_at) values ($1, $2, 'platform.manage', clock_timestamp() + interval '1 hour')",
      [acme.id, acme.people.owner],
    );
    expect(await holds(db, acme, acme.people.owner, "platform.manage")).toBe(false);
    expect(
      await asService(
        db,
        acme.id,
        async (c) =>
          (
            await c.query(
              "select private.has_permission('platform.manage') as p, private.has_permission('record.view') as r",
            )
          ).rows,
      ),
    ).toEqual([{ p: false, r: true }]);
  });
});

describe("the audit trail", () => {
  it("has who, from where and how it came out", async () => {
    await asMember(db, { orgId: acme.id, userId: acme.people.admin }, async (client) => {
      await client.query(
        "select set_config('cadastre.ip', '192.0.2.7', true), set_config('cadastre.request_id', 'r-1', true)",
      );
      await client.query("select access.set_member_role($1, 'viewer')", [acme.people.viewer]);
      await client.query("select set_config('cadastre.ip', 'not an address', true)");
      await client.query("select access.set_member_role($1, 'viewer')", [acme.people.viewer]);
    });
    const events = await ask(
      db,
      acme,
      acme.people.owner,
      "select actor_id, actor_kind, outcome, subject_id, host(ip) as ip, request_id from audit.events where action = 'member.role' order by id",
    );
    const one = {
      actor_id: acme.people.admin,
      actor_kind: "user",
      outcome: "done",
      subject_id: null,
      request_id: "r-1",
    };
    expect(events).toEqual([
      { ...one, ip: "192.0.2.7" },
      { ...one, ip: "127.0.0.1" },
    ]);
  });

  it("a refusal says the permission and the way on, and nothing else", async () => {
    await expect(
      ask(db, acme, acme.people.viewer, "select access.remove_member($1)", [acme.people.client]),
    ).rejects.toMatchObject({
      code: "42501",
      message: "you need the permission member.delete for this",
      hint: "Ask an owner or administrator of your organization for it.",
    });
  });
});
