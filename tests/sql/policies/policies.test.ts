/** Policies as objects: who may write them, what is refused, permits and forbids, previews, single datasets, the trail. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectRoot } from "../../../lib/db/urls.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import {
  asMember,
  createPolicy,
  type Ground,
  type Person,
  prepareGround,
  read,
  removePolicy,
  setAttributes,
} from "./support.ts";

let db: TestDatabase;
let acme: Ground;
let globex: Ground;
let owner: Person;
let admin: Person;
let analyst: Person;
let viewer: Person;

beforeAll(async () => {
  db = await createTestDatabase();
  acme = await prepareGround(db, "acme");
  globex = await prepareGround(db, "globex");
  owner = acme.people.owner!;
  admin = acme.people.admin!;
  analyst = acme.people.analyst!;
  viewer = acme.people.viewer!;
});
afterAll(() => db.drop());

const may = async (who: Person, permission: string) =>
  (await read<{ may: boolean }>(db, who, "select private.has_permission($1) as may", [permission]))[0]!.may;
const rowsOf = async (who: Person, from: string) =>
  (await read<{ n: number }>(db, who, `select count(*)::int as n from ${from}`))[0]!.n;

describe("writing policies", () => {
  it("needs role.security", async () => {
    const input = { name: "x", kind: "row_filter", condition: { eq: [1, 1] } };
    await expect(createPolicy(db, acme.people.manager!, input)).rejects.toMatchObject({ code: "42501" });
    const id = await createPolicy(db, admin, { ...input, tags: ["nowhere"] });
    await expect(removePolicy(db, acme.people.manager!, id)).rejects.toMatchObject({ code: "42501" });
    await expect(
      asMember(db, acme.people.manager!, (c) => c.query("select access.update_policy($1, '{}')", [id])),
    ).rejects.toMatchObject({ code: "42501" });
    // Not by way of the table either.
    await expect(
      asMember(db, owner, (c) => c.query("update access.policies set enabled = false")),
    ).rejects.toMatchObject({ code: "42501" });
    await removePolicy(db, admin, id);
  });

  it("refuses what is no policy, with the field and the remedy", async () => {
    const filter = { eq: [{ row: "id" }, 1] };
    const cases: [Record<string, unknown>, string, string][] = [
      [{ name: "" }, "AC041", "name"],
      [{ kind: "wish" }, "AC041", "kind"],
      [{ condition: undefined }, "AC041", "condition"],
      [{ priority: 10001 }, "AC041", "priority"],
      [{ roles: ["emperor"] }, "AC042", "roles"],
      [{ users: [globex.people.owner!.userId] }, "AC042", "users"],
      [{ datasets: [globex.staff] }, "AC042", "datasets"],
      [{ tags: ["No Tag"] }, "AC042", "tags"],
      [{ permissions: ["record.view"] }, "AC041", "permissions"],
      [{ mask: { kind: "null" } }, "AC041", "mask"],
      [
        { condition: { eq: [{ row: "salaries" }, 1] }, datasets: [acme.staff] },
        "AC040",
        "condition.eq[0].row",
      ],
      [{ kind: "permit" }, "AC041", "permissions"],
      [{ kind: "forbid", permissions: ["platform.manage"] }, "AC042", "permissions"],
      [{ kind: "forbid", permissions: ["make.coffee"] }, "AC042", "permissions"],
      [{ kind: "mask" }, "AC041", "mask"],
      [{ kind: "mask", mask: { kind: "rot13" }, tags: ["pii"] }, "AC041", "mask"],
      [{ kind: "mask", mask: { kind: "null" } }, "AC041", "tags"],
      [{ kind: "mask", mask: { kind: "constant" }, tags: ["pii"] }, "AC041", "mask"],
      [{ kind: "mask", mask: { kind: "null", first: 3 }, tags: ["pii"] }, "AC041", "mask"],
      [{ kind: "mask", mask: { kind: "partial", first: -3 }, tags: ["pii"] }, "AC041", "mask"],
      [{ kind: "mask", mask: { kind: "null", fields: "email" } }, "AC041", "mask"],
    ];
    for (const [changes, code, column] of cases) {
      await expect(
        createPolicy(db, owner, { name: "x", kind: "row_filter", condition: filter, ...changes }),
        JSON.stringify(changes),
      ).rejects.toMatchObject({ code, column, hint: expect.stringMatching(/./) });
    }
    const id = await createPolicy(db, owner, {
      name: "taken",
      kind: "forbid",
      permissions: ["member.export"],
    });
    await expect(
      createPolicy(db, owner, { name: "taken", kind: "forbid", permissions: ["member.export"] }),
    ).rejects.toMatchObject({ code: "AC043" });
    for (const changes of [
      { kind: "permit" },
      { org_id: globex.id },
      { users: "x" },
      { priority: "high" },
      [],
    ])
      await expect(
        asMember(db, owner, (c) =>
          c.query("select access.update_policy($1, $2)", [id, JSON.stringify(changes)]),
        ),
        JSON.stringify(changes),
      ).rejects.toMatchObject({ code: "AC041" });
    await removePolicy(db, owner, id);
  });

  it("nobody permits what they may not do", async () => {
    await expect(
      createPolicy(db, admin, { name: "all for me", kind: "permit", permissions: ["organization.delete"] }),
    ).rejects.toMatchObject({ code: "42501" });
    // Nor by changing another's.
    const id = await createPolicy(db, admin, {
      name: "export",
      kind: "permit",
      permissions: ["record.export"],
      users: [viewer.userId],
    });
    await expect(
      asMember(db, admin, (c) =>
        c.query(`select access.update_policy($1, '{"permissions": ["organization.delete"]}')`, [id]),
      ),
    ).rejects.toMatchObject({ code: "42501" });
    await removePolicy(db, admin, id);
  });

  it("leaves its trail", async () => {
    const id = await createPolicy(db, owner, {
      name: "trail",
      kind: "forbid",
      permissions: ["member.export"],
    });
    await asMember(db, owner, async (c) => {
      await c.query("select access.enable_policy($1, false)", [id]);
      await c.query("select access.remove_policy($1)", [id]);
    });
    const { rows } = await db.admin.query(
      "select action, actor_id from audit.events where object_kind = 'policy' and object_id = $1 order by id",
      [id],
    );
    expect(rows.map((row) => row.action)).toEqual(["policy.create", "policy.edit", "policy.delete"]);
    expect(new Set(rows.map((row) => row.actor_id))).toEqual(new Set([owner.userId]));
  });
});

describe("permit and forbid", () => {
  it("give and take by a condition; unknown never permits; forbid wins", async () => {
    const permit = await createPolicy(db, owner, {
      name: "auditors",
      kind: "permit",
      permissions: ["audit.view"],
      condition: { gte: [{ user: "clearance" }, 2] },
    });
    expect(await may(analyst, "audit.view")).toBe(false);
    await setAttributes(db, analyst, { clearance: 3 });
    expect(await may(analyst, "audit.view")).toBe(true);
    await setAttributes(db, analyst, { clearance: "3" });
    expect(await may(analyst, "audit.view")).toBe(false);
    await setAttributes(db, analyst, { clearance: 3 });
    const forbid = await createPolicy(db, owner, {
      name: "from inside only",
      kind: "forbid",
      permissions: ["audit.view"],
      roles: ["analyst"],
      condition: { not: { cidr: [{ context: "network" }, ["10.0.0.0/8"]] } },
    });
    // The address is not known here: the forbid counts.
    expect(await may(analyst, "audit.view")).toBe(false);
    expect(await may(owner, "audit.view")).toBe(true);
    await removePolicy(db, owner, forbid);
    expect(await may(analyst, "audit.view")).toBe(true);
    await removePolicy(db, owner, permit);
    expect(await may(analyst, "audit.view")).toBe(false);
  });

  it("count within an open transaction from the next statement on", async () => {
    await asMember(db, viewer, async (c) => {
      const count = async () => (await c.query("select count(*)::int as n from org_acme.staff")).rows[0].n;
      expect(await count()).toBe(12);
      const id = await createPolicy(db, owner, {
        name: "closed",
        kind: "forbid",
        permissions: ["record.view"],
        users: [viewer.userId],
      });
      expect(await count()).toBe(0);
      await removePolicy(db, owner, id);
      expect(await count()).toBe(12);
    });
  });

  it("about one dataset are about that one, in the control plane and in its rows", async () => {
    await asMember(db, owner, (c) =>
      c.query(`select data.create_dataset('other', '[{"name": "id", "type": "integer"}]', '{id}')`),
    );
    const forbid = await createPolicy(db, owner, {
      name: "not staff",
      kind: "forbid",
      permissions: ["dataset.view", "record.view", "run.view", "quality.view"],
      datasets: [acme.staff],
      roles: ["viewer"],
    });
    const seen = () => read<{ name: string }>(db, viewer, "select name from data.datasets order by 1");
    expect(await seen()).toEqual([{ name: "other" }]);
    expect(await rowsOf(viewer, "data.fields")).toBe(1);
    expect(await rowsOf(viewer, "data.contracts")).toBe(1);
    expect(await rowsOf(viewer, "org_acme.staff")).toBe(0);
    expect(await rowsOf(viewer, "org_acme.staff_history")).toBe(0);
    expect(await rowsOf(analyst, "org_acme.staff")).toBe(12);
    await removePolicy(db, owner, forbid);
    expect(await seen()).toHaveLength(2);
  });

  it("open one dataset to a client, and nothing beside it", async () => {
    const client = {
      orgId: acme.id,
      userId: await import("../../support/database.ts").then((m) =>
        m.addMember(db, acme.id, "client@acme.example", "client"),
      ),
    };
    expect(await rowsOf(client, "data.datasets")).toBe(0);
    const id = await createPolicy(db, owner, {
      name: "shared with a client",
      kind: "permit",
      permissions: ["dataset.view", "record.view"],
      datasets: [acme.staff],
      users: [client.userId],
    });
    expect(await read(db, client, "select name from data.datasets")).toEqual([{ name: "staff" }]);
    expect(await rowsOf(client, "data.fields")).toBe(10);
    expect(await rowsOf(client, "org_acme.staff")).toBe(12);
    expect(await rowsOf(client, "org_acme.other")).toBe(0);
    await expect(
      asMember(db, client, (c) => c.query("update org_acme.staff set name = 'x' where id = 1")),
    ).rejects.toMatchObject({ code: "42501" });
    await removePolicy(db, owner, id);
    expect(await rowsOf(client, "org_acme.staff")).toBe(0);
  });
});

describe("a preview", () => {
  const preview = async (who: Person, ...values: unknown[]) =>
    (
      await read<{ p: { matching: number; total: number; sample: unknown[] } }>(
        db,
        who,
        "select access.preview_policy($1, $2, $3, $4) as p",
        values,
      )
    )[0]!.p;

  it("tells how many rows are meant, as somebody else, within the asker's own sight", async () => {
    const condition = JSON.stringify({ eq: [{ row: "region" }, { user: "region" }] });
    await setAttributes(db, analyst, { region: "EMEA" });
    expect(await preview(owner, "row_filter", condition, acme.staff, analyst.userId)).toMatchObject({
      matching: 4,
      total: 12,
    });
    // The owner has no region: unknown shows nothing, and masks all.
    expect(await preview(owner, "row_filter", condition, acme.staff, null)).toMatchObject({
      matching: 0,
      total: 12,
      sample: [],
    });
    expect(await preview(owner, "mask", condition, acme.staff, null)).toMatchObject({
      matching: 12,
      total: 12,
    });
    const id = await createPolicy(db, owner, {
      name: "hidden from admins",
      kind: "mask",
      mask: { kind: "null", fields: ["salary"] },
      datasets: [acme.staff],
      roles: ["admin"],
    });
    const shown = await preview(admin, "row_filter", condition, acme.staff, analyst.userId);
    expect(shown.sample).toHaveLength(4);
    for (const row of shown.sample as Record<string, unknown>[]) expect(row.salary).toBeNull();
    await removePolicy(db, owner, id);
  });

  it("of a permit tells which members", async () => {
    const told = await preview(
      owner,
      "permit",
      JSON.stringify({ eq: [{ user: "region" }, "EMEA"] }),
      null,
      null,
    );
    expect(told).toMatchObject({ matching: 1, sample: ["analyst@acme.example"] });
  });

  it("needs role.security, and an organization's own dataset and member", async () => {
    const condition = JSON.stringify({ eq: [1, 1] });
    await expect(
      preview(acme.people.manager!, "row_filter", condition, acme.staff, null),
    ).rejects.toMatchObject({ code: "42501" });
    await expect(preview(owner, "row_filter", condition, globex.staff, null)).rejects.toMatchObject({
      code: "DS001",
    });
    await expect(
      preview(owner, "row_filter", condition, acme.staff, globex.people.owner!.userId),
    ).rejects.toMatchObject({ code: "AC042" });
  });
});

it("the schema file knows the operators, operands and masks that the database knows", async () => {
  const schema = JSON.parse(
    readFileSync(path.join(projectRoot, "docs", "reference", "policies.schema.json"), "utf8"),
  );
  const { rows } = await db.admin.query(
    "select prosrc from pg_proc where oid in ('private.find_mistake(jsonb,text,jsonb,boolean,integer)'::regprocedure, 'private.check_policy(access.policies)'::regprocedure)",
  );
  const source = rows.map((row) => row.prosrc).join("\n");
  const list = (name: string) =>
    new RegExp(`${name} constant text\\[\\] := '\\{(.*?)\\}'`)
      .exec(source)![1]!
      .replaceAll('"', "")
      .split(",");
  expect(
    Object.keys(schema.$defs.condition.properties)
      .filter((k) => k !== "zone")
      .sort(),
  ).toEqual(list("ops").sort());
  expect(schema.$defs.mask.properties.kind.enum).toEqual(list("mask_kinds"));
});
