/** Looking as somebody else: read-only, bounded, never more than one's own, on the API and on an SQL login, and recorded. */
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loginUrl } from "../../../lib/db/urls.ts";
import { addMember, asService, createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { ask, createStaff, grant, holds, type Staff } from "./support.ts";

let db: TestDatabase;
let acme: Staff;
let globex: Staff;

beforeAll(async () => {
  db = await createTestDatabase();
  acme = await createStaff(db, "acme");
  globex = await createStaff(db, "globex");
});
afterAll(() => db.drop());

const start = "select id from access.start_view_as($1, $2, $3)";
const whoami =
  "select private.user_id() as usr, private.actor_id() as actor, private.has_permission('member.view') as members";

describe("looking as somebody else", () => {
  it("is being them for viewing, and nobody for anything else, until it ends", async () => {
    const { admin, client, viewer } = acme.people;
    await ask(db, acme, admin, start, [client, "a question from support", 30]);
    expect(await ask(db, acme, admin, whoami)).toEqual([{ usr: client, actor: admin, members: false }]);
    expect(await ask(db, acme, admin, "select email, reason from access.current_view_as()")).toEqual([
      { email: "client@acme.example", reason: "a question from support" },
    ]);
    await expect(ask(db, acme, admin, start, [viewer, "again", 30])).rejects.toMatchObject({ code: "42501" });
    expect(await ask(db, acme, admin, "select access.end_view_as() as ended")).toEqual([{ ended: true }]);
    expect(await ask(db, acme, admin, whoami)).toEqual([{ usr: admin, actor: admin, members: true }]);
    expect(await ask(db, acme, admin, "select access.end_view_as() as ended")).toEqual([{ ended: false }]);
    expect(await ask(db, acme, admin, "select * from access.current_view_as()")).toEqual([]);
  });

  it("lets nothing be written, whatever the other may", async () => {
    const { owner, admin, viewer } = acme.people;
    await ask(db, acme, owner, start, [admin, "what do admins see", 30]);
    expect(await holds(db, acme, owner, "member.view")).toBe(true);
    expect(await holds(db, acme, owner, "record.export")).toBe(true);
    for (const p of ["member.edit", "role.share", "record.edit", "member.monitor", "dataset.delete"]) {
      expect(await holds(db, acme, owner, p), p).toBe(false);
    }
    await expect(
      ask(db, acme, owner, "select access.set_member_role($1, 'client')", [viewer]),
    ).rejects.toMatchObject({ code: "42501" });
    await expect(grant(db, acme, owner, viewer, "record.edit")).rejects.toMatchObject({ code: "42501" });
    for (const text of [
      "select access.leave_organization()",
      `select access.delegate_access(user_id => '${viewer}', lasts => '1 hour', permission => 'record.view')`,
      "select access.request_access(reason => 'x', duration => '1 hour', permission => 'record.view')",
    ]) {
      await expect(ask(db, acme, owner, text), text).rejects.toMatchObject({ code: "42501" });
    }
    expect(await ask(db, acme, owner, "update access.users set display_name = 'x' returning id")).toEqual([]);
    await ask(db, acme, owner, "select access.end_view_as()");
  });

  it("does not tell where else the other belongs", async () => {
    const { owner } = acme.people;
    const both = await addMember(db, acme.id, "both@example.org", "viewer");
    await addMember(db, globex.id, "both@example.org", "viewer");
    const slugs = "select slug from access.my_organizations()";
    expect(await ask(db, acme, both, slugs)).toHaveLength(2);
    await ask(db, acme, owner, start, [both, "why", 5]);
    expect(await ask(db, acme, owner, slugs)).toEqual([{ slug: "acme" }]);
    await ask(db, acme, owner, "select access.end_view_as()");
  });

  it("needs member.monitor, another active member here, a reason and a bounded time", async () => {
    const { manager, admin, viewer, client } = acme.people;
    await expect(ask(db, acme, manager, start, [client, "why", 30])).rejects.toMatchObject({ code: "42501" });
    await expect(ask(db, acme, admin, start, [admin, "why", 30])).rejects.toMatchObject({ code: "AC004" });
    await expect(ask(db, acme, admin, start, [globex.people.viewer, "why", 30])).rejects.toMatchObject({
      code: "AC004",
    });
    await expect(ask(db, acme, admin, start, [viewer, " ", 30])).rejects.toMatchObject({ code: "AC030" });
    for (const minutes of [0, -1, 481]) {
      await expect(ask(db, acme, admin, start, [viewer, "why", minutes])).rejects.toMatchObject({
        code: "AC030",
      });
    }
  });

  it("is not a way up: neither at the start, nor by what the other gets later", async () => {
    const { admin, owner, ceo } = acme.people;
    await expect(ask(db, acme, admin, start, [ceo, "why", 30])).rejects.toMatchObject({ code: "42501" });
    await expect(ask(db, acme, admin, start, [owner, "why", 30])).rejects.toMatchObject({ code: "42501" });
    const ida = await addMember(db, acme.id, "ida@acme.example", "client");
    const gil = await addMember(db, acme.id, "gil@acme.example", "admin");
    await grant(db, acme, owner, gil, "record.export", { effect: "deny" });
    await ask(db, acme, gil, start, [ida, "why", 30]);
    await grant(db, acme, owner, ida, "record.export");
    await grant(db, acme, owner, ida, "record.view");
    expect(await holds(db, acme, ida, "record.export")).toBe(true);
    expect(await holds(db, acme, gil, "record.export")).toBe(false);
    expect(await holds(db, acme, gil, "record.view")).toBe(true);
    // Nor a way to keep looking without the right to.
    await grant(db, acme, owner, gil, "member.monitor", { effect: "deny" });
    expect(await holds(db, acme, gil, "record.view")).toBe(false);
    await ask(db, acme, gil, "select access.end_view_as()");
  });

  it("ends by itself at its second, and with the other's membership", async () => {
    const { admin, owner } = acme.people;
    const tia = await addMember(db, acme.id, "tia@acme.example", "viewer");
    await ask(db, acme, admin, start, [tia, "why", 1]);
    await db.admin.query(
      "update access.view_as set expires_at = clock_timestamp() + interval '0.4 seconds' where ended_at is null and user_id = $1",
      [admin],
    );
    expect((await ask(db, acme, admin, whoami))[0]).toMatchObject({ usr: tia });
    await db.admin.query("select pg_sleep(0.5)");
    expect((await ask(db, acme, admin, whoami))[0]).toMatchObject({ usr: admin });
    await ask(db, acme, admin, start, [tia, "once more", 5]);
    await ask(db, acme, owner, "select access.suspend_member($1)", [tia]);
    expect((await ask(db, acme, admin, whoami))[0]).toMatchObject({ usr: admin });
    await ask(db, acme, admin, "select access.end_view_as()");
  });

  it("is honoured by an SQL login, and is the real person's act in the audit trail", async () => {
    const { owner, client } = acme.people;
    const { role_name, password } = await asService(
      db,
      acme.id,
      async (c) =>
        (await c.query("select role_name, password from access.create_sql_login($1)", [owner])).rows[0],
    );
    const login = new pg.Client({ connectionString: loginUrl(db.adminUrl, role_name, password) });
    await login.connect();
    try {
      expect((await login.query(whoami)).rows).toEqual([{ usr: owner, actor: owner, members: true }]);
      await ask(db, acme, owner, start, [client, "seen in psql", 30]);
      expect((await login.query(whoami)).rows).toEqual([{ usr: client, actor: owner, members: false }]);
      await ask(db, acme, owner, "select access.end_view_as()");
      expect((await login.query(whoami)).rows).toEqual([{ usr: owner, actor: owner, members: true }]);
    } finally {
      await login.end();
    }
    const events = await ask(
      db,
      acme,
      owner,
      "select action, actor_id, subject_id, outcome from audit.events where action like 'view.%' and object_id = $1 and actor_id = $2 order by id",
      [client, owner],
    );
    expect(events).toEqual([
      { action: "view.start", actor_id: owner, subject_id: client, outcome: "done" },
      { action: "view.end", actor_id: owner, subject_id: client, outcome: "done" },
    ]);
  });

  it("starts once when asked for twice at the same moment", async () => {
    const { admin, client, viewer } = acme.people;
    const outcome = await Promise.allSettled(
      [client, viewer].map((who) => ask(db, acme, admin, start, [who, "why", 5])),
    );
    expect(outcome.filter((o) => o.status === "fulfilled")).toHaveLength(1);
    const { rows } = await db.admin.query(
      "select count(*)::int as n from access.view_as where user_id = $1 and ended_at is null",
      [admin],
    );
    expect(rows).toEqual([{ n: 1 }]);
    await ask(db, acme, admin, "select access.end_view_as()");
  });
});
