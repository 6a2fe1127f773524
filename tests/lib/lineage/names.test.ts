/** How names are found: schemas of every shape, views, functions, whole rows; what is refused, and its bounds. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lineageOf, readSchema, schemaFromJson } from "../../../lib/lineage/index.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { DDL, schema, show } from "./sample.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
  await db.admin.query(`set search_path = public; ${DDL}`);
});
afterAll(() => db.drop());

describe("names", () => {
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

  it("knows the columns of a record that is filled from JSON", async () => {
    for (const list of ["r.x, r.y", "r.*"]) {
      const sql = `select ${list} from t, jsonb_populate_recordset(null::point_of, t.j) r`;
      const [found] = await lineageOf(sql, schema);
      expect(show(found!.columns)).toEqual({ x: "t.j=TRANSFORMATION", y: "t.j=TRANSFORMATION" });
      // PostgreSQL keeps the type's own columns as dependencies too; here only tables' are told.
      expect(found!.baseColumns).toEqual([{ table: "t", column: "j" }]);
    }
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
    const [sorted] = await lineageOf("select ctid, tableoid::regclass, * from p order by 3, 5");
    expect(sorted!.baseColumns).toEqual([{ table: "p", column: "*" }]);
    expect(show([{ name: "rows", sources: sorted!.influences }]).rows).toBe("p.*=SORT");
    const [row] = await lineageOf("select (some_function(p.x)).* from p");
    expect(row!.warnings).toEqual(["the columns of a row that .* expands are not known"]);
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
