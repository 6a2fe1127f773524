/** Statements that write: insert, update, delete, merge, create, and WITH that writes. */
import { describe, expect, it } from "vitest";
import { lineageOf } from "../../../lib/lineage/index.ts";
import { schema, show } from "./sample.ts";

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
