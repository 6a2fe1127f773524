/**
 * Any random sequence of loads, edits, deletions, restorations, contract changes, erasures and seals verifies; and of
 * whatever it left, any one version that a superuser changes or removes is found, and named by its dataset and its key or line.
 */
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { addMember, asMember } from "../support/database.ts";
import { createSealed, type Sealed } from "./audit-support.ts";
import { declare } from "./support.ts";

let sealed: Sealed;
let owner: { orgId: string; userId: string };
let count = 0;

beforeAll(async () => {
  sealed = await createSealed();
  const { bench } = sealed;
  owner = {
    orgId: bench.org.id,
    userId: await addMember(bench.db, bench.org.id, "owner@acme.example", "owner"),
  };
});
afterAll(() => sealed.close());

const operation = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("load" as const),
      from: fc.integer({ min: 1, max: 40 }),
      rows: fc.constantFrom(5, 30, 1500),
      salt: fc.integer({ min: 0, max: 3 }),
      snapshot: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom("update" as const, "delete" as const, "insert" as const, "restore" as const),
      id: fc.integer({ min: 1, max: 60 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom("add" as const, "rename" as const, "widen" as const, "seal" as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("erase" as const), id: fc.integer({ min: 1, max: 60 }) }),
  },
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

interface Dataset {
  id: string;
  name: string;
  /** What the column of amounts is called, and its type. */
  amount: string;
  type: number;
  added: number;
}
const TYPES = ["integer", "bigint", "numeric(20,2)", "numeric(24,4)", "text"];

/** Refusals that a random sequence runs into: no such version, nothing there, a key that is taken. */
const REFUSED = new Set(["DS013", "23505", "AU005"]);

async function act(dataset: Dataset, op: Operation): Promise<void> {
  const { bench } = sealed;
  const table = `org_acme.${dataset.name}`;
  const alter = (changes: unknown[]) =>
    bench.query("select data.alter_dataset($1, $2)", [dataset.id, JSON.stringify(changes)]);
  if (op.do === "load") {
    const lines = Array.from(
      { length: op.rows },
      (_, i) => `${op.from + i},n${(op.from + i) % (op.salt + 2)},${(op.from + i) * (op.salt + 1)}`,
    );
    const run = await bench.load(dataset.name, `id,name,${dataset.amount}\n${lines.join("\n")}\n`, {
      mode: op.snapshot ? "snapshot" : "upsert",
      force: true,
    });
    expect(run.error).toBeNull();
  } else if (op.do === "update")
    await bench.query(`update ${table} set name = name || '!' where id between $1 and $1 + 2`, [op.id]);
  else if (op.do === "delete") await bench.query(`delete from ${table} where id = $1`, [op.id]);
  else if (op.do === "insert")
    await bench.query(`insert into ${table} (id, name) values ($1, 'by hand')`, [op.id]);
  else if (op.do === "restore")
    await bench.query("select data.restore_row($1, $2, 1)", [dataset.id, JSON.stringify({ id: op.id })]);
  else if (op.do === "erase") {
    await asMember(bench.db, owner, (client) =>
      client.query("select data.erase_row($1, $2, 'asked')", [dataset.id, JSON.stringify({ id: op.id })]),
    );
  } else if (op.do === "add")
    await alter([{ op: "add", field: { name: `extra_${++dataset.added}`, type: "text" } }]);
  else if (op.do === "rename") {
    const to = dataset.amount === "amount" ? "total" : "amount";
    await alter([{ op: "rename", name: dataset.amount, to }]);
    dataset.amount = to;
  } else if (op.do === "widen" && dataset.type < TYPES.length - 1) {
    await alter([
      {
        op: "widen",
        name: dataset.amount,
        type: TYPES[++dataset.type] === "numeric(20,2)" ? "numeric" : TYPES[dataset.type],
      },
    ]).catch(() => undefined);
  } else if (op.do === "seal") await sealed.seal();
}

/** Changes or removes one version of those that are left; what it is called. */
async function tamperOne(
  dataset: Dataset,
  pick: number,
  remove: boolean,
): Promise<{ undo: string[]; id: string } | null> {
  const { admin } = sealed.bench.db;
  const { rows } = await admin.query<{ part: string; id: string; version: number }>(
    `select part, id::text, version from (
       select '' as part, id, version from store_acme.${dataset.name} union all
       select '_history', id, version from store_acme.${dataset.name}_history) x order by id, version`,
  );
  const one = rows[pick % Math.max(1, rows.length)];
  if (!one) return null;
  const table = `store_acme.${dataset.name}${one.part}`;
  const { rows: columns } = await admin.query<{ list: string }>(
    "select string_agg(quote_ident(attname), ', ') as list from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''",
    [table],
  );
  const list = columns[0]!.list;
  const which = `id = ${one.id} and version = ${one.version}`;
  await sealed.tamper(
    `alter table ${table} disable trigger all`,
    `create table public.saved as select ${list} from ${table} where ${which}`,
    remove
      ? `delete from ${table} where ${which}`
      : `update ${table} set name = coalesce(name, '') || '?' where ${which}`,
  );
  const undo = [
    `delete from ${table} where ${which}`,
    `insert into ${table} (${list}) select ${list} from public.saved`,
    "drop table public.saved",
    `alter table ${table} enable trigger all`,
  ];
  return { undo, id: one.id };
}

it("verifies whatever happened, and finds whatever is changed behind its back", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(operation, { minLength: 3, maxLength: 12 }),
      fc.nat(),
      fc.boolean(),
      async (operations, pick, remove) => {
        const { bench } = sealed;
        const name = `random_${++count}`;
        const fields = [
          { name: "id", type: "integer" },
          { name: "name" },
          { name: "amount", type: "integer" },
        ];
        const dataset = {
          id: await declare(bench, name, fields, ["id"]),
          name,
          amount: "amount",
          type: 0,
          added: 0,
        };
        for (const op of operations) {
          await act(dataset, op).catch((error: unknown) => {
            if (!(error instanceof Error && "code" in error && REFUSED.has(String(error.code)))) throw error;
          });
        }
        await sealed.seal();
        const verdict = await sealed.verify();
        expect(verdict.problems).toEqual([]);
        const done = await tamperOne(dataset, pick, remove);
        if (!done) return;
        const found = await sealed.verify();
        await sealed.tamper(...done.undo);
        expect(found.ok).toBe(false);
        for (const problem of found.problems) {
          expect(problem.dataset).toBe(name);
          expect(problem.name).toMatch(new RegExp(`\\["${done.id}"\\]|^line \\d+ of `));
        }
      },
    ),
    { numRuns: 15, endOnFailure: true },
  );
});
