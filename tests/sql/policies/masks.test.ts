/** Masks: what is shown, on every road and in every form of the view, and what may be written under them. */
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loginUrl } from "../../../lib/db/urls.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import {
  asMember,
  asService,
  createPolicy,
  type Ground,
  type Person,
  prepareGround,
  read,
  removePolicy,
  setAttributes,
  UUID,
} from "./support.ts";

let db: TestDatabase;
let acme: Ground;
let globex: Ground;
let owner: Person;
let editor: Person;
let analyst: Person;

beforeAll(async () => {
  db = await createTestDatabase();
  acme = await prepareGround(db, "acme");
  globex = await prepareGround(db, "globex");
  owner = acme.people.owner!;
  editor = acme.people.editor!;
  analyst = acme.people.analyst!;
  const tags = {
    email: ["pii"],
    salary: ["pay"],
    badge: ["pii"],
    account: ["pii"],
    token: ["pii"],
    born: ["birth"],
    seen: ["birth"],
    name: ["name"],
  };
  for (const [org, who] of [
    [acme, owner],
    [globex, globex.people.owner!],
  ] as const) {
    await asMember(db, who, (c) =>
      c.query("select data.set_protection($1, fields => $2)", [org.staff, JSON.stringify(tags)]),
    );
    for (const [tag, mask] of [
      ["pii", { kind: "hash" }],
      ["pay", { kind: "null" }],
      ["birth", { kind: "year" }],
      ["name", { kind: "partial", first: 1, last: 1 }],
    ] as const)
      await createPolicy(db, who, {
        name: tag,
        kind: "mask",
        mask,
        tags: [tag],
        roles: ["analyst", "editor", "viewer"],
      });
  }
});
afterAll(() => db.drop());

const one = async (who: Person, source = "org_acme.staff") =>
  (await read<Record<string, unknown>>(db, who, `select * from ${source} where id = 3`))[0]!;

describe("what is shown", () => {
  it("keeps the type, in the view, the history and the past, by API and by SQL login", async () => {
    const plain = await one(owner);
    expect(plain).toMatchObject({
      name: "name 3",
      email: "mail3@acme.example",
      salary: "3000.00",
      badge: 3,
      account: "9000000003",
    });
    const expected = {
      id: 3,
      name: "n****3",
      email: expect.stringMatching(/^[0-9a-f]{64}$/),
      region: "EMEA",
      salary: null,
      badge: expect.any(Number),
      account: expect.stringMatching(/^\d+$/),
      token: expect.stringMatching(/^[0-9a-f]{8}-/),
    };
    for (const source of ["staff", "staff_history", "staff_as_of(clock_timestamp())"]) {
      const masked = await one(analyst, `org_acme.${source}`);
      expect(masked, source).toMatchObject(expected);
      expect(masked.badge).not.toBe(3);
      expect(masked.token).not.toBe(UUID);
      expect((masked.born as Date).getMonth() + (masked.born as Date).getDate()).toBe(1);
      expect((masked.seen as Date).toISOString()).toBe("2026-01-01T00:00:00.000Z");
    }
    const login = await asService(
      db,
      acme.id,
      async (c) =>
        (await c.query("select role_name, password from access.create_sql_login($1)", [analyst.userId]))
          .rows[0],
    );
    const client = new pg.Client({
      connectionString: loginUrl(db.adminUrl, login.role_name, login.password),
    });
    await client.connect();
    try {
      const { rows } = await client.query("select * from staff where id = 3");
      expect(rows[0]).toEqual(await one(analyst));
      // The key of the hash is nobody's to read, and no function of theirs computes it.
      await expect(client.query("select * from private.mask_keys")).rejects.toMatchObject({ code: "42501" });
      // Nor is a row found by what is behind the mask.
      const { rows: found } = await client.query(
        "select id from staff where email = 'mail3@acme.example' or salary = 3000",
      );
      expect(found).toEqual([]);
    } finally {
      await client.end();
    }
  });

  it("hashes so that equal values stay equal across the organization's datasets, and not across organizations", async () => {
    await asMember(db, owner, async (c) => {
      const { rows } = await c.query(
        `select id from data.create_dataset('mails', '[{"name": "no", "type": "integer"}, {"name": "address"}]', '{no}')`,
      );
      await c.query(`select data.set_protection($1, fields => '{"address": ["pii"]}')`, [rows[0].id]);
      await c.query(
        "insert into org_acme.mails (no, address) values (1, 'mail3@acme.example'), (2, 'mail3@globex.example')",
      );
    });
    const joined = await read(
      db,
      analyst,
      "select s.id from org_acme.staff s join org_acme.mails m on m.address = s.email",
    );
    expect(joined).toEqual([{ id: 3 }]);
    const theirs = await read<{ email: string }>(
      db,
      globex.people.analyst!,
      "select email from org_globex.staff where id = 3",
    );
    const ours = await read<{ address: string }>(
      db,
      analyst,
      "select address from org_acme.mails where no = 2",
    );
    expect(theirs[0]!.email).not.toBe(ours[0]!.address);
  });

  it("does not tell what changed behind it", async () => {
    await asMember(db, owner, (c) =>
      c.query("update org_acme.staff set salary = 1, region = 'EMEA2' where id = 6"),
    );
    const changed = async (who: Person) =>
      (
        await read<{ changed_fields: string[] }>(
          db,
          who,
          "select changed_fields from org_acme.staff where id = 6",
        )
      )[0]!.changed_fields;
    expect(await changed(owner)).toEqual(["region", "salary"]);
    expect(await changed(analyst)).toEqual(["region"]);
  });

  it("is decided once a statement", async () => {
    const plan = (
      await read<{ "QUERY PLAN": string }>(
        db,
        analyst,
        "explain (verbose) select email, salary from org_acme.staff",
      )
    )
      .map((line) => line["QUERY PLAN"])
      .join("\n");
    const output = /Seq Scan[\s\S]*?Output: (.*)/.exec(plan)![1]!;
    expect(output).not.toMatch(/private\./);
    expect(plan.match(/InitPlan/g)!.length).toBeGreaterThan(2);
  });
});

