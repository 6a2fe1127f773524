/** Filters and masks hold in everything that tells of the past, and nobody restores what they do not see. */
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
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
} from "./support.ts";

let db: TestDatabase;
let acme: Ground;
let globex: Ground;
let owner: Person;
let manager: Person;
let analyst: Person;
let before: string;

beforeAll(async () => {
  db = await createTestDatabase();
  acme = await prepareGround(db, "acme");
  globex = await prepareGround(db, "globex");
  owner = acme.people.owner!;
  manager = acme.people.manager!;
  analyst = acme.people.analyst!;
  before = (await read<{ at: string }>(db, owner, "select clock_timestamp()::text as at"))[0]!.at;
  for (const [who, org] of [
    [owner, "acme"],
    [globex.people.owner!, "globex"],
  ] as const) {
    await asMember(db, who, (c) =>
      c.query(`update org_${org}.staff set salary = salary + 1, name = name || '!' where id in (1, 2, 3)`),
    );
  }
  await createPolicy(db, owner, {
    name: "pay",
    kind: "mask",
    mask: { kind: "null", fields: ["salary"] },
    datasets: [acme.staff],
    roles: ["analyst", "manager"],
  });
  await createPolicy(db, owner, {
    name: "not two",
    kind: "row_filter",
    condition: { ne: [{ row: "id" }, 2] },
    datasets: [acme.staff],
    roles: ["analyst"],
  });
});
afterAll(() => db.drop());

const DIFF = "select key, changed_fields, before ->> 'salary' as pay from org_acme.staff_diff($1)";

it("a difference shows whoever asks what their rows show, by API and by SQL login", async () => {
  expect(await read(db, owner, DIFF, [before])).toEqual(
    [1, 2, 3].map((id) => ({ key: { id }, changed_fields: ["name", "salary"], pay: `${id}000.00` })),
  );
  const seen = [1, 3].map((id) => ({ key: { id }, changed_fields: ["name"], pay: null }));
  expect(await read(db, analyst, DIFF, [before])).toEqual(seen);
  const [counts] = await read(db, analyst, "select data.diff($1, $2) as told", [acme.staff, before]);
  expect(counts!.told).toMatchObject({ changed: 2, added: 0, removed: 0, unchanged: 9 });
  const [login] = await asService(
    db,
    acme.id,
    async (c) => (await c.query("select * from access.create_sql_login($1)", [analyst.userId])).rows,
  );
  const client = new pg.Client({ connectionString: loginUrl(db.adminUrl, login.role_name, login.password) });
  await client.connect();
  try {
    expect(
      (
        await client.query("select key, changed_fields, before ->> 'salary' as pay from staff_diff($1)", [
          before,
        ])
      ).rows,
    ).toEqual(seen);
    expect(
      (await client.query("select version, author, run_kind from staff_timeline('{\"id\": 1}')")).rows,
    ).toHaveLength(2);
    expect((await client.query("select * from staff_timeline('{\"id\": 2}')")).rows).toEqual([]);
    await client.query("select set_config('cadastre.as_of', $1, false)", [before]);
    expect((await client.query("select name, salary from staff_as_of() order by id limit 1")).rows).toEqual([
      { name: "name 1", salary: null },
    ]);
    await expect(client.query("select * from org_globex.staff_diff($1)", [before])).rejects.toMatchObject({
      code: "42501",
    });
    await expect(
      client.query(`select * from private.row_timeline('${globex.staff}', '{"id": 1}')`),
    ).rejects.toMatchObject({ code: "DS001" });
  } finally {
    await client.end();
  }
});

it("a timeline hides masked values, and that they changed", async () => {
  const rows = await read(
    db,
    manager,
    `select changed_fields, "values" ->> 'salary' as pay, author from org_acme.staff_timeline('{"id": 2}')`,
  );
  expect(rows).toEqual([
    { changed_fields: ["name"], pay: null, author: "owner@acme.example" },
    { changed_fields: [], pay: null, author: "owner@acme.example" },
  ]);
});

it("nobody restores rows or values that are hidden from them", async () => {
  const undo = "select data.undo_rows($1, '[{\"id\": 1}]', $2)";
  await expect(read(db, manager, undo, [acme.staff, before])).rejects.toMatchObject({ code: "42501" });
  await expect(read(db, analyst, undo, [acme.staff, before])).rejects.toMatchObject({ code: "42501" });
  expect((await read(db, owner, undo, [acme.staff, before]))[0]!.undo_rows).toMatchObject({
    updated: 1,
    conflicts: 0,
  });
});

it("where the key is masked, rows of two moments cannot be told apart, and that is said", async () => {
  const policy = await createPolicy(db, owner, {
    name: "keys",
    kind: "mask",
    mask: { kind: "constant", value: "0", fields: ["id"] },
    datasets: [acme.staff],
    roles: ["analyst"],
  });
  for (const text of [
    DIFF.replace("$1", `'${before}'`),
    "select * from org_acme.staff_timeline('{\"id\": 1}')",
  ])
    await expect(read(db, analyst, text)).rejects.toMatchObject({
      code: "42501",
      message: expect.stringContaining("masked"),
    });
  expect(await read(db, owner, DIFF, [before])).toHaveLength(2);
  await removePolicy(db, owner, policy);
});

it("another organization's past is out of reach", async () => {
  for (const text of [
    "select * from org_globex.staff_diff(now())",
    "select * from org_globex.staff_timeline('{\"id\": 1}')",
    `select data.diff('${globex.staff}', now())`,
    `select data.undo_rows('${globex.staff}', '[{"id": 1}]', now())`,
  ]) {
    const found = await read(db, owner, text).catch((error: { code: string }) => error.code);
    expect(["42501", "DS001", []], text).toContainEqual(found);
  }
});
