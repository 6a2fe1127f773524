/**
 * Every construct by itself: per output column its sources and how they take part. Whatever PostgreSQL can make a view
 * of is compared with its own dependencies and column names too.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lineageOf, readSchema, type StatementLineage, schemaFromJson } from "../../../lib/lineage/index.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { columnNamesOf, dependenciesOf } from "./catalog.ts";

const DDL = `
  create table t (a int, b text, c int, j jsonb, l int[]);
  create table u (a int, d int, e text);
  create table w (a int, d int, f date);
  create view tv as select a, upper(b) as big from t;
`;
const schema = await readSchema(DDL);

/** As `name: table.column=SUBTYPE+SUBTYPE ...`, sorted. */
function show(columns: StatementLineage["columns"]): Record<string, string> {
  return Object.fromEntries(
    columns.map((c) => [
      c.name,
      c.sources
        .map((s) => `${s.table}.${s.column}=${s.transformations.map((x) => x.subtype).join("+")}`)
        .join(" "),
    ]),
  );
}

type Case = [what: string, sql: string, columns: Record<string, string>, influences?: string];

const QUERIES: Case[] = [
  [
    "a column",
    "select a, t.b as x, public.t.c from t",
    { a: "t.a=IDENTITY", x: "t.b=IDENTITY", c: "t.c=IDENTITY" },
  ],
  [
    "an expression",
    "select a + c as s, b || 'x' as y, 1 as one from t",
    { s: "t.a=TRANSFORMATION t.c=TRANSFORMATION", y: "t.b=TRANSFORMATION", one: "" },
  ],
  [
    "CASE",
    "select case when a > 1 then b else 'x' end as k from t",
    { k: "t.a=CONDITIONAL t.b=TRANSFORMATION" },
  ],
  [
    "a cast",
    "select a::text, cast(c as bigint) as k from t",
    { a: "t.a=TRANSFORMATION", k: "t.c=TRANSFORMATION" },
  ],
  [
    "names of expressions",
    "select count(*), coalesce(b, ''), nullif(a, 1), greatest(a, c), array[a], exists (select 1), a + 1, current_date, extract(year from f), case when true then 1 end, case when true then t.a else b::int end from t join w using (a) group by t.a, b, a, c, f",
    {},
  ],
  ["star", "select * from u", { a: "u.a=IDENTITY", d: "u.d=IDENTITY", e: "u.e=IDENTITY" }],
  [
    "qualified star",
    "select u.*, t.a as ta from t, u",
    { a: "u.a=IDENTITY", d: "u.d=IDENTITY", e: "u.e=IDENTITY", ta: "t.a=IDENTITY" },
  ],
  [
    "a subquery in FROM",
    "select s.n + 1 as m from (select a * 2 as n from t where c > 0) s",
    { m: "t.a=TRANSFORMATION" },
    "t.c=FILTER",
  ],
  [
    "column aliases",
    "select p, q from (select a, c from t) s (p, q)",
    { p: "t.a=IDENTITY", q: "t.c=IDENTITY" },
  ],
  ["some column aliases", "select p, c from t as s (p)", { p: "t.a=IDENTITY", c: "t.c=IDENTITY" }],
  ["VALUES", "select v.x + t.a as z from t, (values (1), (2)) v (x)", { z: "t.a=TRANSFORMATION" }],
  [
    "VALUES with columns",
    "select column1 from t, lateral (values (t.a), (t.c)) v",
    { column1: "t.a=IDENTITY t.c=IDENTITY" },
  ],
  [
    "CTE",
    "with x as (select a, c from t where b = 'q') select a, sum(c) as s from x group by a",
    { a: "t.a=IDENTITY", s: "t.c=AGGREGATION" },
    "t.a=GROUP_BY t.b=FILTER",
  ],
  ["a CTE hides a table", "with t as (select d as a from u) select a from t", { a: "u.d=IDENTITY" }],
  [
    "a qualified name is not a CTE",
    "with t as (select d as a from u) select a from public.t",
    { a: "t.a=IDENTITY" },
  ],
  [
    "a CTE of its own level",
    "with x as (select a from t) select (with x as (select d from u) select max(d) from x) as m, a from x",
    { m: "u.d=AGGREGATION", a: "t.a=IDENTITY" },
  ],
  [
    "recursive CTE",
    "with recursive r (n, p) as (select a, d from u union all select u.a, r.p + r.n from u join r on u.d = r.n where r.p < 9) select n, p from r",
    { n: "u.a=IDENTITY", p: "u.a=TRANSFORMATION u.d=IDENTITY+TRANSFORMATION" },
    "u.a=FILTER+JOIN u.d=FILTER+JOIN",
  ],
  [
    "recursive CTE with SEARCH and CYCLE",
    "with recursive r (n) as (select a from t union all select c from t join r on t.a = r.n) search depth first by n set ord cycle n set looped using path select n, looped from r order by ord",
    { n: "t.a=IDENTITY t.c=IDENTITY", looped: "t.a=TRANSFORMATION t.c=TRANSFORMATION" },
  ],
  [
    "RECURSIVE sees later ones",
    "with recursive x as (select a from y), y as (select a from t) select a from x",
    { a: "t.a=IDENTITY" },
  ],
  [
    "inner join",
    "select t.b, u.d from t join u on t.a = u.a",
    { b: "t.b=IDENTITY", d: "u.d=IDENTITY" },
    "t.a=JOIN u.a=JOIN",
  ],
  [
    "left join USING",
    "select a, d from t left join u using (a)",
    { a: "t.a=IDENTITY u.a=JOIN", d: "u.d=IDENTITY" },
    "t.a=JOIN u.a=JOIN",
  ],
  ["right join USING", "select a from t right join u using (a)", { a: "t.a=JOIN u.a=IDENTITY" }],
  [
    "full join USING",
    "select a from t full join u using (a)",
    { a: "t.a=TRANSFORMATION u.a=TRANSFORMATION" },
  ],
  [
    "USING star order",
    "select * from u join w using (d)",
    { d: "u.d=IDENTITY w.d=JOIN", a: "w.a=IDENTITY", e: "u.e=IDENTITY", f: "w.f=IDENTITY" },
  ],
  [
    "natural join",
    "select a, d, e, f from u natural join w",
    { a: "u.a=IDENTITY w.a=JOIN", d: "u.d=IDENTITY w.d=JOIN", e: "u.e=IDENTITY", f: "w.f=IDENTITY" },
  ],
  ["join alias", "select z.q from (t join u on t.c = u.d) as z (q)", { q: "t.a=IDENTITY" }],
  [
    "USING alias",
    "select k.a, t.b from t join u using (a) as k",
    { a: "t.a=IDENTITY u.a=JOIN", b: "t.b=IDENTITY" },
  ],
  [
    "three joins",
    "select a from t join u using (a) left join w using (a)",
    { a: "t.a=IDENTITY u.a=JOIN w.a=JOIN" },
  ],
  [
    "lateral",
    "select t.a, s.m from t, lateral (select max(d) as m from u where u.a = t.a) s",
    { a: "t.a=IDENTITY", m: "u.d=AGGREGATION" },
    "t.a=FILTER u.a=FILTER",
  ],
  [
    "a scalar subquery",
    "select (select max(d) from u where u.a = t.a) as m from t",
    { m: "u.d=AGGREGATION" },
    "t.a=FILTER u.a=FILTER",
  ],
  [
    "a correlated value",
    "select (select t.c + u.d from u limit 1) as m from t",
    { m: "t.c=TRANSFORMATION u.d=TRANSFORMATION" },
  ],
  [
    "EXISTS with a star",
    "select b from t where exists (select * from u where u.a = t.a)",
    { b: "t.b=IDENTITY" },
    "t.a=FILTER u.a=FILTER",
  ],
  [
    "IN",
    "select b, c in (select d from u) as k from t where a in (select a from w)",
    { b: "t.b=IDENTITY", k: "t.c=TRANSFORMATION u.d=TRANSFORMATION" },
    "t.a=FILTER w.a=FILTER",
  ],
  [
    "ANY, ALL, ARRAY",
    "select c > any (select d from u) as k, array(select e from u) as l from t where c < all (select a from w)",
    { k: "t.c=TRANSFORMATION u.d=TRANSFORMATION", l: "u.e=TRANSFORMATION" },
  ],
  [
    "a subquery in HAVING",
    "select b from t group by b having sum(c) > (select min(d) from u)",
    { b: "t.b=IDENTITY" },
    "t.b=GROUP_BY t.c=FILTER u.d=FILTER",
  ],
  [
    "a subquery in ORDER BY",
    "select b from t order by (select max(d) from u where u.a = t.a)",
    { b: "t.b=IDENTITY" },
    "t.a=FILTER u.a=FILTER u.d=SORT",
  ],
  [
    "a subquery in GROUP BY",
    "select count(*) as n from t group by (select max(d) from u where u.a = t.a)",
    { n: "" },
    "t.a=FILTER u.a=FILTER u.d=GROUP_BY",
  ],
  [
    "a subquery in ON",
    "select t.b from t join u on u.d = (select max(w.d) from w)",
    { b: "t.b=IDENTITY" },
    "u.d=JOIN w.d=JOIN",
  ],
  [
    "a subquery in LIMIT",
    "select b from t limit (select count(a) from u)",
    { b: "t.b=IDENTITY" },
    "u.a=FILTER",
  ],
  [
    "a subquery in an argument",
    "select coalesce(b, (select min(e) from u)) as k from t",
    { k: "t.b=TRANSFORMATION u.e=AGGREGATION" },
  ],
  ["an inner name hides an outer one", "select (select max(a) from u) as m from t", { m: "u.a=AGGREGATION" }],
  ["an outer name from within", "select (select max(b) from u) as m from t", { m: "t.b=AGGREGATION" }],
  [
    "UNION ALL",
    "select a, b from t union all select d, e from u",
    { a: "t.a=IDENTITY u.d=IDENTITY", b: "t.b=IDENTITY u.e=IDENTITY" },
    "",
  ],
  [
    "UNION",
    "select a from t union select d from u order by a",
    { a: "t.a=IDENTITY u.d=IDENTITY" },
    "t.a=GROUP_BY+SORT u.d=GROUP_BY+SORT",
  ],
  [
    "INTERSECT",
    "select a from t intersect select d from u",
    { a: "t.a=IDENTITY u.d=IDENTITY" },
    "t.a=FILTER u.d=FILTER",
  ],
  [
    "EXCEPT",
    "select a from t except select d from u",
    { a: "t.a=IDENTITY u.d=FILTER" },
    "t.a=FILTER u.d=FILTER",
  ],
  [
    "nested set operations",
    "(select a from t union all select d from u) except all select a from w order by 1",
    { a: "t.a=IDENTITY u.d=IDENTITY w.a=FILTER" },
  ],
  [
    "a window",
    "select sum(c) over (partition by b order by a) as s, row_number() over (order by c) as n from t",
    { s: "t.a=WINDOW t.b=WINDOW t.c=AGGREGATION", n: "t.c=WINDOW" },
    "",
  ],
  [
    "a named window",
    "select lag(c) over v as p, max(c) over (v rows 1 preceding) as q from t window v as (partition by b order by a)",
    { p: "t.a=WINDOW t.b=WINDOW t.c=TRANSFORMATION", q: "t.a=WINDOW t.b=WINDOW t.c=AGGREGATION" },
  ],
  [
    "a window of a window",
    "select count(*) over x as n from t window v as (partition by b), x as (v order by a)",
    { n: "t.a=WINDOW t.b=WINDOW" },
  ],
  ["FILTER", "select sum(c) filter (where b = 'x') as s from t", { s: "t.b=FILTER t.c=AGGREGATION" }],
  [
    "ordered aggregate",
    "select string_agg(b, ',' order by a) as s from t",
    { s: "t.a=SORT t.b=AGGREGATION" },
  ],
  [
    "WITHIN GROUP",
    "select percentile_cont(0.5) within group (order by c) as m from t",
    { m: "t.c=AGGREGATION" },
  ],
  [
    "GROUPING SETS",
    "select a, b, grouping(a, b) as g, sum(c) as s from t group by grouping sets ((a, b), rollup (a), ())",
    { a: "t.a=IDENTITY", b: "t.b=IDENTITY", g: "t.a=GROUP_BY t.b=GROUP_BY", s: "t.c=AGGREGATION" },
    "t.a=GROUP_BY t.b=GROUP_BY",
  ],
  [
    "CUBE and position",
    "select b, a % 2 as k, count(*) as n from t group by cube (1, 2)",
    { b: "t.b=IDENTITY", k: "t.a=TRANSFORMATION", n: "" },
    "t.a=GROUP_BY t.b=GROUP_BY",
  ],
  [
    "GROUP BY prefers input",
    "select c as a, count(*) as n from t group by a, c",
    { a: "t.c=IDENTITY", n: "" },
    "t.a=GROUP_BY t.c=GROUP_BY",
  ],
  ["ORDER BY prefers output", "select c as a from t order by a", { a: "t.c=IDENTITY" }, "t.c=SORT"],
  [
    "ORDER BY an expression takes input",
    "select c as a from t order by a + 0",
    { a: "t.c=IDENTITY" },
    "t.a=SORT",
  ],
  ["DISTINCT", "select distinct b from t", { b: "t.b=IDENTITY" }, "t.b=GROUP_BY"],
  [
    "DISTINCT ON",
    "select distinct on (a) a, b from t order by a, c",
    { a: "t.a=IDENTITY", b: "t.b=IDENTITY" },
    "t.a=GROUP_BY+SORT t.c=SORT",
  ],
  [
    "jsonb operators",
    "select j ->> 'k' as k, j['x'] as s, jsonb_path_query_first(j, '$.a') as p from t where j ? 'k'",
    { k: "t.j=TRANSFORMATION", s: "t.j=TRANSFORMATION", p: "t.j=TRANSFORMATION" },
    "t.j=FILTER",
  ],
  [
    "jsonb_each",
    "select k, v from t, jsonb_each(t.j) as e (k, v)",
    { k: "t.j=TRANSFORMATION", v: "t.j=TRANSFORMATION" },
  ],
  [
    "jsonb_array_elements",
    "select value, e ->> 'x' as x from t, jsonb_array_elements(j) e",
    { value: "t.j=TRANSFORMATION", x: "t.j=TRANSFORMATION" },
  ],
  [
    "jsonb_to_recordset",
    "select r.x, r.y from t, jsonb_to_recordset(t.j) as r (x int, y text)",
    { x: "t.j=TRANSFORMATION", y: "t.j=TRANSFORMATION" },
  ],
  [
    "unnest WITH ORDINALITY",
    "select x, n from t, unnest(l) with ordinality as z (x, n)",
    { x: "t.l=TRANSFORMATION", n: "" },
  ],
  [
    "a function's alias",
    "select g + a as s from t, generate_series(1, c) g",
    { s: "t.a=TRANSFORMATION t.c=TRANSFORMATION" },
  ],
  [
    "unnest of two",
    "select p, q from t, unnest(t.l, array[t.c]) as z (p, q)",
    { p: "t.l=TRANSFORMATION", q: "t.c=TRANSFORMATION" },
  ],
  [
    "ROWS FROM",
    "select m, o from t, rows from (unnest(l), generate_series(1, a)) as z (m, o)",
    { m: "t.l=TRANSFORMATION", o: "t.a=TRANSFORMATION" },
  ],
  [
    "a function in the select list",
    "select unnest(l) as x, regexp_split_to_table(b, ',') as y from t",
    { x: "t.l=TRANSFORMATION", y: "t.b=TRANSFORMATION" },
  ],
  [
    "JSON_TABLE",
    "select r.x, r.n from t, json_table(t.j, '$[*]' columns (n for ordinality, x int path '$.x')) r",
    { x: "t.j=TRANSFORMATION", n: "" },
  ],
  [
    "JSON constructors",
    "select json_object('k': b) as o, json_arrayagg(c order by a) as g from t group by b",
    { o: "t.b=TRANSFORMATION", g: "t.a=SORT t.c=AGGREGATION" },
  ],
  ["TABLESAMPLE", "select a from t tablesample system (10)", { a: "t.a=IDENTITY" }],
  [
    "a composite's field",
    "select (s).a as k from (select t.a, t.b from t) s",
    { k: "t.a=TRANSFORMATION t.b=TRANSFORMATION" },
  ],
  [
    "self join",
    "select x.a, y.c from t x join t y on x.a = y.c",
    { a: "t.a=IDENTITY", c: "t.c=IDENTITY" },
    "t.a=JOIN t.c=JOIN",
  ],
  ["TABLE", "table u", { a: "u.a=IDENTITY", d: "u.d=IDENTITY", e: "u.e=IDENTITY" }],
  ["quoted names", 'select "A" from (select a as "A" from t) "S" where "S"."A" > 0', { A: "t.a=IDENTITY" }],
  ["an unused CTE", "with x as (select e from u) select a from t", { a: "t.a=IDENTITY" }, ""],
];

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
  await db.admin.query(`set search_path = public; ${DDL}`);
});
afterAll(() => db.drop());

