/** A dataset's generated objects: contract, boundary, versions by hand, restore, as-of, change of the contract. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  addMember,
  asMember,
  asService,
  createOrg,
  createTestDatabase,
  type TestDatabase,
  type TestOrg,
} from "../../support/database.ts";

let db: TestDatabase;
let acme: TestOrg;
let globex: TestOrg;
let editor: { orgId: string; userId: string };
let viewer: { orgId: string; userId: string };
let manager: { orgId: string; userId: string };
let stranger: { orgId: string; userId: string };
let orders: string;

const ORDER_FIELDS = [
  { name: "id", type: "integer" },
  { name: "customer", type: "text", required: true },
  { name: "amount", type: "numeric(10,2)", minimum: "0" },
  { name: "placed_on", type: "date", notInFuture: true },
  { name: "state", type: "text", allowedValues: ["open", "paid"] },
  { name: "tags", type: "text[]" },
  { name: "extra", type: "jsonb" },
  { name: "at", type: "timestamptz" },
];

beforeAll(async () => {
  db = await createTestDatabase();
  acme = await createOrg(db, "acme");
  globex = await createOrg(db, "globex");
  const person = async (org: TestOrg, role: string) => ({
    orgId: org.id,
    userId: await addMember(db, org.id, `${role}@${org.slug}.example`, role),
  });
  editor = await person(acme, "editor");
  viewer = await person(acme, "viewer");
  manager = await person(acme, "manager");
  stranger = await person(globex, "owner");
  orders = await asMember(db, editor, async (c) => {
    const { rows } = await c.query("select id from data.create_dataset('orders', $1, '{id}')", [
      JSON.stringify(ORDER_FIELDS),
    ]);
    return rows[0].id;
  });
});
afterAll(() => db.drop());

const insertOrder = (who: typeof editor, id: number, customer: string) =>
  asMember(db, who, (c) =>
    c.query(
      `insert into org_acme.orders (id, customer, amount, placed_on, state, tags, extra, at)
       values ($1, $2, 10.5, '2026-01-02', 'open', '{a,"b,c"}', '{"k": 1}', '2026-01-02T03:04:05Z') returning *`,
      [id, customer],
    ),
  );

describe("edits by hand", () => {
  it("make versions with their author, and restore makes another", async () => {
    const made = (await insertOrder(editor, 1, "ada")).rows[0];
    expect(made).toMatchObject({
      version: 1,
      change_type: "insert",
      changed_by: editor.userId,
      composite_key: "acme/orders/1",
    });
    const before = (await db.admin.query("select clock_timestamp()::text as t")).rows[0].t;
    await asMember(db, editor, (c) => c.query("update org_acme.orders set customer = 'bob' where id = 1"));
    const changed = await asMember(
      db,
      viewer,
      async (c) => (await c.query("select * from org_acme.orders")).rows[0],
    );
    expect(changed).toMatchObject({
      customer: "bob",
      version: 2,
      change_type: "update",
      changed_fields: ["customer"],
    });
    await asMember(db, manager, (c) => c.query("delete from org_acme.orders where id = 1"));
    await asMember(db, editor, (c) => c.query("select data.restore_row($1, '{\"id\": 1}', 1)", [orders]));
    await asMember(db, editor, (c) => c.query("select data.restore_row($1, '{\"id\": 1}', 2)", [orders]));
    const history = await asMember(
      db,
      viewer,
      async (c) =>
        (
          await c.query(
            `select version, change_type, customer, previous_version, changed_by, valid_to is null as live
               from org_acme.orders_history where id = 1 order by version`,
          )
        ).rows,
    );
    expect(history).toEqual([
      {
        version: 1,
        change_type: "insert",
        customer: "ada",
        previous_version: null,
        changed_by: editor.userId,
        live: false,
      },
      {
        version: 2,
        change_type: "update",
        customer: "bob",
        previous_version: 1,
        changed_by: editor.userId,
        live: false,
      },
      {
        version: 3,
        change_type: "delete",
        customer: "bob",
        previous_version: 2,
        changed_by: manager.userId,
        live: false,
      },
      {
        version: 4,
        change_type: "restore",
        customer: "ada",
        previous_version: 3,
        changed_by: editor.userId,
        live: false,
      },
      {
        version: 5,
        change_type: "restore",
        customer: "bob",
        previous_version: 4,
        changed_by: editor.userId,
        live: true,
      },
    ]);
    const past = await asMember(
      db,
      viewer,
      async (c) =>
        (await c.query("select id, customer, version from org_acme.orders_as_of($1)", [before])).rows,
    );
    expect(past).toEqual([{ id: 1, customer: "ada", version: 1 }]);
  });

  it("keep to the contract and say what is wrong", async () => {
    for (const [column, value] of [
      ["customer", null],
      ["amount", "-1"],
      ["placed_on", "2999-01-01"],
      ["state", "lost"],
    ] as const) {
      await expect(
        asMember(db, editor, (c) =>
          c.query(`update org_acme.orders set ${column} = $1 where id = 1`, [value]),
        ),
        column,
      ).rejects.toMatchObject({ code: "23514", column, hint: expect.stringMatching(/./) });
    }
  });

  it("cannot set what the system keeps, nor touch history or the store", async () => {
    for (const statement of [
      "update org_acme.orders set version = 99",
      "update org_acme.orders set id = 2",
      "insert into org_acme.orders (id, customer, run_id) values (7, 'x', uuidv7())",
      "select * from store_acme.orders",
      "insert into store_acme.orders_history default values",
    ]) {
      await expect(
        asMember(db, manager, (c) => c.query(statement)),
        statement,
      ).rejects.toMatchObject({ code: "42501" });
    }
    await expect(
      asMember(db, manager, (c) => c.query("delete from org_acme.orders_history")),
    ).rejects.toMatchObject({ code: "55000" });
    await expect(db.admin.query("delete from store_acme.orders_history")).rejects.toMatchObject({
      code: "42501",
    });
    await expect(db.admin.query("truncate store_acme.orders")).rejects.toMatchObject({ code: "42501" });
  });

  it("need the permission", async () => {
    await expect(insertOrder(viewer, 2, "eve")).rejects.toMatchObject({ code: "42501" });
    for (const statement of ["update org_acme.orders set customer = 'eve'", "delete from org_acme.orders"]) {
      await expect(
        asMember(db, viewer, (c) => c.query(statement)),
        statement,
      ).rejects.toMatchObject({ code: "42501", hint: expect.stringMatching(/./) });
    }
  });
});

describe("two at once", () => {
  it("the later one is told that the row was changed, and nothing is lost", async () => {
    await insertOrder(editor, 50, "ada");
    let release: (() => void) | undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let written: (() => void) | undefined;
    const wrote = new Promise<void>((resolve) => {
      written = resolve;
    });
    const first = asMember(db, editor, async (c) => {
      await c.query("update org_acme.orders set customer = 'first' where id = 50");
      written!();
      await held;
    });
    await wrote;
    const second = asMember(db, manager, (c) =>
      c.query("update org_acme.orders set amount = 99 where id = 50"),
    );
    const refused = expect(second).rejects.toMatchObject({
      code: "40001",
      hint: expect.stringMatching(/again/),
    });
    // Until the second statement waits for the first one's row.
    for (let waiting = 0; waiting === 0; ) {
      const { rows } = await db.admin.query(
        "select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      );
      waiting = rows[0].n;
    }
    release!();
    await first;
    await refused;
    const { rows } = await asMember(db, viewer, (c) =>
      c.query("select customer, amount, version from org_acme.orders where id = 50"),
    );
    expect(rows).toEqual([{ customer: "first", amount: "10.50", version: 2 }]);
  });
});

describe("a statement that does not number its rows", () => {
  it("is refused, whoever writes it", async () => {
    await expect(db.admin.query("update store_acme.orders set customer = 'eve'")).rejects.toMatchObject({
      code: "42501",
    });
    const { rows } = await db.admin.query(
      `select has_table_privilege(r.rolname, 'store_acme.orders', 'insert, update, delete, truncate') as may
         from pg_roles r where r.rolname like 'cadastre\\_%' and r.rolname <> 'cadastre_owner'`,
    );
    expect(rows.length).toBeGreaterThan(5);
    expect(rows.every((row) => row.may === false)).toBe(true);
  });

  it("cannot come as on conflict: a view has no constraint to conflict with", async () => {
    await expect(
      asMember(db, editor, (c) =>
        c.query(
          "insert into org_acme.orders (id, customer) values (50, 'x') on conflict (id) do update set customer = 'x'",
        ),
      ),
    ).rejects.toMatchObject({ code: "42P10" });
  });
});

describe("the boundary", () => {
  it("hides rows, history and the past from another organization's owner", async () => {
    for (const source of ["orders", "orders_history", "orders_as_of(now())"]) {
      const { rowCount } = await asMember(db, stranger, (c) => c.query(`select * from org_acme.${source}`));
      expect(rowCount, source).toBe(0);
    }
    await expect(insertOrder(stranger, 3, "eve")).rejects.toMatchObject({ code: "42501" });
    await expect(
      asMember(db, stranger, (c) => c.query("select data.restore_row($1, '{\"id\": 1}', 1)", [orders])),
    ).rejects.toMatchObject({ code: "DS001" });
  });

  it("binds the worker to the organization of its claim", async () => {
    const count = await asService(
      db,
      globex.id,
      async (c) => (await c.query("select count(*)::int as n from data.datasets")).rows[0].n,
    );
    expect(count).toBe(0);
  });
});

describe("contracts", () => {
  const create = (name: string, fields: unknown, key = "{}") =>
    asMember(db, editor, (c) =>
      c.query("select data.create_dataset($1, $2, $3)", [name, JSON.stringify(fields), key]),
    );

  it("that are wrong are refused with the field and the remedy", async () => {
    const cases: [string, unknown, string, string][] = [
      ["x; drop schema data", [{ name: "a" }], "{}", "DS007"],
      ["../x", [{ name: "a" }], "{}", "DS007"],
      ["t1", [], "{}", "DS008"],
      ["t1", [{ name: 'a"b' }], "{}", "DS002"],
      ["t1", [{ name: "version" }], "{}", "DS002"],
      ["t1", [{ name: "a" }, { name: "a" }], "{}", "DS002"],
      ["t1", [{ name: "a", type: "money; --" }], "{}", "DS003"],
      ["t1", [{ name: "a" }], "{b}", "DS005"],
      ["t1", [{ name: "a", type: "jsonb" }], "{a}", "DS005"],
      ["t1", [{ name: "a", type: "integer", minimum: "x" }], "{}", "DS006"],
      ["t1", [{ name: "a", pattern: "[" }], "{}", "DS006"],
      ["t1", [{ name: "a", references: { dataset: "none", field: "id" } }], "{}", "DS004"],
      ["orders", [{ name: "a" }], "{}", "DS009"],
      ["orders_history", [{ name: "a" }], "{}", "DS009"],
    ];
    for (const [name, fields, key, code] of cases) {
      await expect(create(name, fields, key), `${name} ${JSON.stringify(fields)}`).rejects.toMatchObject({
        code,
      });
    }
  });

  it("change by adding, widening, renaming and retiring fields, the history with them", async () => {
    await create(
      "parts",
      [{ name: "no", type: "integer" }, { name: "price", type: "numeric(4,1)" }, { name: "note" }],
      "{no}",
    );
    await asMember(db, editor, (c) =>
      c.query("insert into org_acme.parts (no, price, note) values (1, 1.5, 'n')"),
    );
    await asMember(db, editor, (c) => c.query("update org_acme.parts set price = 2.5"));
    const alter = (changes: unknown) =>
      asMember(db, manager, (c) =>
        c.query(
          "select (data.alter_dataset(id, $1)).contract_version from data.datasets where name = 'parts'",
          [JSON.stringify(changes)],
        ),
      );
    // What leaves out the field is refused in words, not by a failure of the refusal.
    for (const change of [{ op: "retire" }, { op: "rules", name: "no" }])
      await expect(alter([change])).rejects.toMatchObject({ code: expect.stringMatching(/^DS/) });
    const { rows } = await alter([
      { op: "add", field: { name: "color", type: "text", allowedValues: ["red", "blue"] } },
      { op: "widen", name: "price", type: "numeric(12,4)" },
      { op: "rename", name: "no", to: "part_no" },
      { op: "retire", name: "note" },
    ]);
    expect(rows[0].contract_version).toBe(2);
    await asMember(db, editor, (c) =>
      c.query("update org_acme.parts set color = 'red', price = 12345678.1234"),
    );
    const history = await asMember(
      db,
      viewer,
      async (c) =>
        (
          await c.query(
            "select part_no, price, color, changed_fields from org_acme.parts_history order by version",
          )
        ).rows,
    );
    expect(history).toEqual([
      { part_no: 1, price: "1.5000", color: null, changed_fields: [] },
      { part_no: 1, price: "2.5000", color: null, changed_fields: ["price"] },
      { part_no: 1, price: "12345678.1234", color: "red", changed_fields: ["price", "color"] },
    ]);
    await expect(alter([{ op: "widen", name: "price", type: "integer" }])).rejects.toMatchObject({
      code: "DS012",
    });
    await expect(alter([{ op: "retire", name: "part_no" }])).rejects.toMatchObject({ code: "DS012" });
  });

  it("with hostile words in their rules stay what they are", async () => {
    const words = ["$body$ end $body$", "$f$", "'; select 1; --", "%s %1$s", "\\\\"];
    await create(
      "hostile",
      [
        { name: "id", type: "integer" },
        { name: "word", allowedValues: words },
      ],
      "{id}",
    );
    for (const [i, word] of words.entries())
      await asMember(db, editor, (c) =>
        c.query("insert into org_acme.hostile (id, word) values ($1, $2)", [i, word]),
      );
    await expect(
      asMember(db, editor, (c) => c.query("update org_acme.hostile set word = 'x' where id = 0")),
    ).rejects.toMatchObject({ code: "23514", column: "word" });
  });

  it("refer to other datasets", async () => {
    await create(
      "lines",
      [
        { name: "line", type: "integer" },
        { name: "order_id", type: "integer", references: { dataset: "orders", field: "id" } },
      ],
      "{line}",
    );
    await asMember(db, editor, (c) => c.query("insert into org_acme.lines (line, order_id) values (1, 1)"));
    await expect(
      asMember(db, editor, (c) => c.query("insert into org_acme.lines (line, order_id) values (2, 999)")),
    ).rejects.toMatchObject({ code: "23514", column: "order_id" });
  });
});

describe("append-only datasets", () => {
  it("have the file and line as key", async () => {
    await asMember(db, editor, (c) => c.query("select data.create_dataset('log', '[{\"name\": \"m\"}]')"));
    const { rows } = await asMember(db, editor, (c) =>
      c.query("insert into org_acme.log (m) values ('a'), ('a') returning composite_key, version"),
    );
    expect(rows).toHaveLength(2);
    expect(rows[0].composite_key).toMatch(/^acme\/log\/[0-9a-f-]{36}\/0$/);
  });
});
