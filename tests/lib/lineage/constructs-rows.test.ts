/**
 * Set operations, windows, groups, JSON and functions that give rows, each construct by itself: per
 * output column its sources and how they take part. Whatever PostgreSQL can make a view of is compared with its own
 * dependencies and column names too.
 */
import { afterAll, beforeAll, describe, it } from "vitest";
import type { TestDatabase } from "../../support/database.ts";
import { type Case, openSample, prove } from "./cases.ts";

const QUERIES: Case[] = [
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
  db = await openSample();
});
afterAll(() => db.drop());

describe("queries", () => {
  it.each(QUERIES)("%s", (...one) => prove(db, one));
});