describe("queries", () => {
  it.each(QUERIES)("%s", async (_what, sql, columns, influences) => {
    const [found] = await lineageOf(sql, schema);
    const shown = show(found!.columns);
    if (Object.keys(columns).length > 0) expect(shown).toEqual(columns);
    if (influences !== undefined) {
      expect(show([{ name: "rows", sources: found!.influences }]).rows).toBe(influences);
    }
    const client = await db.admin.connect();
    try {
      expect(found!.columns.map((c) => c.name)).toEqual(await columnNamesOf(client, sql));
      if (new Set(found!.columns.map((c) => c.name)).size < found!.columns.length) return;
      const named = found!.baseColumns.map((c) => `${c.table}.${c.column}`).sort();
      expect(named).toEqual(await dependenciesOf(client, sql));
    } finally {
      client.release();
    }
  });

  it("is bounded: views of views do not multiply, functions of functions are refused in time", async () => {
    let views = "create view v0 as select a, b from t where c > 0;";
    let functions = "create function f0(x int) returns int language sql return x;";
    for (let i = 1; i < 40; i++) {
      views += `create view v${i} as select x.a, y.b from v${i - 1} x join v${i - 1} y on x.a = y.a;`;
      functions += `create function f${i}(x int) returns int language sql return f${i - 1}(x) + f${i - 1}(x);`;
    }
    const own = await readSchema(DDL + views + functions);
    const [found] = await lineageOf("select * from v39", own);
    expect(show(found!.columns)).toEqual({ a: "t.a=IDENTITY", b: "t.b=IDENTITY" });
    expect(show([{ name: "rows", sources: found!.influences }]).rows).toBe("t.a=JOIN t.c=FILTER");
    await expect(lineageOf("select f39(a) from t", own)).rejects.toMatchObject({ code: "BAD_SQL" });
    const deep = `select a from t${" union all select a from t".repeat(20_000)}`;
    await expect(lineageOf(deep, own)).rejects.toMatchObject({ code: "BAD_SQL" });
    expect((await lineageOf("select a from t", own))[0]!.warnings).toEqual([]);
  });

  it("follows views to their tables", async () => {
    const [found] = await lineageOf("select big, a from tv", schema);
    expect(show(found!.columns)).toEqual({ big: "t.b=TRANSFORMATION", a: "t.a=IDENTITY" });
  });

  it("follows every view of PostgreSQL's own catalog", async () => {
    const { rows: columns } = await db.admin.query<{ table: string; columns: string[] }>(
      `select n.nspname || '.' || c.relname as table, array_agg(a.attname::text order by a.attnum) as columns
         from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
        where n.nspname in ('pg_catalog', 'information_schema') and a.attnum > 0 and not a.attisdropped
          and c.relkind in ('r', 'v') group by 1`,
    );
    // Unqualified names are pg_catalog's there.
    const own = schemaFromJson(
      Object.fromEntries(
        columns.flatMap((t) => [
          [t.table, t.columns],
          [t.table.replace("pg_catalog.", ""), t.columns],
        ]),
      ),
    );
    const { rows: views } = await db.admin.query<{ name: string; sql: string; columns: string[] }>(
      `select c.relname as name, pg_get_viewdef(c.oid) as sql,
              (select array_agg(a.attname::text order by a.attnum) from pg_attribute a where a.attrelid = c.oid and a.attnum > 0) as columns
         from pg_class c where c.relkind = 'v' and c.relnamespace in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)`,
    );
    expect(views.length).toBeGreaterThan(100);
    for (const view of views) {
      const [found] = await lineageOf(view.sql, own);
      expect(
        found!.columns.map((c) => c.name),
        view.name,
      ).toEqual(view.columns);
      expect(found!.warnings, view.name).toEqual([]);
    }
  });

  it("follows functions in SQL with what they are called with", async () => {
    const own = await readSchema(`${DDL}
      create function upto(most int, tag text default '') returns table (k int, m text) language sql
        as 'select a, b || tag from t where c < $1';
      create function twice(x int) returns int language sql return x * 2;
      create function past(at date) returns setof w language sql begin atomic select * from w where f < at; end;
      create function opaque(x int) returns int language plpgsql as 'begin return x; end';`);
    const of = async (sql: string) => (await lineageOf(sql, own))[0]!;
    const found = await of(
      "select q.k, q.m, twice(u.d) as z, opaque(u.a) as o from u, upto(u.d, tag => u.e) q",
    );
    expect(show(found.columns)).toEqual({
      k: "t.a=IDENTITY",
      m: "t.b=TRANSFORMATION u.e=TRANSFORMATION",
      z: "u.d=TRANSFORMATION",
      o: "u.a=TRANSFORMATION",
    });
    expect(show([{ name: "rows", sources: found.influences }]).rows).toBe("t.c=FILTER u.d=FILTER");
    // As PostgreSQL's dependencies: what a function's body names the query does not.
    expect(found.baseColumns.map((c) => `${c.table}.${c.column}`)).toEqual(["u.a", "u.d", "u.e"]);
    expect(show((await of("select d, f from past(current_date)")).columns)).toEqual({
      d: "w.d=IDENTITY",
      f: "w.f=IDENTITY",
    });
    expect(
      show((await of("select twice from twice(1), t union all select t2 from t, twice(t.a) t2")).columns),
    ).toEqual({
      twice: "t.a=TRANSFORMATION",
    });
  });

  it("takes a whole row for all of its columns", async () => {
    const [found] = await lineageOf("select to_jsonb(u) as r from u", schema);
    expect(show(found!.columns).r).toBe("u.a=TRANSFORMATION u.d=TRANSFORMATION u.e=TRANSFORMATION");
  });

  it("goes on without a schema where a name can be of one table only", async () => {
    const [one] = await lineageOf("select x, y as z, * from s.some where k = 1");
    expect(show(one!.columns)).toEqual({
      x: "s.some.x=IDENTITY",
      z: "s.some.y=IDENTITY",
      "*": "s.some.*=IDENTITY",
    });
    const [two] = await lineageOf("select x, p.y from p join q on p.i = q.i");
    expect(show(two!.columns)).toEqual({ x: "", y: "p.y=IDENTITY" });
    expect(two!.warnings).toEqual(["column x may be of any of p, q: their columns are not known"]);
    const [star] = await lineageOf("with c as (select * from p) select c.m from c");
    expect(show(star!.columns)).toEqual({ m: "p.m=IDENTITY" });
  });

  it("takes an output name within ORDER BY's expression, and says that PostgreSQL does not", async () => {
    const [found] = await lineageOf("select a + c as s from t order by case when s > 1 then b end", schema);
    expect(show([{ name: "rows", sources: found!.influences }]).rows).toBe("t.a=SORT t.b=SORT t.c=SORT");
    expect(found!.warnings).toEqual([expect.stringContaining("which PostgreSQL refuses")]);
    await expect(lineageOf("select a as s from t order by nothing + s", schema)).rejects.toMatchObject({
      code: "BAD_SQL",
    });
  });

  it("reads schemas of every shape", async () => {
    for (const given of [
      { orders: { id: "int", amount: "numeric" } },
      { orders: ["id", "amount"] },
      { ORDERS: { ID: "int", AMOUNT: "numeric" } },
      { orders: {}, shop: { orders: { id: "int", amount: "numeric" } } },
    ]) {
      const of = await readSchema(JSON.stringify(given));
      const from = "shop" in given ? "shop.orders" : "orders";
      const [found] = await lineageOf(`select Amount from ${from} where ID = 1`, of);
      expect(show(found!.columns)).toEqual({ amount: `${from}.amount=IDENTITY` });
    }
    await expect(readSchema('{"orders": 1}')).rejects.toMatchObject({ code: "BAD_INPUT" });
    await expect(readSchema("{")).rejects.toMatchObject({ code: "BAD_INPUT" });
  });

  it.each([
    ["select zz from t", "column zz does not exist"],
    ["select x.a from t", "x is not in the FROM clause"],
    ["select a from t, u", "column a is ambiguous"],
    ["select t.a from t x", "t is not in the FROM clause"],
    ["select a from t, (select u.d from u where u.a = t.a) s", "t is not in the FROM clause"],
    ["select a fro t", "line 1, column 14: syntax error"],
    ["select a from t\nwhere", "line 2, column 6: syntax error"],
    ["select a from t union select a, d from u", "both sides of a set operation"],
    ["select sum(c) over nowhere from t", "window nowhere does not exist"],
  ])("refuses %s", async (sql, message) => {
    await expect(lineageOf(sql, schema)).rejects.toMatchObject({
      code: "BAD_SQL",
      message: expect.stringContaining(message),
      hint: expect.stringMatching(/./),
    });
  });
});

