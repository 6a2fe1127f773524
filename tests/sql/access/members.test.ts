/** Members: nobody changes somebody above them or gives what they do not hold; the last owner stays, also in a race. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  addMember,
  asPlatform,
  asService,
  createTestDatabase,
  type TestDatabase,
} from "../../support/database.ts";
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

const setRole = "select role_key from access.set_member_role($1, $2)";

describe("a member's system role", () => {
  it("is changed by whoever may, and counts at the next statement", async () => {
    const eve = await addMember(db, acme.id, "eve@acme.example", "viewer");
    await expect(holds(db, acme, eve, "record.edit")).resolves.toBe(false);
    await expect(ask(db, acme, acme.people.admin, setRole, [eve, "editor"])).resolves.toEqual([
      { role_key: "editor" },
    ]);
    await expect(holds(db, acme, eve, "record.edit")).resolves.toBe(true);
  });

  it("is not changed without member.edit, nor above oneself, nor of somebody above", async () => {
    const { people } = acme;
    for (const role of ["manager", "steward", "editor", "analyst", "viewer", "client"] as const) {
      await expect(
        ask(db, acme, people[role], setRole, [people.client, "viewer"]),
        role,
      ).rejects.toMatchObject({ code: "42501" });
    }
    await expect(ask(db, acme, people.admin, setRole, [people.viewer, "owner"])).rejects.toMatchObject({
      code: "42501",
    });
    await expect(ask(db, acme, people.admin, setRole, [people.admin, "ceo"])).rejects.toMatchObject({
      code: "42501",
    });
    await expect(ask(db, acme, people.admin, setRole, [people.owner, "viewer"])).rejects.toMatchObject({
      code: "42501",
    });
    await expect(ask(db, acme, people.admin, setRole, [people.viewer, "king"])).rejects.toMatchObject({
      code: "AC002",
    });
  });

  it("is not given by somebody who is denied a part of it", async () => {
    const half = await addMember(db, acme.id, "half@acme.example", "admin");
    await grant(db, acme, acme.people.owner, half, "record.view", { effect: "deny" });
    await expect(ask(db, acme, half, setRole, [acme.people.client, "viewer"])).rejects.toMatchObject({
      code: "42501",
    });
  });

  it("of another organization is out of reach", async () => {
    await expect(
      ask(db, acme, acme.people.owner, setRole, [globex.people.viewer, "client"]),
    ).rejects.toMatchObject({ code: "AC004" });
    await expect(
      ask(db, acme, acme.people.owner, "select access.remove_member($1)", [globex.people.viewer]),
    ).rejects.toMatchObject({ code: "AC004" });
    await expect(
      ask(db, acme, acme.people.owner, "select access.suspend_member($1)", [globex.people.viewer]),
    ).rejects.toMatchObject({ code: "AC004" });
    await expect(
      ask(db, acme, acme.people.owner, "select user_id from access.members where org_id = $1", [globex.id]),
    ).resolves.toEqual([]);
  });
});

describe("the list of members", () => {
  it("has e-mail, role and own roles, for those who may; oneself for the others", async () => {
    const all = await ask(
      db,
      globex,
      globex.people.viewer,
      "select email, role_key, own_roles from access.members order by role_rank desc, email",
    );
    expect(all).toHaveLength(9);
    expect(all[0]).toEqual({ email: "owner@globex.example", role_key: "owner", own_roles: [] });
    const own = await ask(db, globex, globex.people.client, "select email from access.members");
    expect(own).toEqual([{ email: "client@globex.example" }]);
  });
});

describe("attributes", () => {
  it("are set by others, not by oneself, and are an object", async () => {
    const text = "select attributes from access.set_member_attributes($1, $2)";
    await expect(
      ask(db, acme, acme.people.admin, text, [acme.people.viewer, { region: "EMEA" }]),
    ).resolves.toEqual([{ attributes: { region: "EMEA" } }]);
    await expect(
      ask(db, acme, acme.people.admin, text, [acme.people.admin, { region: "*" }]),
    ).rejects.toMatchObject({ code: "42501" });
    await expect(ask(db, acme, acme.people.admin, text, [acme.people.ceo, {}])).rejects.toMatchObject({
      code: "42501",
    });
    await expect(ask(db, acme, acme.people.admin, text, [acme.people.viewer, "[1]"])).rejects.toMatchObject({
      code: "AC032",
    });
    await expect(
      ask(db, acme, acme.people.admin, text, [acme.people.viewer, { a: "x".repeat(9000) }]),
    ).rejects.toMatchObject({ code: "AC032" });
    await expect(ask(db, acme, acme.people.editor, text, [acme.people.viewer, {}])).rejects.toMatchObject({
      code: "42501",
    });
  });
});

describe("suspension", () => {
  it("makes nobody of a member until they are let back; their sessions stay ended", async () => {
    const sam = await addMember(db, acme.id, "sam@acme.example", "editor");
    const { rows } = await db.admin.query<{ id: string }>(
      "insert into private.sessions (org_id, user_id, method, expires_at) values ($1, $2, 'password', now() + interval '1 hour') returning id",
      [acme.id, sam],
    );
    await ask(db, acme, acme.people.admin, "select access.suspend_member($1)", [sam]);
    await expect(ask(db, acme, sam, "select private.user_id() as u")).resolves.toEqual([{ u: null }]);
    await ask(db, acme, acme.people.admin, "select access.suspend_member($1, false)", [sam]);
    await expect(holds(db, acme, sam, "record.edit")).resolves.toBe(true);
    const session = await db.admin.query("select ended_why from private.sessions where id = $1", [
      rows[0]!.id,
    ]);
    expect(session.rows).toEqual([{ ended_why: "member" }]);
  });
});

describe("the last owner", () => {
  it("cannot leave, be demoted, suspended or removed, by any road", async () => {
    const { owner } = globex.people;
    await expect(ask(db, globex, owner, "select access.leave_organization()")).rejects.toMatchObject({
      code: "AC005",
    });
    await expect(ask(db, globex, owner, setRole, [owner, "admin"])).rejects.toMatchObject({ code: "AC005" });
    await expect(ask(db, globex, owner, "select access.suspend_member($1)", [owner])).rejects.toMatchObject({
      code: "AC005",
    });
    await expect(ask(db, globex, owner, "select access.remove_member($1)", [owner])).rejects.toMatchObject({
      code: "AC005",
    });
    await expect(
      asService(db, globex.id, (c) => c.query("select access.remove_member($1)", [owner])),
    ).rejects.toMatchObject({ code: "AC005" });
    await expect(
      asPlatform(db, (c) =>
        c.query("select access.add_member('owner@globex.example', 'viewer', '', null, $1)", [globex.id]),
      ),
    ).rejects.toMatchObject({ code: "AC005" });
    await expect(
      db.admin.query("delete from access.memberships where org_id = $1", [globex.id]),
    ).rejects.toMatchObject({ code: "AC005" });
  });

  it("stays when two owners leave at the same moment, each time", async () => {
    for (let round = 0; round < 10; round++) {
      const second = await addMember(db, globex.id, `second${round}@globex.example`, "owner");
      const { rows } = await db.admin.query<{ user_id: string }>(
        "select user_id from access.memberships where org_id = $1 and role_key = 'owner'",
        [globex.id],
      );
      const first = rows.find((r) => r.user_id !== second)!.user_id;
      const outcome = await Promise.allSettled([
        ask(db, globex, first, "select access.leave_organization()"),
        ask(db, globex, second, setRole, [second, "viewer"]),
      ]);
      expect(outcome.filter((o) => o.status === "fulfilled")).toHaveLength(1);
      const refused = outcome.find((o) => o.status === "rejected");
      expect(refused).toMatchObject({ reason: { code: "AC005" } });
      const left = await db.admin.query(
        "select count(*)::int as n from access.memberships where org_id = $1 and role_key = 'owner'",
        [globex.id],
      );
      expect(left.rows).toEqual([{ n: 1 }]);
    }
  });

  it("goes with the organization itself", async () => {
    const gone = await createStaff(db, "gone");
    await db.admin.query("delete from tenancy.organizations where id = $1", [gone.id]);
    const left = await db.admin.query("select from access.memberships where org_id = $1", [gone.id]);
    expect(left.rows).toEqual([]);
  });
});

describe("leaving and removal", () => {
  it("make nobody of the person at the next statement", async () => {
    const lea = await addMember(db, acme.id, "lea@acme.example", "editor");
    await ask(db, acme, lea, "select access.leave_organization()");
    await expect(
      ask(db, acme, lea, "select private.user_id() as u, private.has_permission('organization.view') as may"),
    ).resolves.toEqual([{ u: null, may: false }]);
    const joe = await addMember(db, acme.id, "joe@acme.example", "ceo");
    await expect(
      ask(db, acme, acme.people.admin, "select access.remove_member($1)", [joe]),
    ).rejects.toMatchObject({ code: "42501" });
    await ask(db, acme, acme.people.owner, "select access.remove_member($1)", [joe]);
    await expect(holds(db, acme, joe, "organization.view")).resolves.toBe(false);
  });
});
