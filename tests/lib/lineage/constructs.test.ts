/**
 * Every construct by itself: per output column its sources and how they take part. Whatever PostgreSQL can make a view
 * of is compared with its own dependencies and column names too.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lineageOf } from "../../../lib/lineage/index.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { columnNamesOf, dependenciesOf } from "./catalog.ts";
import { DDL, schema, show } from "./sample.ts";

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
  ["a composite's field", "select (s).a as k from (select t.a, t.b from t) s", { k: "t.a=IDENTITY" }],
  [
    "a table's row and field",
    "select (t).b from t, u where (t).a = 1",
    {
      b: "t.b=IDENTITY",
    },
  ],
  [
    "a row's star",
    "select (u).*, (row(u.d, 1)).* from u",
    {
      a: "u.a=IDENTITY",
      d: "u.d=IDENTITY",
      e: "u.e=IDENTITY",
      f1: "u.d=IDENTITY",
      f2: "",
    },
  ],
  [
    "a function's star",
    "select (jsonb_each(j)).*, t.a from t",
    {
      key: "t.j=TRANSFORMATION",
      value: "t.j=TRANSFORMATION",
      a: "t.a=IDENTITY",
    },
  ],
  [
    "JSON_ARRAY of a query",
    "select json_array(select u.d from u where u.a = t.a) as k from t",
    {
      k: "u.d=TRANSFORMATION",
    },
    "t.a=FILTER u.a=FILTER",
  ],
  [
    "PostgreSQL's own functions",
    "select relid, level from t, pg_partition_tree(t.b::regclass)",
    {
      relid: "t.b=TRANSFORMATION",
      level: "t.b=TRANSFORMATION",
    },
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
});
