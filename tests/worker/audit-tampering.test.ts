/**
 * Whatever a superuser does to the trail or to a row behind its back is found and named, and nothing else is: the chain
 * of an organization that was loaded, edited, restored and changed in contract verifies as it is.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSealed, type Sealed } from "./audit-support.ts";
import { declare } from "./support.ts";

let sealed: Sealed;

function orders(from: number, to: number, price: (id: number) => string): string {
  const lines = ["id,customer,price,note"];
  for (let id = from; id <= to; id++) lines.push(`${id},C${id % 97},${price(id)},note ${id}`);
  return `${lines.join("\n")}\n`;
}

beforeAll(async () => {
  sealed = await createSealed();
  const { bench } = sealed;
  await declare(
    bench,
    "orders",
    [
      { name: "id", type: "integer" },
      { name: "customer", type: "text" },
      { name: "price", type: "numeric(10,2)" },
      { name: "note", type: "text" },
    ],
    ["id"],
  );
  // A first load, a second edition with more changes than are committed to at once, and one with few.
  await bench.load(
    "orders",
    orders(1, 5000, (id) => `${id}.50`),
  );
  await sealed.seal();
  await bench.load(
    "orders",
    orders(1, 6500, (id) => (id % 3 === 0 ? `${id}.75` : `${id}.50`)),
  );
  await bench.load(
    "orders",
    orders(1, 6400, (id) => (id % 1000 === 0 ? "1.10" : id % 3 === 0 ? `${id}.75` : `${id}.50`)),
    {
      mode: "snapshot",
    },
  );
  await bench.query("update org_acme.orders set note = 'by hand' where id in (7, 8)");
  await bench.query("delete from org_acme.orders where id = 9");
  await bench.query(
    "insert into org_acme.orders (id, customer, price, note) values (9, 'C9', 9.9, 'again'), (9001, 'C1', 1, null)",
  );
  const [dataset] = await bench.query<{ id: string }>("select id from data.datasets where name = 'orders'");
  await bench.query("select data.restore_row($1, '{\"id\": 7}', 1)", [dataset!.id]);
  await bench.load("log", "message\nfirst\nsecond\n", { mode: "append" });
  await sealed.seal();
});
afterAll(() => sealed.close());

it("verifies as it is", async () => {
  const verdict = await sealed.verify();
  expect(verdict.problems).toEqual([]);
  expect(verdict).toMatchObject({ ok: true, uncovered: 0 });
  expect(verdict.versions).toBeGreaterThan(8000);
});

it("verifies after the contract has changed: renamed, widened twice, retired, added to, and edited since", async () => {
  const { bench } = sealed;
  const [dataset] = await bench.query<{ id: string }>("select id from data.datasets where name = 'orders'");
  const alter = (changes: unknown) =>
    bench.query("select data.alter_dataset($1, $2)", [dataset!.id, JSON.stringify(changes)]);
  await alter([
    { op: "rename", name: "customer", to: "client" },
    { op: "widen", name: "id", type: "bigint" },
    { op: "widen", name: "price", type: "numeric(14,4)" },
    { op: "add", field: { name: "region", type: "text" } },
  ]);
  await bench.query("update org_acme.orders set region = 'north', price = 5.1234 where id = 11");
  await alter([
    { op: "widen", name: "price", type: "text" },
    { op: "retire", name: "note" },
  ]);
  await bench.query("update org_acme.orders set price = 'free' where id = 12");
  await sealed.seal();
  const verdict = await sealed.verify();
  expect(verdict.problems).toEqual([]);
});

const STORE = "store_acme.orders";
const HISTORY = "store_acme.orders_history";
const TREE = [
  "audit.leaves",
  "audit.tree_nodes",
  "audit.checkpoints",
  "private.audit_trees",
  "private.event_salts",
];

/** Does it with all triggers off, verifies, and puts the tables back as they were. */
async function whileTampered(
  tables: string[],
  statements: string[],
  check: () => Promise<void>,
): Promise<void> {
  const { admin } = sealed.bench.db;
  const each = async (make: (table: string, columns: string, saved: string) => string[]) => {
    for (const [i, table] of tables.entries()) {
      const { rows } = await admin.query<{ columns: string }>(
        `select string_agg(quote_ident(attname), ', ') as columns from pg_attribute
          where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
        [table],
      );
      await sealed.tamper(...make(table, rows[0]!.columns, `public.saved_${i}`));
    }
  };
  await each((table, columns, saved) => [
    `alter table ${table} disable trigger all`,
    `create table ${saved} as select ${columns} from ${table}`,
  ]);
  try {
    await sealed.tamper(...statements);
    await check();
  } finally {
    await each((table, columns, saved) => [
      `truncate ${table}`,
      `insert into ${table} (${columns}) select ${columns} from ${saved}`,
      `drop table ${saved}`,
      `alter table ${table} enable trigger all`,
    ]);
  }
}

interface Attack {
  name: string;
  tables: string[];
  statements: string[];
  /** [kind, what, name] of what is found, all of it. */
  found: [string, string, string][];
}

const secondEvent =
  "(select id from audit.events where org_id = (select id from tenancy.organizations where slug = 'acme') order by txid, id offset 1 limit 1)";

const ATTACKS: Attack[] = [
  {
    name: "a current row's value",
    tables: [STORE],
    statements: [`update ${STORE} set price = '0.01' where id = 100`],
    found: [["version", "altered", '1 ["100"]']],
  },
  {
    name: "a current row's author and time",
    tables: [STORE],
    statements: [
      `update ${STORE} set changed_by = null where id = 100`,
      `update ${STORE} set valid_from = valid_from - interval '1 second' where id = 101`,
    ],
    found: [
      ["version", "altered", '1 ["100"]'],
      ["version", "altered", '1 ["101"]'],
    ],
  },
  {
    name: "a history row's value",
    tables: [HISTORY],
    statements: [`update ${HISTORY} set price = '0.01' where id = 300 and version = 1`],
    found: [["version", "altered", '1 ["300"]']],
  },
  {
    name: "until when a version counted",
    tables: [HISTORY],
    statements: [
      `update ${HISTORY} set valid_to = valid_to + interval '1 day' where id = 300 and version = 1`,
    ],
    found: [["version", "altered", '1 ["300"]']],
  },
  {
    name: "a row edited by hand",
    tables: [STORE],
    statements: [`update ${STORE} set note = 'by nobody' where id = 8`],
    found: [["version", "altered", '2 ["8"]']],
  },
  {
    name: "deletion of a row that came with a file",
    tables: [STORE],
    statements: [`delete from ${STORE} where id = 100`],
    found: [["version", "missing", "line 101 of orders.csv"]],
  },
  {
    name: "deletion of a row that was added by hand",
    tables: [STORE],
    statements: [`delete from ${STORE} where id = 9001`],
    found: [["version", "missing", '1 ["9001"]']],
  },
  {
    name: "deletion of a history row and of a tombstone",
    tables: [HISTORY],
    statements: [
      `delete from ${HISTORY} where id = 7 and version = 1`,
      `delete from ${HISTORY} where id = 6450 and change_type = 'delete'`,
    ],
    found: [
      ["version", "altered", '1 ["6450"]'],
      ["version", "missing", '2 ["6450"]'],
      ["version", "missing", "line 8 of orders.csv"],
    ],
  },
  {
    name: "the values of two rows exchanged",
    tables: [STORE],
    statements: [
      `update ${STORE} a set client = b.client, price = b.price, note = b.note from ${STORE} b where (a.id, b.id) in ((100, 101), (101, 100))`,
    ],
    found: [
      ["version", "altered", '1 ["100"]'],
      ["version", "altered", '1 ["101"]'],
    ],
  },
  {
    name: "a row put in",
    tables: [STORE],
    statements: [
      `insert into ${STORE} (org_id, id, version, change_type) select org_id, 77777, 1, 'insert' from ${STORE} limit 1`,
    ],
    found: [["version", "added", '1 ["77777"]']],
  },
  {
    name: "an event changed",
    tables: ["audit.events"],
    statements: [`update audit.events set detail = '{"innocent": true}' where id = ${secondEvent}`],
    found: [["event", "altered", "EVENT"]],
  },
  {
    name: "an event removed",
    tables: ["audit.events"],
    statements: [`delete from audit.events where id = ${secondEvent}`],
    found: [["event", "missing", "EVENT"]],
  },
  {
    name: "an event put in",
    tables: ["audit.events"],
    statements: [
      `insert into audit.events select (jsonb_populate_record(e, '{"id": "01900000-0000-7000-8000-000000000000"}')).* from audit.events e where id = ${secondEvent}`,
    ],
    found: [["event", "added", "01900000-0000-7000-8000-000000000000"]],
  },
  {
    name: "a leaf changed",
    tables: ["audit.leaves"],
    statements: ["update audit.leaves set hash = sha256('x') where position = 2 and kind = 'event'"],
    found: [
      ["event", "altered", "LEAF"],
      ["checkpoint", "root", "FIRST"],
    ],
  },
  {
    name: "a checkpoint changed",
    tables: ["audit.checkpoints"],
    statements: [
      "update audit.checkpoints set root = sha256('x') where size = (select min(size) from audit.checkpoints)",
    ],
    found: [["checkpoint", "altered", "FIRST"]],
  },
  {
    name: "a checkpoint removed",
    tables: ["audit.checkpoints"],
    statements: ["delete from audit.checkpoints where size = (select min(size) from audit.checkpoints)"],
    found: [["checkpoint", "unchained", "SECOND"]],
  },
  {
    name: "the end of the tree cut off",
    tables: TREE,
    statements: [
      "delete from audit.leaves where position >= (select min(size) from audit.checkpoints)",
      "delete from audit.checkpoints where size > (select min(size) from audit.checkpoints)",
      "update private.audit_trees set size = 0, last_txid = '0', last_id = '00000000-0000-0000-0000-000000000000'",
    ],
    found: [["checkpoint", "cut off", "LAST"]],
  },
];

describe("found and named:", () => {
  let names: Record<string, string>;
  beforeAll(async () => {
    const { rows } = await sealed.bench.db.admin.query<Record<string, string>>(
      `select ${secondEvent}::text as "EVENT",
              (select source_id::text from audit.leaves where position = 2) as "LEAF",
              (select min(size)::text from audit.checkpoints) as "FIRST",
              (select c.size::text from audit.checkpoints c order by c.size offset 1 limit 1) as "SECOND",
              (select max(size)::text from audit.checkpoints) as "LAST"`,
    );
    names = rows[0]!;
  });

  it.each(ATTACKS)("$name", async ({ tables, statements, found }) => {
    await whileTampered(tables, statements, async () => {
      const verdict = await sealed.verify();
      // Where the tree is cut off, what it no longer has is rightly unsealed.
      const told = verdict.problems.map(({ kind, what, name }) => [kind, what, name].join(" ")).sort();
      expect(told).toEqual(
        found.map(([kind, what, name]) => [kind, what, names[name] ?? name].join(" ")).sort(),
      );
      expect(verdict.ok).toBe(false);
    });
    expect((await sealed.verify()).problems).toEqual([]);
  });

  it("a table emptied: every version of it", async () => {
    await whileTampered([STORE, HISTORY], [`truncate ${STORE}, ${HISTORY}`], async () => {
      const verdict = await sealed.verify();
      expect(new Set(verdict.problems.map((problem) => `${problem.dataset} ${problem.what}`))).toEqual(
        new Set(["orders missing"]),
      );
      expect(verdict.problemCount).toBeGreaterThan(8000);
      expect(verdict.problems).toHaveLength(1000);
    });
  });

  it("a row, its commitments, its leaf and the whole tree rewritten with the database alone: no signature fits", async () => {
    const { bench } = sealed;
    const change = "(select id from audit.data_changes where commitments is null order by txid, id limit 1)";
    await whileTampered(
      [STORE, "audit.data_changes", "audit.change_parts", ...TREE],
      [
        `update ${STORE} set price = '0.01' where id = 100`,
        `delete from audit.change_parts where change_id = ${change}`,
        "create table public.was as select * from audit.checkpoints",
        "truncate audit.leaves, audit.tree_nodes, audit.checkpoints, private.audit_trees, private.event_salts",
      ],
      async () => {
        // The sealer's own functions, as a superuser may call them; what cannot be made is a signature.
        await bench.db.admin.query("select private.org_id()");
        const { asService } = await import("../support/database.ts");
        await asService(bench.db, bench.org.id, async (client) => {
          const { rows } = await client.query<{ before: string; loads: string[] }>(
            "select * from private.begin_seal($1)",
            [bench.org.id],
          );
          const { before, loads } = rows[0]!;
          for (const load of loads) await client.query("select data.commit_change($1)", [load]);
          await client.query("select private.append_leaves($1, $2, $3, 100000)", [
            bench.org.id,
            before,
            loads,
          ]);
        });
        await sealed.tamper(
          `insert into audit.checkpoints select w.org_id, w.size, w.at,
                coalesce((select audit.fold(t.frontier) from private.audit_trees t where t.org_id = w.org_id and t.size = w.size), w.root), w.previous, w.key_id, w.jws
           from public.was w`,
          "drop table public.was",
        );
        const verdict = await sealed.verify();
        const told = verdict.problems.map(({ kind, what, name }) => [kind, what, name].join(" "));
        expect(told).toContain(`checkpoint root ${names.FIRST}`);
        expect(told).toContain(`checkpoint altered ${names.LAST}`);
      },
    );
  });

  it("a tree thrown away for the sealer to make a new one: it does not replace what it has signed", async () => {
    await whileTampered(
      [...TREE],
      [
        "truncate audit.leaves, audit.tree_nodes, audit.checkpoints, private.audit_trees, private.event_salts",
        `update ${STORE} set price = price where false`,
      ],
      async () => {
        await expect(sealed.seal()).rejects.toMatchObject({ code: "AUDIT_FORK" });
        const verdict = await sealed.verify();
        expect(verdict.problems.map(({ kind, what }) => `${kind} ${what}`)).toContain("checkpoint forked");
      },
    );
    expect((await sealed.verify()).problems).toEqual([]);
  });
});
