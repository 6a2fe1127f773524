/** Requests for access: who asks does not decide, four eyes are four, and the approval itself makes one grant, also in a race. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addMember, asService, createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { ask, createStaff, holds, type Staff } from "./support.ts";

let db: TestDatabase;
let acme: Staff;
let globex: Staff;

beforeAll(async () => {
  db = await createTestDatabase();
  acme = await createStaff(db, "acme");
  globex = await createStaff(db, "globex");
});
afterAll(() => db.drop());

async function request(user: string, permission: string, duration = "1 hour"): Promise<string> {
  const [row] = await ask<{ id: string }>(
    db,
    acme,
    user,
    "select id from access.request_access(reason => 'for the month''s end', duration => $2::interval, permission => $1, columns => '{amount}')",
    [permission, duration],
  );
  return row!.id;
}
const decide = "select status, grant_id is not null as given from access.decide_request($1, $2)";

describe("a request", () => {
  it("is approved by somebody else, which makes the grant in the same act", async () => {
    const id = await request(acme.people.viewer, "record.export");
    expect(await holds(db, acme, acme.people.viewer, "record.export")).toBe(false);
    expect(await ask(db, acme, acme.people.admin, decide, [id, true])).toEqual([
      { status: "approved", given: true },
    ]);
    expect(await holds(db, acme, acme.people.viewer, "record.export")).toBe(true);
    const [made] = await ask(
      db,
      acme,
      acme.people.viewer,
      "select g.reason, g.granted_by, g.request_id, g.ends_at - g.starts_at as lasts from access.grants g where g.user_id = $1",
      [acme.people.viewer],
    );
    expect(made).toMatchObject({
      reason: "for the month's end",
      granted_by: acme.people.admin,
      request_id: id,
      lasts: { hours: 1 },
    });
    await expect(ask(db, acme, acme.people.owner, decide, [id, false])).rejects.toMatchObject({
      code: "AC028",
    });
  });

  it("is refused or withdrawn, and gives nothing", async () => {
    const refused = await request(acme.people.viewer, "record.edit");
    expect(await ask(db, acme, acme.people.admin, decide, [refused, false])).toEqual([
      { status: "refused", given: false },
    ]);
    const withdrawn = await request(acme.people.viewer, "record.edit");
    await expect(
      ask(db, acme, acme.people.client, "select access.withdraw_request($1)", [withdrawn]),
    ).rejects.toMatchObject({ code: "AC028" });
    await ask(db, acme, acme.people.viewer, "select access.withdraw_request($1)", [withdrawn]);
    await expect(ask(db, acme, acme.people.admin, decide, [withdrawn, true])).rejects.toMatchObject({
      code: "AC028",
    });
    expect(await holds(db, acme, acme.people.viewer, "record.edit")).toBe(false);
  });

  it("is not decided by who asks, who may not, who does not hold it, another organization, or no person", async () => {
    const own = await request(acme.people.admin, "organization.security");
    await expect(ask(db, acme, acme.people.admin, decide, [own, true])).rejects.toMatchObject({
      code: "42501",
      message: "who asks does not decide",
    });
    await expect(ask(db, acme, acme.people.ceo, decide, [own, true])).rejects.toMatchObject({
      code: "42501",
    });
    await expect(ask(db, acme, acme.people.manager, decide, [own, true])).rejects.toMatchObject({
      code: "42501",
    });
    await expect(ask(db, globex, globex.people.owner, decide, [own, true])).rejects.toMatchObject({
      code: "AC028",
    });
    await expect(asService(db, acme.id, (c) => c.query(decide, [own, true]))).rejects.toMatchObject({
      code: "42501",
    });
    expect(await ask(db, acme, acme.people.owner, decide, [own, true])).toEqual([
      { status: "approved", given: true },
    ]);
  });

  it("has a reason, a bounded time and an end to how many", async () => {
    const text =
      "select access.request_access(reason => $1, duration => $2::interval, permission => 'record.edit')";
    const zoe = await addMember(db, acme.id, "zoe@acme.example", "viewer");
    await expect(ask(db, acme, zoe, text, [" ", "1 hour"])).rejects.toMatchObject({ code: "AC020" });
    await expect(ask(db, acme, zoe, text, ["please", "400 days"])).rejects.toMatchObject({ code: "AC025" });
    for (let i = 0; i < 50; i++) await ask(db, acme, zoe, text, ["please", "1 hour"]);
    await expect(ask(db, acme, zoe, text, ["please", "1 hour"])).rejects.toMatchObject({ code: "AC033" });
  });

  it("is seen by who asks and who decides", async () => {
    const id = await request(acme.people.client, "record.view");
    const see = (org: Staff, user: string) =>
      ask(db, org, user, "select id from access.requests where id = $1", [id]);
    expect(await see(acme, acme.people.client)).toHaveLength(1);
    expect(await see(acme, acme.people.admin)).toHaveLength(1);
    expect(await see(acme, acme.people.editor)).toEqual([]);
    expect(await see(globex, globex.people.owner)).toEqual([]);
  });

  it("that was approved stands in the way of neither its person's removal nor its role's", async () => {
    const ned = await addMember(db, acme.id, "ned@acme.example", "client");
    const ona = await addMember(db, acme.id, "ona@acme.example", "client");
    await ask(db, acme, acme.people.owner, "select access.create_org_role('helper', 'Helper', '{run.view}')");
    for (const who of [ned, ona]) {
      const [made] = await ask<{ id: string }>(
        db,
        acme,
        who,
        "select id from access.request_access(reason => 'x', duration => '1 hour', own_role => 'helper')",
      );
      await ask(db, acme, acme.people.owner, decide, [made!.id, true]);
      expect(await holds(db, acme, who, "run.view")).toBe(true);
    }
    await ask(db, acme, acme.people.owner, "select access.remove_member($1)", [ned]);
    await ask(db, acme, acme.people.owner, "select access.delete_org_role('helper')");
    expect(await holds(db, acme, ona, "run.view")).toBe(false);
    const { rows } = await db.admin.query(
      "select count(*)::int as n from access.changes where table_name in ('grants', 'requests') and row ->> 'user_id' = any ($1) and valid_to is null",
      [[ned, ona]],
    );
    expect(rows).toEqual([{ n: 0 }]);
  });

  it("is granted once when many decide at the same moment", async () => {
    const deciders = [acme.people.admin, acme.people.ceo, acme.people.owner];
    for (let round = 0; round < 6; round++) {
      const who = await addMember(db, acme.id, `race${round}@acme.example`, "client");
      const id = await request(who, "record.view");
      const outcome = await Promise.allSettled(deciders.map((d) => ask(db, acme, d, decide, [id, true])));
      expect(outcome.filter((o) => o.status === "fulfilled")).toHaveLength(1);
      for (const lost of outcome.filter((o) => o.status === "rejected"))
        expect(lost).toMatchObject({ reason: { code: "AC028" } });
      const { rows } = await db.admin.query(
        "select count(*)::int as n from access.grants where request_id = $1",
        [id],
      );
      expect(rows).toEqual([{ n: 1 }]);
    }
  });

  it("is approved or withdrawn, never both", async () => {
    for (let round = 0; round < 6; round++) {
      const who = await addMember(db, acme.id, `both${round}@acme.example`, "client");
      const id = await request(who, "record.view");
      const outcome = await Promise.allSettled([
        ask(db, acme, acme.people.admin, decide, [id, true]),
        ask(db, acme, who, "select access.withdraw_request($1)", [id]),
      ]);
      expect(outcome.filter((o) => o.status === "fulfilled")).toHaveLength(1);
      const { rows } = await db.admin.query(
        "select status, (select count(*)::int from access.grants g where g.request_id = r.id) as n from access.requests r where id = $1",
        [id],
      );
      expect(rows).toEqual([
        outcome[0]!.status === "fulfilled" ? { status: "approved", n: 1 } : { status: "withdrawn", n: 0 },
      ]);
    }
  });
});

describe("four eyes", () => {
  beforeAll(async () => {
    await ask(db, acme, acme.people.owner, "select access.set_org_security(four_eyes => true)");
  });

  it("need two people who still may", async () => {
    const kim = await addMember(db, acme.id, "kim@acme.example", "client");
    const gone = await addMember(db, acme.id, "gone@acme.example", "admin");
    const id = await request(kim, "record.view");
    expect(await ask(db, acme, gone, decide, [id, true])).toEqual([{ status: "pending", given: false }]);
    await expect(ask(db, acme, gone, decide, [id, true])).rejects.toMatchObject({ code: "AC029" });
    expect(await holds(db, acme, kim, "record.view")).toBe(false);
    // The first voice counts no more once its person may not approve.
    await ask(db, acme, acme.people.owner, "select access.set_member_role($1, 'viewer')", [gone]);
    expect(await ask(db, acme, acme.people.admin, decide, [id, true])).toEqual([
      { status: "pending", given: false },
    ]);
    expect(await ask(db, acme, acme.people.ceo, decide, [id, true])).toEqual([
      { status: "approved", given: true },
    ]);
    expect(await holds(db, acme, kim, "record.view")).toBe(true);
  });

  it("are fulfilled by two who approve at the same moment, with one grant", async () => {
    for (let round = 0; round < 6; round++) {
      const who = await addMember(db, acme.id, `eyes${round}@acme.example`, "client");
      const id = await request(who, "record.view");
      await Promise.all(
        [acme.people.admin, acme.people.owner].map((d) => ask(db, acme, d, decide, [id, true])),
      );
      const { rows } = await db.admin.query(
        "select status, (select count(*)::int from access.grants g where g.request_id = r.id) as n from access.requests r where id = $1",
        [id],
      );
      expect(rows).toEqual([{ status: "approved", n: 1 }]);
    }
  });
});