describe("priorities and conditions", () => {
  it("the lowest number wins, then the stricter one", async () => {
    const shown = async () => (await one(analyst)).region;
    const make = (name: string, mask: unknown, priority: number) =>
      createPolicy(db, owner, {
        name,
        kind: "mask",
        mask,
        datasets: [acme.staff],
        users: [analyst.userId],
        priority,
      });
    const constant = await make("constant", { kind: "constant", value: "somewhere", fields: ["region"] }, 50);
    const partial = await make("partial", { kind: "partial", first: 1, fields: ["region"] }, 10);
    expect(await shown()).toBe("E***");
    const nothing = await make("nothing", { kind: "null", fields: ["region"] }, 10);
    expect(await shown()).toBeNull();
    await removePolicy(db, owner, nothing);
    await removePolicy(db, owner, partial);
    expect(await shown()).toBe("somewhere");
    await removePolicy(db, owner, constant);
    expect(await shown()).toBe("EMEA");
  });

  it("a condition that is not known lifts nothing", async () => {
    const id = await createPolicy(db, owner, {
      name: "other regions",
      kind: "mask",
      condition: { ne: [{ row: "region" }, { user: "region" }] },
      mask: { kind: "null", fields: ["region"] },
      datasets: [acme.staff],
      users: [analyst.userId],
    });
    const regions = async () =>
      (
        await read<{ region: string | null }>(
          db,
          analyst,
          "select distinct region from org_acme.staff order by 1",
        )
      ).map((r) => r.region);
    expect(await regions()).toEqual([null]);
    await setAttributes(db, analyst, { region: "APAC" });
    expect(await regions()).toEqual(["APAC", null]);
    await setAttributes(db, analyst, {});
    await removePolicy(db, owner, id);
  });

  it("a constant that is none of the column's type shows nothing", async () => {
    const id = await createPolicy(db, owner, {
      name: "wrong constant",
      kind: "mask",
      mask: { kind: "constant", value: "x", fields: ["badge"] },
      datasets: [acme.staff],
      users: [analyst.userId],
      priority: 1,
    });
    expect((await one(analyst)).badge).toBeNull();
    await removePolicy(db, owner, id);
  });
});

describe("edits under a mask", () => {
  it("leave a masked value alone that comes back as it was shown, and write the rest", async () => {
    const shown = await one(editor);
    const { rows } = await asMember(db, editor, (c) =>
      c.query(
        "update org_acme.staff set region = 'APAC', email = $1, salary = $2, name = $3 where id = 3 returning *",
        [shown.email, shown.salary, shown.name],
      ),
    );
    expect(rows[0]).toMatchObject({
      region: "APAC",
      email: shown.email,
      salary: null,
      name: "n****3",
      changed_fields: ["region"],
    });
    expect(await one(owner)).toMatchObject({
      region: "APAC",
      email: "mail3@acme.example",
      salary: "3000.00",
      name: "name 3",
    });
  });

  it("refuse a new value for what is masked", async () => {
    for (const [column, value] of [
      ["email", "new@acme.example"],
      ["salary", 1],
      ["badge", 3],
      ["name", "name 3"],
    ] as const)
      await expect(
        asMember(db, editor, (c) =>
          c.query(`update org_acme.staff set ${column} = $1 where id = 3`, [value]),
        ),
        column,
      ).rejects.toMatchObject({ code: "42501", column, hint: expect.stringMatching(/./) });
  });

  it("show an inserted row as any other", async () => {
    const { rows } = await asMember(db, editor, (c) =>
      c.query(
        "insert into org_acme.staff (id, name, salary, region) values (300, 'somebody', 5, 'EMEA') returning *",
      ),
    );
    expect(rows[0]).toMatchObject({
      id: 300,
      name: "s******y",
      salary: null,
      version: 1,
      composite_key: "acme/staff/300",
    });
    expect(
      (await read<{ salary: string }>(db, owner, "select salary from org_acme.staff where id = 300"))[0]!
        .salary,
    ).toBe("5.00");
  });

  it("cannot reach a row whose key is masked", async () => {
    const id = await createPolicy(db, owner, {
      name: "hidden key",
      kind: "mask",
      mask: { kind: "hash", fields: ["id"] },
      datasets: [acme.staff],
      users: [editor.userId, analyst.userId],
    });
    const keys = await read<{ id: number; composite_key: string }>(
      db,
      editor,
      "select id, composite_key from org_acme.staff order by name limit 1",
    );
    expect(keys[0]!.id).toBeGreaterThan(1000);
    expect(keys[0]!.composite_key).toBe(`acme/staff/${keys[0]!.id}`);
    for (const statement of [
      "update org_acme.staff set region = 'x' where id = $1",
      "delete from org_acme.staff where id = $1",
    ]) {
      await expect(
        asMember(db, editor, (c) => c.query(statement, [keys[0]!.id])),
        statement,
      ).rejects.toMatchObject({ code: "42501" });
    }
    await removePolicy(db, owner, id);
  });
});

