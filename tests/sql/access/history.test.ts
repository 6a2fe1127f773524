/** Access as of the past: every change leaves a version, none can be changed, and explaining reads them. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addMember, asService, createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { ask, createStaff, grant, type Staff } from "./support.ts";

let db: TestDatabase;
let acme: Staff;
let globex: Staff;

beforeAll(async () => {
  db = await createTestDatabase();
  acme = await createStaff(db, "acme");
  globex = await createStaff(db, "globex");
});
afterAll(() => db.drop());

async function now(): Promise<string> {
  return (await db.admin.query<{ t: string }>("select clock_timestamp()::text as t")).rows[0]!.t;
}

async function explain(user: string, permission: string, at: string | null, by = acme.people.admin) {
  const [row] = await ask<{
    e: {
      allowed: boolean;
      decided_by: string;
      reasons: { source: string; name: string }[];
      needed?: { ask: string[]; roles: string[] };
    };
  }>(db, acme, by, "select access.explain(p_user => $1, permission => $2, at => $3::timestamptz) as e", [
    user,
    permission,
    at,
  ]);
  return row!.e;
}

describe("access.changes", () => {
  it("has every version of a membership, who made it and who ended it", async () => {
    const { admin, owner } = acme.people;
    const una = await addMember(db, acme.id, "una@acme.example", "viewer");
    await ask(db, acme, admin, "select access.set_member_role($1, 'editor')", [una]);
    await ask(db, acme, owner, "select access.remove_member($1)", [una]);
    const versions = await ask(
      db,
      acme,
      owner,
      `select row ->> 'role_key' as role, changed_by, ended_by, valid_to is not null as over,
              valid_from = lag(valid_to) over (order by valid_from) as joined
         from access.changes where table_name = 'memberships' and row ->> 'user_id' = $1 order by valid_from`,
      [una],
    );
    expect(versions).toEqual([
      { role: "viewer", changed_by: null, ended_by: admin, over: true, joined: null },
      { role: "editor", changed_by: admin, ended_by: owner, over: true, joined: true },
    ]);
  });

  it("agrees with each table: one open version a row, and the row itself", async () => {
    const { admin, owner, viewer, client } = acme.people;
    await ask(
      db,
      acme,
      owner,
      "select access.create_org_role('aide', 'Aide', '{run.view,run.execute}', '{viewer}')",
    );
    await ask(db, acme, owner, "select access.change_org_role('aide', permissions => '{run.execute}')");
    await ask(db, acme, owner, "select access.set_member_roles($1, '{aide}')", [client]);
    const id = await grant(db, acme, admin, client, "record.edit");
    await ask(db, acme, admin, "select access.revoke_grant($1)", [id]);
    await grant(db, acme, admin, viewer, "record.edit");
    await ask(
      db,
      acme,
      viewer,
      "select access.request_access(reason => 'x', duration => '1 hour', permission => 'record.delete')",
    );
    await ask(db, acme, owner, "select access.set_org_security(four_eyes => true)");
    await ask(db, acme, admin, "select access.start_view_as($1, 'why', 5)", [client]);
    await ask(db, acme, admin, "select access.end_view_as()");
    await ask(db, acme, owner, "select access.create_sql_login($1)", [owner]);
    let compared = 0;
    for (const table of [
      "memberships",
      "membership_roles",
      "org_roles",
      "org_role_parents",
      "org_role_permissions",
      "grants",
      "requests",
      "policies",
      "org_security",
      "view_as",
      "sql_logins",
      "api_keys",
    ]) {
      const { rows } = await db.admin.query(
        `with live as (select to_jsonb(t) - '{updated_at,last_used_at,last_used_ip}'::text[] as r from access.${table} t),
              told as (select row as r from access.changes where table_name = $1 and valid_to is null)
         select (select count(*)::int from live) as n,
                (select count(*)::int from (select r from live except select r from told) d)
                + (select count(*)::int from (select r from told except select r from live) d) as differ`,
        [table],
      );
      expect(rows[0].differ, table).toBe(0);
      compared += rows[0].n;
    }
    expect(compared).toBeGreaterThan(20);
  });

  it("is append-only, for the owner of the tables too", async () => {
    for (const text of [
      "update access.changes set row = '{}' where valid_to is null",
      "update access.changes set valid_to = now(), changed_by = null where valid_to is null",
      "update access.changes set valid_to = null",
      "delete from access.changes",
      "truncate access.changes",
      "truncate access.grants cascade",
      "set session_replication_role = replica; delete from access.changes",
    ]) {
      await expect(db.admin.query(text), text).rejects.toMatchObject({ code: "42501" });
    }
    await db.admin.query("set session_replication_role = origin");
  });

  it("is seen by auditors, else one's own only, and never by another organization", async () => {
    const count =
      "select count(distinct row ->> 'user_id')::int as people, count(*)::int as n from access.changes where row ? 'user_id'";
    const [auditor] = await ask<{ people: number }>(db, acme, acme.people.admin, count);
    expect(auditor!.people).toBeGreaterThan(8);
    expect((await ask<{ people: number }>(db, acme, acme.people.viewer, count))[0]!.people).toBe(1);
    expect(
      await ask(db, globex, globex.people.owner, "select from access.changes where org_id = $1", [acme.id]),
    ).toEqual([]);
  });
});

describe("explaining", () => {
  it("tells what decided: role, own role, grant, delegation, denial", async () => {
    const { admin, owner, editor } = acme.people;
    const pam = await addMember(db, acme.id, "pam@acme.example", "viewer");
    expect(await explain(pam, "record.view", null)).toMatchObject({
      allowed: true,
      decided_by: "role",
      reasons: [{ source: "role", name: "viewer", via: "viewer" }],
    });
    expect(await explain("PAM@acme.example", "organization.view", null)).toMatchObject({
      allowed: true,
      reasons: [{ name: "viewer", via: "client" }],
    });
    await ask(
      db,
      acme,
      editor,
      "select access.delegate_access(user_id => $1, lasts => '1 hour', permission => 'record.create')",
      [pam],
    );
    expect(await explain(pam, "record.create", null)).toMatchObject({
      allowed: true,
      decided_by: "delegation",
      reasons: [{ by: "editor@acme.example", counts: true }],
    });
    await ask(db, acme, owner, "select access.create_org_role('pusher', 'Pusher', '{run.execute}')");
    await ask(db, acme, owner, "select access.create_org_role('head', 'Head', '{}', '{}', '{pusher}')");
    await ask(db, acme, owner, "select access.set_member_roles($1, '{head}')", [pam]);
    expect(await explain(pam, "run.execute", null)).toMatchObject({
      allowed: true,
      decided_by: "own_role",
      reasons: [{ name: "head", via: "pusher" }],
    });
    const id = await grant(db, acme, admin, pam, "record.edit");
    expect(await explain(pam, "record.edit", null)).toMatchObject({
      allowed: true,
      decided_by: "grant",
      reasons: [{ id, by: "admin@acme.example", reason: "a test" }],
    });
    await grant(db, acme, admin, pam, "record.view", { effect: "deny" });
    const denied = await explain(pam, "record.view", null);
    expect(denied).toMatchObject({ allowed: false, decided_by: "denial" });
    expect(denied.reasons.map((r) => r.source)).toEqual(["role", "denial"]);
  });

  it("tells what would be needed, and whom to ask", async () => {
    const answer = await explain(acme.people.viewer, "dataset.delete", null);
    expect(answer).toMatchObject({ allowed: false, decided_by: "nothing", reasons: [] });
    expect(answer.needed!.roles).toEqual(["admin", "ceo", "owner"]);
    expect(answer.needed!.ask).toEqual(["admin@acme.example", "ceo@acme.example", "owner@acme.example"]);
  });

  it("tells what was, at any moment", async () => {
    const { admin, owner } = acme.people;
    const t0 = await now();
    const max = await addMember(db, acme.id, "max@acme.example", "client");
    const t1 = await now();
    const id = await grant(db, acme, admin, max, "record.view", { lasts: "0.3 seconds" });
    const t2 = await now();
    await db.admin.query("select pg_sleep(0.4)");
    const t3 = await now();
    await ask(db, acme, owner, "select access.set_member_role($1, 'editor')", [max]);
    const t4 = await now();
    await ask(db, acme, owner, "select access.remove_member($1)", [max]);
    const t5 = await now();
    const told = [];
    for (const at of [t0, t1, t2, t3, t4, t5]) {
      const { allowed, decided_by } = await explain("max@acme.example", "record.view", at);
      told.push([allowed, decided_by]);
    }
    expect(told).toEqual([
      [false, "membership"],
      [false, "nothing"],
      [true, "grant"],
      [false, "nothing"],
      [true, "role"],
      [false, "membership"],
    ]);
    expect((await explain(max, "record.view", t2)).reasons).toMatchObject([{ id }]);
  });

  it("of others needs audit.view; of another organization's people is not there", async () => {
    await expect(explain(acme.people.owner, "record.view", null, acme.people.viewer)).rejects.toMatchObject({
      code: "42501",
    });
    expect(await explain(acme.people.viewer, "record.view", null, acme.people.viewer)).toMatchObject({
      allowed: true,
    });
    for (const who of [
      globex.people.viewer,
      "viewer@globex.example",
      "nobody@nowhere.example",
      "not an id",
    ]) {
      await expect(explain(who, "record.view", null), who).rejects.toMatchObject({ code: "AC004" });
      await expect(explain(who, "record.view", null, acme.people.viewer), who).rejects.toMatchObject({
        code: expect.stringMatching(/AC004|42501/),
      });
    }
    await expect(explain(acme.people.viewer, "no.thing", null)).rejects.toMatchObject({ code: "AC020" });
  });

  it("lists all that somebody may do, with reasons", async () => {
    const rows = await ask<{ permission: string; allowed: boolean; object_kind: string | null }>(
      db,
      acme,
      acme.people.viewer,
      "select permission, allowed, object_kind from access.what_can()",
    );
    const mine = await ask<{ p: string }>(
      db,
      acme,
      acme.people.viewer,
      "select access.my_permissions() as p",
    );
    expect(rows.filter((r) => r.allowed && !r.object_kind).map((r) => r.permission)).toEqual(
      mine.map((r) => r.p),
    );
  });

  it("lists datasets on which the answer differs, also as of the past", async () => {
    const { admin } = acme.people;
    const ray = await addMember(db, acme.id, "ray@acme.example", "client");
    const orders = await asService(
      db,
      acme.id,
      async (c) =>
        (await c.query("select id from data.create_dataset('orders', '[{\"name\": \"id\"}]', '{id}')"))
          .rows[0].id as string,
    );
    const before = await now();
    await grant(db, acme, admin, ray, "record.view", { dataset: orders });
    const list = (at: string | null) =>
      ask(
        db,
        acme,
        admin,
        "select permission, object_name, allowed, decided_by from access.what_can($1, $2::timestamptz) where object_kind is not null or allowed",
        ["ray@acme.example", at],
      );
    const always = { permission: "organization.view", object_name: null, allowed: true, decided_by: "role" };
    expect(await list(null)).toEqual([
      always,
      { permission: "record.view", object_name: "orders", allowed: true, decided_by: "grant" },
    ]);
    expect(await list(before)).toEqual([always]);
  });
});
