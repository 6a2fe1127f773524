/** System roles as the catalog says, own roles on top: no circles, nothing given that is not held, closures true. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addMember, createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { ask, createStaff, holds, ROLES, type Role, type Staff } from "./support.ts";

let db: TestDatabase;
let acme: Staff;
let globex: Staff;

beforeAll(async () => {
  db = await createTestDatabase();
  acme = await createStaff(db, "acme");
  globex = await createStaff(db, "globex");
});
afterAll(() => db.drop());

const create =
  "select key from access.create_org_role(key => $1, title => $2, permissions => $3, system_parents => $4, own_parents => $5)";
function make(by: string, key: string, permissions: string[], system: string[] = [], own: string[] = []) {
  return ask(db, acme, by, create, [key, `The ${key}`, permissions, system, own]);
}
const setRoles = "select access.set_member_roles($1, $2) as roles";

describe("system roles", () => {
  it("form the line client, viewer, analyst, editor, manager, admin, ceo, owner, with steward beside", async () => {
    const permissions = {} as Record<Role, Set<string>>;
    for (const role of ROLES) {
      const rows = await ask<{ p: string }>(
        db,
        acme,
        acme.people[role],
        "select access.my_permissions() as p",
      );
      permissions[role] = new Set(rows.map((r) => r.p));
    }
    const line: Role[] = ["client", "viewer", "analyst", "editor", "manager", "admin", "ceo", "owner"];
    for (let i = 1; i < line.length; i++) {
      expect(
        [...permissions[line[i - 1]!]].filter((p) => !permissions[line[i]!].has(p)),
        line[i],
      ).toEqual([]);
      expect(permissions[line[i]!].size).toBeGreaterThan(permissions[line[i - 1]!].size);
    }
    expect([...permissions.analyst].filter((p) => !permissions.steward.has(p))).toEqual([]);
    expect([...permissions.steward].filter((p) => !permissions.admin.has(p))).toEqual([]);
    expect([...permissions.client]).toEqual(["organization.view"]);
    expect([...permissions.owner].filter((p) => p.startsWith("platform."))).toEqual([]);
    for (const p of ["catalog.classify", "quality.approve", "compliance.edit"]) {
      expect([permissions.steward.has(p), permissions.editor.has(p)], p).toEqual([true, false]);
    }
    expect(permissions.ceo.has("organization.security")).toBe(false);
  });

  it("leave no permission of an organization without a role, and each has a meaning", async () => {
    const { rows } = await db.admin.query(
      `select p.key from access.permissions p
        where length(p.description) < 5
           or (p.key not like 'platform.%' and not exists (
                 select from private.role_closure c where c.role_key = 'owner' and c.permission = p.key))`,
    );
    expect(rows).toEqual([]);
  });
});

describe("own roles", () => {
  it("give what they add and inherit, at the next statement, and take it away likewise", async () => {
    const eve = await addMember(db, acme.id, "eve@acme.example", "client");
    await make(acme.people.admin, "loader", ["run.execute"], ["viewer"]);
    await make(acme.people.admin, "lead_loader", ["run.approve"], [], ["loader"]);
    await ask(db, acme, acme.people.admin, setRoles, [eve, ["lead_loader"]]);
    for (const p of ["run.execute", "run.approve", "record.view"])
      expect(await holds(db, acme, eve, p), p).toBe(true);
    expect(await holds(db, acme, eve, "record.edit")).toBe(false);
    await ask(
      db,
      acme,
      acme.people.admin,
      "select access.change_org_role('loader', permissions => '{record.edit}', system_parents => '{}')",
    );
    for (const [p, may] of [
      ["run.execute", false],
      ["record.view", false],
      ["record.edit", true],
      ["run.approve", true],
    ] as const) {
      expect(await holds(db, acme, eve, p), p).toBe(may);
    }
    await ask(db, acme, acme.people.admin, "select access.delete_org_role('loader')");
    expect(await holds(db, acme, eve, "record.edit")).toBe(false);
    expect(await holds(db, acme, eve, "run.approve")).toBe(true);
    await ask(db, acme, acme.people.admin, setRoles, [eve, []]);
    expect(await holds(db, acme, eve, "run.approve")).toBe(false);
  });

  it("never inherit themselves, over any number of steps", async () => {
    await make(acme.people.owner, "aa", ["run.view"]);
    await make(acme.people.owner, "bb", [], [], ["aa"]);
    await make(acme.people.owner, "cc", [], [], ["bb"]);
    const change = "select access.change_org_role($1, own_parents => $2)";
    for (const [key, parent] of [
      ["aa", "aa"],
      ["aa", "bb"],
      ["aa", "cc"],
      ["bb", "cc"],
    ]) {
      await expect(
        ask(db, acme, acme.people.owner, change, [key, [parent]]),
        `${key} under ${parent}`,
      ).rejects.toMatchObject({ code: "AC023" });
    }
  });

  it("never form a circle when two people add a parent at once", async () => {
    const change = "select access.change_org_role($1, own_parents => $2)";
    for (let round = 0; round < 8; round++) {
      await make(acme.people.owner, `x${round}`, ["run.view"]);
      await make(acme.people.owner, `y${round}`, ["run.view"]);
      const outcome = await Promise.allSettled([
        ask(db, acme, acme.people.owner, change, [`x${round}`, [`y${round}`]]),
        ask(db, acme, acme.people.admin, change, [`y${round}`, [`x${round}`]]),
      ]);
      expect(outcome.map((o) => o.status).sort()).toEqual(["fulfilled", "rejected"]);
      expect(outcome.find((o) => o.status === "rejected")).toMatchObject({ reason: { code: "AC023" } });
    }
  });

  it("are no way to more than one holds: by permission, parent, assignment or change", async () => {
    const { admin, owner, manager, viewer } = acme.people;
    await expect(make(admin, "spy", ["organization.security"])).rejects.toMatchObject({ code: "42501" });
    await expect(make(admin, "spy", [], ["owner"])).rejects.toMatchObject({ code: "42501" });
    await expect(make(admin, "spy", ["platform.manage"])).rejects.toMatchObject({ code: "AC020" });
    await expect(make(manager, "spy", ["run.view"])).rejects.toMatchObject({ code: "42501" });
    await make(owner, "crown", ["organization.security"]);
    await expect(make(admin, "spy", [], [], ["crown"])).rejects.toMatchObject({ code: "42501" });
    await expect(ask(db, acme, admin, setRoles, [viewer, ["crown"]])).rejects.toMatchObject({
      code: "42501",
    });
    await expect(
      ask(db, acme, admin, "select access.change_org_role('crown', title => 'Mine')"),
    ).rejects.toMatchObject({ code: "42501" });
    await expect(ask(db, acme, admin, "select access.delete_org_role('crown')")).rejects.toMatchObject({
      code: "42501",
    });
    await expect(ask(db, acme, admin, setRoles, [acme.people.owner, []])).rejects.toMatchObject({
      code: "42501",
    });
  });

  it("have keys and titles of their own, and exist", async () => {
    const { owner, viewer } = acme.people;
    for (const key of ["owner", "A", "", "1a", "x".repeat(41), "a-b"]) {
      await expect(make(owner, key, []), key).rejects.toMatchObject({ code: "AC022" });
    }
    await make(owner, "twice", []);
    await expect(make(owner, "twice", [])).rejects.toMatchObject({ code: "AC022" });
    await expect(ask(db, acme, owner, create, ["untitled", " ", [], [], []])).rejects.toMatchObject({
      code: "AC022",
    });
    await expect(make(owner, "lost", [], [], ["nowhere"])).rejects.toMatchObject({ code: "AC021" });
    await expect(make(owner, "lost", ["no.thing"])).rejects.toMatchObject({ code: "AC020" });
    await expect(make(owner, "lost", [], ["king"])).rejects.toMatchObject({ code: "AC002" });
    await expect(ask(db, acme, owner, setRoles, [viewer, ["nowhere"]])).rejects.toMatchObject({
      code: "AC021",
    });
  });

  it("of another organization are neither seen nor given", async () => {
    await ask(db, globex, globex.people.owner, create, ["globex_only", "Theirs", ["run.view"], [], []]);
    expect(
      await ask(db, acme, acme.people.owner, "select key from access.org_roles where key = 'globex_only'"),
    ).toEqual([]);
    await expect(
      ask(db, acme, acme.people.owner, setRoles, [acme.people.viewer, ["globex_only"]]),
    ).rejects.toMatchObject({ code: "AC021" });
    await expect(
      ask(db, acme, acme.people.owner, "select access.delete_org_role('globex_only')"),
    ).rejects.toMatchObject({ code: "AC021" });
  });
});

describe("security settings", () => {
  it("come with the organization and are the owner's to change, within bounds", async () => {
    const read = "select four_eyes, max_grant::text from access.org_security";
    expect(await ask(db, acme, acme.people.owner, read)).toEqual([
      { four_eyes: false, max_grant: "365 days" },
    ]);
    expect(await ask(db, acme, acme.people.admin, read)).toEqual([]);
    await ask(
      db,
      acme,
      acme.people.owner,
      "select access.set_org_security(four_eyes => true, max_grant => '30 days')",
    );
    expect(await ask(db, acme, acme.people.owner, read)).toEqual([{ four_eyes: true, max_grant: "30 days" }]);
    await expect(
      ask(db, acme, acme.people.ceo, "select access.set_org_security(four_eyes => false)"),
    ).rejects.toMatchObject({ code: "42501" });
    await expect(
      ask(db, acme, acme.people.owner, "select access.set_org_security(max_grant => '-1 day')"),
    ).rejects.toMatchObject({ code: "AC034" });
    const [event] = await ask(
      db,
      acme,
      acme.people.owner,
      "select detail from audit.events where action = 'organization.security'",
    );
    expect(event).toEqual({ detail: { four_eyes: [false, true], max_grant: ["365 days", "30 days"] } });
  });
});