type Written = [
  what: string,
  sql: string,
  kind: string,
  columns: Record<string, string>,
  more?: { returning?: Record<string, string>; influences?: string },
];

const STATEMENTS: Written[] = [
  [
    "INSERT SELECT",
    "insert into u (d, e) select c, b from t where a > 1",
    "insert",
    { d: "t.c=IDENTITY", e: "t.b=IDENTITY" },
    { influences: "t.a=FILTER" },
  ],
  [
    "INSERT by position",
    "insert into u select a, c, b from t",
    "insert",
    { a: "t.a=IDENTITY", d: "t.c=IDENTITY", e: "t.b=IDENTITY" },
  ],
  [
    "INSERT VALUES",
    "insert into u (a) values ((select max(c) from t)), (default)",
    "insert",
    { a: "t.c=AGGREGATION" },
  ],
  [
    "INSERT with WITH",
    "with x as (select a from t) insert into u (a) select a from x",
    "insert",
    { a: "t.a=IDENTITY" },
  ],
  [
    "upsert",
    "insert into u as o (a, d) select a, c from t on conflict (a) do update set d = o.d + excluded.d, e = 'x' where o.e <> ''",
    "insert",
    { a: "t.a=IDENTITY", d: "t.c=IDENTITY+TRANSFORMATION u.d=TRANSFORMATION", e: "" },
    { influences: "u.e=FILTER" },
  ],
  [
    "INSERT RETURNING",
    "insert into u (a) select c from t returning a + d as s, *",
    "insert",
    { a: "t.c=IDENTITY" },
    {
      returning: {
        s: "u.a=TRANSFORMATION u.d=TRANSFORMATION",
        a: "u.a=IDENTITY",
        d: "u.d=IDENTITY",
        e: "u.e=IDENTITY",
      },
    },
  ],
  [
    "UPDATE FROM",
    "update u set d = t.c + u.d, e = w.f::text from t join w on w.a = t.a where t.a = u.a",
    "update",
    { d: "t.c=TRANSFORMATION u.d=TRANSFORMATION", e: "w.f=TRANSFORMATION" },
    { influences: "t.a=FILTER+JOIN u.a=FILTER w.a=JOIN" },
  ],
  [
    "UPDATE of several",
    "update u set (d, e) = (select max(c), min(b) from t where t.a = u.a), a = 1",
    "update",
    { d: "t.c=AGGREGATION", e: "t.b=AGGREGATION", a: "" },
  ],
  [
    "UPDATE with a row",
    "update u set (d, a) = (a, d + 1)",
    "update",
    { d: "u.a=IDENTITY", a: "u.d=TRANSFORMATION" },
  ],
  [
    "UPDATE RETURNING old and new",
    "update u set d = 1 returning old.d as before, new.d as after",
    "update",
    { d: "" },
    { returning: { before: "u.d=IDENTITY", after: "u.d=IDENTITY" } },
  ],
  [
    "DELETE USING",
    "delete from u using t where t.a = u.a returning u.e",
    "delete",
    {},
    { influences: "t.a=FILTER u.a=FILTER", returning: { e: "u.e=IDENTITY" } },
  ],
  [
    "MERGE",
    "merge into u using (select a, c from t) s on s.a = u.a when matched and u.e = 'x' then update set d = s.c when matched then delete when not matched then insert (a, d) values (s.a, s.c + 1)",
    "merge",
    { a: "t.a=IDENTITY", d: "t.c=IDENTITY+TRANSFORMATION" },
    { influences: "t.a=JOIN u.a=JOIN u.e=CONDITIONAL" },
  ],
  [
    "MERGE RETURNING",
    "merge into u using t on t.a = u.a when matched then update set d = t.c returning merge_action(), u.d, t.b",
    "merge",
    { d: "t.c=IDENTITY" },
    { returning: { merge_action: "", d: "u.d=IDENTITY", b: "t.b=IDENTITY" } },
  ],
  [
    "CREATE VIEW",
    "create view v (p) as select a + c from t",
    "create",
    { p: "t.a=TRANSFORMATION t.c=TRANSFORMATION" },
  ],
  [
    "CREATE TABLE AS",
    "create table x as select a, d as dd from u",
    "create",
    { a: "u.a=IDENTITY", dd: "u.d=IDENTITY" },
  ],
  ["SELECT INTO", "select a into x from t", "create", { a: "t.a=IDENTITY" }],
  [
    "materialized view",
    "create materialized view m as select count(c) as n from t",
    "create",
    { n: "t.c=AGGREGATION" },
  ],
  ["EXPLAIN INSERT", "explain insert into u (a) select a from t", "insert", { a: "t.a=IDENTITY" }],
  ["COPY of a query", "copy (select b from t) to stdout", "select", { b: "t.b=IDENTITY" }],
];

