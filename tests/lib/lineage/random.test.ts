/**
 * Random queries, each nested and joined as chance has it: whatever PostgreSQL takes is followed, with its column names
 * and the base columns of its own dependencies.
 */
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { lineageOf, schemaFromJson } from "../../../lib/lineage/index.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { columnNamesOf, dependenciesOf } from "./catalog.ts";

const TABLES: Record<string, string[]> = { t: ["a", "b", "c"], u: ["a", "d", "e"], w: ["b", "d", "f"] };
const schema = schemaFromJson(TABLES);
const RUNS = 1000;

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
  for (const [name, columns] of Object.entries(TABLES))
    await db.admin.query(`create table public.${name} (${columns.map((c) => `${c} int`).join(", ")})`);
});
afterAll(() => db.drop());

// Mostly names that are there: what PostgreSQL refuses proves nothing.
const column = fc.oneof(
  { arbitrary: fc.constantFrom("c", "e", "f", "t.a", "t.b", "u.a", "u.d", "w.b", "w.d"), weight: 8 },
  { arbitrary: fc.constantFrom("a", "b", "d", "x.a", "x.b", "y.d", "z.n"), weight: 1 },
);
const query = fc.letrec<{ value: string; source: string; query: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    { arbitrary: column, weight: 6 },
    { arbitrary: fc.constant("1"), weight: 1 },
    { arbitrary: fc.tuple(tie("value"), tie("value")).map(([l, r]) => `(${l} + ${r})`), weight: 2 },
    {
      arbitrary: fc.tuple(tie("value"), tie("value")).map(([l, r]) => `case when ${l} > 0 then ${r} end`),
      weight: 1,
    },
    { arbitrary: tie("query").map((q) => `(select max(q.n) from (${q}) q (n))`), weight: 1 },
    {
      arbitrary: fc.tuple(tie("value"), tie("value")).map(([l, r]) => `sum(${l}) over (order by ${r})`),
      weight: 1,
    },
  ),
  source: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    { arbitrary: fc.constantFrom("t", "u", "w", "t x", "u y", "w x (b, a)"), weight: 6 },
    { arbitrary: tie("query").map((q) => `(${q}) z (n)`), weight: 1 },
    { arbitrary: tie("query").map((q) => `lateral (${q}) z (n, a)`), weight: 1 },
    {
      arbitrary: fc
        .tuple(tie("source"), tie("source"), fc.constantFrom("join", "left join", "full join"))
        .map(([l, r, how]) => `${l} ${how} ${r} on true`),
      weight: 1,
    },
    {
      arbitrary: fc
        .tuple(tie("source"), tie("source"), fc.constantFrom("a", "b", "d"))
        .map(([l, r, c]) => `${l} join ${r} using (${c})`),
      weight: 2,
    },
    {
      arbitrary: fc.tuple(tie("source"), tie("source")).map(([l, r]) => `${l} natural left join ${r}`),
      weight: 1,
    },
  ),
  query: fc
    .record({
      list: fc.array(
        fc.oneof(
          { arbitrary: tie("value"), weight: 5 },
          { arbitrary: fc.constantFrom("*", "t.*", "x.*"), weight: 1 },
        ),
        { minLength: 1, maxLength: 3 },
      ),
      from: fc.oneof(
        {
          arbitrary: fc.constantFrom(["t", "u", "w"], ["t natural join u", "w"], ["t join w using (b)", "u"]),
          weight: 3,
        },
        { arbitrary: fc.tuple(fc.constant("t, u, w"), tie("source")), weight: 2 },
        { arbitrary: fc.array(tie("source"), { minLength: 1, maxLength: 2 }), weight: 1 },
      ),
      where: fc.option(tie("value"), { nil: undefined }),
      exists: fc.option(fc.constantFrom("select * from u where u.d = 1", "select 1 from w where w.f = d"), {
        nil: undefined,
      }),
      order: fc.option(column, { nil: undefined }),
      other: fc.option(fc.constantFrom("union all", "union", "except", "intersect"), {
        nil: undefined,
        freq: 5,
      }),
      cte: fc.option(fc.constantFrom("t", "x", "w"), { nil: undefined, freq: 4 }),
    })
    .map(({ list, from, where, exists, order, other, cte }) => {
      const conditions = [where && `${where} > 0`, exists && `exists (${exists})`]
        .filter(Boolean)
        .join(" and ");
      const body = `select ${list.join(", ")} from ${from.join(", ")}${conditions ? ` where ${conditions}` : ""}`;
      const joined = other ? `${body} ${other} ${body}` : body;
      const sorted = order && !other ? `${joined} order by ${order}` : joined;
      return cte ? `with ${cte} as (select b as a, d as b, f as c from w) ${sorted}` : sorted;
    }),
}));

it("are followed as PostgreSQL resolves them", { timeout: 240_000 }, async () => {
  let taken = 0;
  const client = await db.admin.connect();
  try {
    await fc.assert(
      fc.asyncProperty(query.query, async (sql) => {
        const wrapped = `select row_number() over () as n, q.* from (${sql}) q`;
        const names = await columnNamesOf(client, wrapped).catch(() => null);
        if (names === null) return;
        taken++;
        const [found] = await lineageOf(wrapped, schema);
        expect(found!.columns.map((c) => c.name)).toEqual(names);
        expect(found!.warnings).toEqual([]);
        if (new Set(names).size < names.length) return;
        const named = found!.baseColumns.map((c) => `${c.table}.${c.column}`).sort();
        expect(named).toEqual(await dependenciesOf(client, wrapped));
      }),
      { numRuns: RUNS },
    );
  } finally {
    client.release();
  }
  // Chance makes many that PostgreSQL refuses; enough must remain.
  expect(taken).toBeGreaterThan(RUNS / 20);
});