describe("what holds rows elsewhere", () => {
  it("hides rejected rows, their issues and the evidence of a file from whom a mask or filter binds", async () => {
    await db.admin.query(
      `with file as (
         insert into ingest.files (org_id, dataset_name, file_name, object_key, size_bytes, sha256)
         values ($1, 'staff', 'staff.csv', 'org/x/files/1', 1, sha256('x'::bytea)) returning id
       ), run as (
         insert into ingest.runs (org_id, file_id, dataset_id, dataset_name, mode, status, finished_at)
         select $1, file.id, $2, 'staff', 'upsert', 'succeeded', now() from file returning id
       ), seen as (
         insert into ingest.inspections (org_id, run_id, content) select $1, id, '{"minimum": "secret"}' from run
       ), rejected as (
         insert into ingest.rejected_rows (org_id, run_id, line, dataset_id, raw) select $1, id, 1, $2, 'secret' from run
       )
       insert into ingest.row_issues (org_id, run_id, line, column_name, rule, value, message)
       select $1, id, 1, 'salary', 'range', 'secret', 'found secret' from run`,
      [acme.id, acme.staff],
    );
    for (const [who, seen] of [
      [owner, 1],
      [acme.people.manager!, 1],
      [analyst, 0],
      [editor, 0],
      [globex.people.owner!, 0],
    ] as const)
      for (const table of ["rejected_rows", "row_issues", "inspections"])
        expect(
          (await read<{ n: number }>(db, who, `select count(*)::int as n from ingest.${table}`))[0]!.n,
          table,
        ).toBe(seen);
    // That there was a run is not hidden.
    expect((await read(db, analyst, "select id from ingest.runs")).length).toBe(1);
  });
});

describe("protection", () => {
  it("is not widened by a tag that a grant shares, but by who may share", async () => {
    const manager = acme.people.manager!;
    const { rows } = await asMember(db, owner, (c) =>
      c.query(
        "select id from access.grant_access($1, '1 hour', permission => 'record.view', object_kind => 'tag', object_id => 'shared')",
        [acme.people.viewer!.userId],
      ),
    );
    const tag = (who: typeof manager, tags: string) =>
      asMember(db, who, (c) => c.query("select data.set_protection($1, $2)", [acme.staff, tags]));
    await expect(tag(manager, "{shared}")).rejects.toMatchObject({ code: "42501" });
    await tag(manager, "{other}");
    await tag(owner, "{other,shared}");
    // It is there already: the manager may keep it.
    await tag(manager, "{other,shared}");
    await tag(owner, "{}");
    await asMember(db, owner, (c) => c.query("select access.revoke_grant($1)", [rows[0].id]));
  });

  it("is raised with dataset.edit and lowered only with role.security too", async () => {
    const manager = acme.people.manager!;
    await asMember(db, manager, (c) =>
      c.query(`select data.set_protection($1, '{hr}', 3, $2, '{"region": ["geo"]}')`, [
        acme.staff,
        owner.userId,
      ]),
    );
    for (const call of [
      `data.set_protection($1, '{}')`,
      `data.set_protection($1, sensitivity => 0)`,
      `data.set_protection($1, fields => '{"region": []}')`,
    ])
      await expect(
        asMember(db, manager, (c) => c.query(`select ${call}`, [acme.staff])),
        call,
      ).rejects.toMatchObject({ code: "42501" });
    await asMember(db, owner, (c) =>
      c.query(`select data.set_protection($1, '{}', 0, null, '{"region": []}')`, [acme.staff]),
    );
    await expect(
      asMember(db, owner, (c) => c.query("select data.set_protection($1, '{Bad Tag}')", [acme.staff])),
    ).rejects.toMatchObject({ code: "DS015" });
    const { rows } = await db.admin.query(
      "select count(*)::int as n from audit.events where action = 'dataset.protect' and org_id = $1",
      [acme.id],
    );
    expect(rows[0].n).toBeGreaterThan(2);
  });
});