describe("statements", () => {
  it.each(STATEMENTS)("%s", async (_what, sql, kind, columns, more = {}) => {
    const [found] = await lineageOf(sql, schema);
    expect(found!.kind).toBe(kind);
    expect(show(found!.columns)).toEqual(columns);
    expect(show(found!.returning)).toEqual(more.returning ?? {});
    if (more.influences !== undefined) {
      expect(show([{ name: "rows", sources: found!.influences }]).rows).toBe(more.influences);
    }
  });

  it("tells what WITH writes", async () => {
    const [found] = await lineageOf(
      "with gone as (delete from u where d > 1 returning a, e), kept as (insert into w (a) select a from gone) select e from gone",
      schema,
    );
    expect(show(found!.columns)).toEqual({ e: "u.e=IDENTITY" });
    expect(found!.writes.map((w) => [w.kind, w.target, show(w.columns)])).toEqual([
      ["delete", "u", {}],
      ["insert", "w", { a: "u.a=IDENTITY" }],
    ]);
  });

  it("takes along what a script defines", async () => {
    const found = await lineageOf(
      "create table n (k int); create view v as select k + 1 as k1 from n; create table made as select k1 from v; insert into u (a) select k1 from made",
      schema,
    );
    expect(found.map((f) => [f.kind, f.target, show(f.columns)])).toEqual([
      ["create", "v", { k1: "n.k=TRANSFORMATION" }],
      ["create", "made", { k1: "n.k=TRANSFORMATION" }],
      ["insert", "u", { a: "made.k1=IDENTITY" }],
    ]);
  });
});
