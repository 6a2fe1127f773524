/** Grants, denials and delegations: what they open and close, when, and that nobody gives more than they hold. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addMember, asService, createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { ask, createStaff, grant, holds, refusal, type Staff } from "./support.ts";

let db: TestDatabase;
let acme: Staff;
let globex: Staff;
let orders: string;
let log: string;

async function makeDataset(org: Staff, name: string): Promise<string> {
  return asService(db, org.id, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `select id from data.create_dataset($1, '[{"name": "id", "type": "integer"}]', '{id}')`,
      [name],
    );
    return rows[0]!.id;
  });
}

beforeAll(async () => {
  db = await createTestDatabase();
  acme = await createStaff(db, "acme");
  globex = await createStaff(db, "globex");
  orders = await makeDataset(acme, "orders");
  log = await makeDataset(acme, "log");
});
afterAll(() => db.drop());

async function may(org: Staff, user: string, permission: string, dataset: string): Promise<boolean> {
  const [row] = await ask<{ may: boolean }>(
    db,
    org,
    user,
    "select private.may($1::uuid, $2, $3::uuid) as may",
    [org.id, permission, dataset],
  );
  return row!.may;
}

async function objects(user: string, permission: string): Promise<{ allowed: string[]; denied: string[] }> {
  const [row] = await ask<{ allowed: string[]; denied: string[] }>(
    db,
    acme,
    user,
    "select private.allowed_objects($1, 'dataset') as allowed, private.denied_objects($1, 'dataset') as denied",
    [permission],
  );
  return row!;
}

describe("a grant", () => {
  it("opens a permission at the next statement and closes it when revoked", async () => {
    const { admin, client } = acme.people;
    const id = await grant(db, acme, admin, client, "record.view");
    expect(await holds(db, acme, client, "record.view")).toBe(true);
    expect(await holds(db, acme, client, "record.edit")).toBe(false);
    await ask(db, acme, admin, "select access.revoke_grant($1)", [id]);
    expect(await holds(db, acme, client, "record.view")).toBe(false);
    await expect(ask(db, acme, admin, "select access.revoke_grant($1)", [id])).rejects.toMatchObject({
      code: "AC026",
    });
  });

  it("on one dataset opens that one only", async () => {
    const cleo = await addMember(db, acme.id, "cleo@acme.example", "client");
    await grant(db, acme, acme.people.admin, cleo, "record.view", { dataset: orders });
    expect(await holds(db, acme, cleo, "record.view")).toBe(false);
    expect(await may(acme, cleo, "record.view", orders)).toBe(true);
    expect(await may(acme, cleo, "record.view", log)).toBe(false);
    expect(await objects(cleo, "record.view")).toEqual({ allowed: [orders], denied: [] });
    // Ids are unique, but the organization is asked first all the same.
    expect(await may(globex, cleo, "record.view", orders)).toBe(false);
  });

  it("on a tag opens the datasets that carry it, as long as they do", async () => {
    const tom = await addMember(db, acme.id, "tom@acme.example", "client");
    await ask(
      db,
      acme,
      acme.people.admin,
      "select access.grant_access(user_id => $1, lasts => '1 hour', permission => 'record.view', object_kind => 'tag', object_id => 'open')",
      [tom],
    );
    expect((await objects(tom, "record.view")).allowed).toEqual([]);
    await db.admin.query("update data.datasets set tags = '{open}' where id = $1", [log]);
    expect((await objects(tom, "record.view")).allowed).toEqual([log]);
    expect([await may(acme, tom, "record.view", log), await may(acme, tom, "record.view", orders)]).toEqual([
      true,
      false,
    ]);
    await db.admin.query("update data.datasets set tags = '{}' where id = $1", [log]);
    expect((await objects(tom, "record.view")).allowed).toEqual([]);
  });

  it("of a role opens all that the role has", async () => {
    const rolf = await addMember(db, acme.id, "rolf@acme.example", "viewer");
    await ask(
      db,
      acme,
      acme.people.admin,
      "select access.grant_access(user_id => $1, lasts => '1 hour', system_role => 'editor')",
      [rolf],
    );
    expect(await holds(db, acme, rolf, "record.edit")).toBe(true);
    expect(await holds(db, acme, rolf, "record.delete")).toBe(false);
  });

  it("does not outlast the second of its end, and does not begin before its beginning", async () => {
    const ann = await addMember(db, acme.id, "ann@acme.example", "client");
    await grant(db, acme, acme.people.admin, ann, "record.view", { lasts: "0.4 seconds" });
    expect(await holds(db, acme, ann, "record.view")).toBe(true);
    await ask(
      db,
      acme,
      acme.people.admin,
      "select access.grant_access(user_id => $1, lasts => '1 hour', permission => 'run.view', starts_at => clock_timestamp() + interval '0.4 seconds')",
      [ann],
    );
    expect(await holds(db, acme, ann, "run.view")).toBe(false);
    await db.admin.query("select pg_sleep(0.5)");
    expect(await holds(db, acme, ann, "record.view")).toBe(false);
    expect(await holds(db, acme, ann, "run.view")).toBe(true);
  });

  it("is shortened, never lengthened", async () => {
    const { admin, client } = acme.people;
    const id = await grant(db, acme, admin, client, "run.view");
    const shorten = "select access.shorten_grant($1, clock_timestamp() + $2::interval)";
    await expect(ask(db, acme, admin, shorten, [id, "2 hours"])).rejects.toMatchObject({ code: "AC025" });
    await expect(ask(db, acme, admin, shorten, [id, "-1 second"])).rejects.toMatchObject({ code: "AC025" });
    await ask(db, acme, admin, shorten, [id, "0.2 seconds"]);
    await db.admin.query("select pg_sleep(0.3)");
    expect(await holds(db, acme, client, "run.view")).toBe(false);
  });

  it("is refused when it is not well-formed", async () => {
    const { admin, client } = acme.people;
    const give = (args: string) =>
      ask(db, acme, admin, `select access.grant_access(user_id => '${client}', ${args})`);
    for (const [args, code] of [
      ["lasts => '1 hour'", "AC020"],
      ["lasts => '1 hour', permission => 'run.view', system_role => 'viewer'", "AC020"],
      ["lasts => '1 hour', permission => 'no.thing'", "AC020"],
      ["lasts => '1 hour', permission => 'platform.manage'", "AC020"],
      ["lasts => '1 hour', system_role => 'king'", "AC002"],
      ["lasts => '1 hour', own_role => 'king'", "AC021"],
      ["lasts => '1 hour', system_role => 'viewer', effect => 'deny'", "AC020"],
      ["lasts => '1 hour', permission => 'run.view', effect => 'maybe'", "AC020"],
      ["lasts => '1 hour', permission => 'run.view', object_kind => 'dataset'", "AC027"],
      [
        "lasts => '1 hour', permission => 'run.view', object_kind => 'dataset', object_id => 'orders'",
        "AC027",
      ],
      ["lasts => '1 hour', permission => 'run.view', object_kind => 'planet', object_id => 'x'", "AC027"],
      ["lasts => '0 hours', permission => 'run.view'", "AC025"],
      ["lasts => '366 days', permission => 'run.view'", "AC025"],
      ["lasts => '1 hour', permission => 'run.view', starts_at => '2020-01-01'", "AC025"],
      ["lasts => '1 hour', permission => 'run.view', reason => repeat('x', 2001)", "AC020"],
    ] as const) {
      expect((await refusal(give(args))).code, args).toBe(code);
    }
    await expect(
      ask(
        db,
        acme,
        admin,
        "select access.grant_access(user_id => $1, lasts => '1 hour', permission => 'run.view')",
        [globex.people.viewer],
      ),
    ).rejects.toMatchObject({ code: "AC004" });
    const theirs = await makeDataset(globex, "theirs");
    await expect(grant(db, acme, admin, client, "record.view", { dataset: theirs })).rejects.toMatchObject({
      code: "AC027",
    });
  });

  it("needs role.share, and what it gives", async () => {
    const { people } = acme;
    for (const role of ["manager", "steward", "editor", "analyst", "viewer", "client"] as const) {
      await expect(
        grant(db, acme, people[role], people.client, "organization.view"),
        role,
      ).rejects.toMatchObject({ code: "42501" });
    }
    await expect(grant(db, acme, people.admin, people.admin, "organization.security")).rejects.toMatchObject({
      code: "42501",
    });
    await expect(
      ask(
        db,
        acme,
        people.admin,
        "select access.grant_access(user_id => $1, lasts => '1 hour', system_role => 'owner')",
        [people.admin],
      ),
    ).rejects.toMatchObject({ code: "42501" });
  });

  it("does not outlast what the giver has for a time, nor pass on what was delegated", async () => {
    const shay = await addMember(db, acme.id, "shay@acme.example", "viewer");
    await grant(db, acme, acme.people.owner, shay, "role.share", { lasts: "1 hour" });
    await grant(db, acme, acme.people.owner, shay, "record.edit", { lasts: "1 hour" });
    await expect(
      grant(db, acme, shay, acme.people.client, "record.edit", { lasts: "1 day" }),
    ).rejects.toMatchObject({ code: "42501" });
    await grant(db, acme, shay, acme.people.client, "record.edit", { lasts: "10 minutes" });
    await ask(
      db,
      acme,
      acme.people.owner,
      "select access.delegate_access(user_id => $1, lasts => '1 hour', permission => 'record.delete')",
      [shay],
    );
    expect(await holds(db, acme, shay, "record.delete")).toBe(true);
    await expect(
      grant(db, acme, shay, acme.people.client, "record.delete", { lasts: "1 minute" }),
    ).rejects.toMatchObject({ code: "42501" });
  });

  it("is seen by its person and by those who share, not by others, nor by another organization", async () => {
    const id = await grant(db, acme, acme.people.admin, acme.people.viewer, "record.edit");
    const see = (org: Staff, user: string) =>
      ask(db, org, user, "select id from access.grants where id = $1", [id]);
    expect(await see(acme, acme.people.viewer)).toHaveLength(1);
    expect(await see(acme, acme.people.admin)).toHaveLength(1);
    expect(await see(acme, acme.people.editor)).toEqual([]);
    expect(await see(globex, globex.people.owner)).toEqual([]);
    await expect(
      ask(db, globex, globex.people.owner, "select access.revoke_grant($1)", [id]),
    ).rejects.toMatchObject({ code: "AC026" });
    await expect(
      ask(db, acme, acme.people.editor, "select access.revoke_grant($1)", [id]),
    ).rejects.toMatchObject({ code: "AC026" });
    await expect(
      ask(db, acme, acme.people.viewer, "select access.revoke_grant($1)", [id]),
    ).rejects.toMatchObject({ code: "42501" });
  });

  it("cannot be written past the functions", async () => {
    for (const text of [
      "insert into access.grants (org_id, user_id, permission, ends_at) select org_id, user_id, 'role.share', now() + interval '1 day' from access.memberships limit 1",
      "update access.grants set ends_at = ends_at + interval '1 day'",
      "delete from access.grants",
      "update access.memberships set role_key = 'owner'",
      "insert into access.membership_roles select org_id, user_id, 'x' from access.memberships",
      "update access.org_security set four_eyes = false",
    ]) {
      await expect(ask(db, acme, acme.people.owner, text), text).rejects.toMatchObject({ code: "42501" });
    }
  });
});

describe("a denial", () => {
  it("wins over role, own role and grant, for the organization and on one dataset", async () => {
    const { admin } = acme.people;
    const dan = await addMember(db, acme.id, "dan@acme.example", "editor");
    await grant(db, acme, admin, dan, "record.view");
    const id = await grant(db, acme, admin, dan, "record.view", { effect: "deny" });
    expect(await holds(db, acme, dan, "record.view")).toBe(false);
    expect(await may(acme, dan, "record.view", orders)).toBe(false);
    await ask(db, acme, admin, "select access.revoke_grant($1)", [id]);
    expect(await holds(db, acme, dan, "record.view")).toBe(true);
    await grant(db, acme, admin, dan, "record.view", { effect: "deny", dataset: orders });
    expect(await holds(db, acme, dan, "record.view")).toBe(true);
    expect([await may(acme, dan, "record.view", orders), await may(acme, dan, "record.view", log)]).toEqual([
      false,
      true,
    ]);
    expect(await objects(dan, "record.view")).toEqual({ allowed: [], denied: [orders] });
  });

  it("for the organization closes grants on single datasets too", async () => {
    const eli = await addMember(db, acme.id, "eli@acme.example", "client");
    await grant(db, acme, acme.people.admin, eli, "record.view", { dataset: orders });
    await grant(db, acme, acme.people.admin, eli, "record.view", { effect: "deny" });
    expect(await may(acme, eli, "record.view", orders)).toBe(false);
    expect((await objects(eli, "record.view")).allowed).toEqual([]);
  });

  it("is not set against somebody above, nor lifted by whom it is against", async () => {
    const { admin, ceo, owner } = acme.people;
    await expect(grant(db, acme, admin, ceo, "role.share", { effect: "deny" })).rejects.toMatchObject({
      code: "42501",
    });
    const id = await grant(db, acme, owner, admin, "dataset.delete", { effect: "deny" });
    await expect(ask(db, acme, admin, "select access.revoke_grant($1)", [id])).rejects.toMatchObject({
      code: "42501",
    });
    await expect(
      ask(db, acme, admin, "select access.shorten_grant($1, clock_timestamp() + interval '1 second')", [id]),
    ).rejects.toMatchObject({ code: "42501" });
    await ask(db, acme, ceo, "select access.revoke_grant($1)", [id]);
    expect(await holds(db, acme, admin, "dataset.delete")).toBe(true);
  });
});

describe("a delegation", () => {
  const delegate =
    "select id from access.delegate_access(user_id => $1, lasts => $2::interval, permission => $3)";

  it("counts as long as who delegated holds the right", async () => {
    const { owner } = acme.people;
    const client = await addMember(db, acme.id, "heir@acme.example", "client");
    const del = await addMember(db, acme.id, "del@acme.example", "editor");
    const [made] = await ask<{ id: string }>(db, acme, del, delegate, [client, "1 hour", "record.edit"]);
    expect(await holds(db, acme, client, "record.edit")).toBe(true);
    const denial = await grant(db, acme, owner, del, "record.edit", { effect: "deny" });
    expect(await holds(db, acme, client, "record.edit")).toBe(false);
    await ask(db, acme, owner, "select access.revoke_grant($1)", [denial]);
    expect(await holds(db, acme, client, "record.edit")).toBe(true);
    await ask(db, acme, owner, "select access.suspend_member($1)", [del]);
    expect(await holds(db, acme, client, "record.edit")).toBe(false);
    await ask(db, acme, owner, "select access.suspend_member($1, false)", [del]);
    await ask(db, acme, owner, "select access.set_member_role($1, 'viewer')", [del]);
    expect(await holds(db, acme, client, "record.edit")).toBe(false);
    await ask(db, acme, owner, "select access.set_member_role($1, 'editor')", [del]);
    expect(await holds(db, acme, client, "record.edit")).toBe(true);
    await ask(db, acme, client, "select access.revoke_grant($1)", [made!.id]);
    expect(await holds(db, acme, client, "record.edit")).toBe(false);
  });

  it("is ended by who made it and by role.share, not by others", async () => {
    const { editor, analyst, admin } = acme.people;
    const viewer = await addMember(db, acme.id, "vic@acme.example", "viewer");
    const [one] = await ask<{ id: string }>(db, acme, editor, delegate, [viewer, "1 hour", "record.edit"]);
    await expect(ask(db, acme, analyst, "select access.revoke_grant($1)", [one!.id])).rejects.toMatchObject({
      code: "AC026",
    });
    await ask(db, acme, editor, "select access.revoke_grant($1)", [one!.id]);
    const [two] = await ask<{ id: string }>(db, acme, editor, delegate, [viewer, "1 hour", "record.edit"]);
    await ask(db, acme, admin, "select access.revoke_grant($1)", [two!.id]);
    expect(await holds(db, acme, viewer, "record.edit")).toBe(false);
  });

  it("is of one's own rights only, once, for as long as allowed, and not to oneself", async () => {
    const { editor, viewer, client } = acme.people;
    await expect(ask(db, acme, viewer, delegate, [client, "1 hour", "record.edit"])).rejects.toMatchObject({
      code: "42501",
    });
    await expect(ask(db, acme, editor, delegate, [editor, "1 hour", "record.edit"])).rejects.toMatchObject({
      code: "AC004",
    });
    await expect(ask(db, acme, editor, delegate, [viewer, "31 days", "record.edit"])).rejects.toMatchObject({
      code: "AC025",
    });
    await expect(
      ask(db, acme, editor, delegate, [globex.people.client, "1 hour", "record.edit"]),
    ).rejects.toMatchObject({ code: "AC004" });
    await ask(db, acme, editor, delegate, [viewer, "1 hour", "record.create"]);
    expect(await holds(db, acme, viewer, "record.create")).toBe(true);
    await expect(
      ask(db, acme, viewer, delegate, [client, "10 minutes", "record.create"]),
    ).rejects.toMatchObject({ code: "42501" });
  });

  it("holds on a single dataset as far as the right of who delegated does", async () => {
    const { owner } = acme.people;
    const from = await addMember(db, acme.id, "from@acme.example", "viewer");
    const to = await addMember(db, acme.id, "to@acme.example", "client");
    await ask(db, acme, from, delegate, [to, "1 hour", "record.view"]);
    await grant(db, acme, owner, from, "record.view", { effect: "deny", dataset: orders });
    expect([await may(acme, to, "record.view", orders), await may(acme, to, "record.view", log)]).toEqual([
      false,
      true,
    ]);
    expect(await objects(to, "record.view")).toEqual({ allowed: [], denied: [orders] });
    await ask(db, acme, owner, "select access.set_member_role($1, 'client')", [from]);
    await grant(db, acme, owner, from, "record.view", { dataset: log });
    expect(await objects(to, "record.view")).toEqual({ allowed: [log], denied: [orders] });
  });

  it("in a ring keeps nothing alive", async () => {
    const p = await addMember(db, acme.id, "p@acme.example", "editor");
    const q = await addMember(db, acme.id, "q@acme.example", "editor");
    await ask(db, acme, p, delegate, [q, "1 hour", "record.edit"]);
    await ask(db, acme, q, delegate, [p, "1 hour", "record.edit"]);
    for (const who of [p, q])
      await ask(db, acme, acme.people.owner, "select access.set_member_role($1, 'viewer')", [who]);
    expect([await holds(db, acme, p, "record.edit"), await holds(db, acme, q, "record.edit")]).toEqual([
      false,
      false,
    ]);
  });
});
