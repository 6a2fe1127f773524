/**
 * Columns, tables, joins and subqueries, each construct by itself: per
 * output column its sources and how they take part. Whatever PostgreSQL can make a view of is compared with its own
 * dependencies and column names too.
 */
import { afterAll, beforeAll, describe, it } from "vitest";
import type { TestDatabase } from "../../support/database.ts";
import { type Case, openSample, prove } from "./cases.ts";

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
];

let db: TestDatabase;
beforeAll(async () => {
  db = await openSample();
});
afterAll(() => db.drop());

describe("queries", () => {
  it.each(QUERIES)("%s", (...one) => prove(db, one));
});
