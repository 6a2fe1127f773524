/** Lineage in the database: filled from PostgreSQL's dependencies and by what queries tell, answered for any moment. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lineageOf, schemaFromJson } from "../../../lib/lineage/index.ts";
import { addMember, asMember, asService, createOrg } from "../../support/database.ts";
import { type Bench, createLoader, declare } from "../../worker/support.ts";

interface Edge {
  level: number;
  from_kind: string;
  from_name: string;
  from_column: string;
  to_kind: string;
  to_name: string;
  to_column: string;
  type: string;
  subtype: string;
  source: string;
}

let bench: Bench;
const TABLES = {
  orders: ["id", "customer", "amount", "status"],
  customers: ["id", "country"],
  revenue: ["country", "total"],
  big: ["total"],
};

/** What a query makes of a dataset, told as a pipeline tells it. */
async function tell(target: string, sql: string, source = `pipeline:${target}`): Promise<number> {
  const [found] = await lineageOf(sql, schemaFromJson(TABLES));
  const rows = await bench.query<{ n: number }>("select lineage.record_columns($1, $2, $3) as n", [
    target,
    JSON.stringify({ ...found, sql }),
    source,
  ]);
  return rows[0]!.n;
}

const graph = (
  dataset: string,
  column: string | null,
  direction: string,
  depth = 10,
  at: string | null = null,
) =>
  bench.query<Edge>("select * from lineage.graph($1, $2, $3, $4, $5)", [
    dataset,
    column,
    direction,
    depth,
    at,
  ]);

const show = (edges: Edge[]): string[] =>
  edges.map((e) => `${e.from_name}.${e.from_column} -> ${e.to_name}.${e.to_column} ${e.subtype}`);

const now = async (): Promise<string> =>
  (await bench.query<{ at: string }>("select clock_timestamp()::text as at"))[0]!.at;

const REVENUE = `select c.country, sum(o.amount) as total from orders o join customers c on c.id = o.customer
                  where o.status = 'paid' group by c.country`;

beforeAll(async () => {
  bench = await createLoader("lines");
  const text = (name: string, more = {}) => ({ name, type: "text", ...more });
  await declare(
    bench,
    "orders",
    [
      { name: "id", type: "integer", sourceName: "Order No" },
      { name: "customer", type: "integer" },
      { name: "amount", type: "numeric", minimum: "0" },
      text("status"),
    ],
    ["id"],
  );
  await declare(bench, "customers", [{ name: "id", type: "integer" }, text("country")], ["id"]);
  await declare(bench, "revenue", [text("country"), { name: "total", type: "numeric" }], ["country"]);
});
afterAll(() => bench.close());

describe("generated views", () => {
  it("are known from PostgreSQL's dependencies", async () => {
    const edges = await bench.query<Edge>(
      `select f.name as from_name, c.from_column, t.name as to_name, c.to_column, c.subtype
         from lineage.columns c join lineage.nodes f on f.id = c.from_node join lineage.nodes t on t.id = c.to_node
        where c.source = 'catalog' and f.name = 'revenue' and c.valid_to is null order by 3, 4`,
    );
    expect(show(edges)).toEqual([
      "revenue.country -> revenue.composite_key TRANSFORMATION",
      "revenue.country -> revenue.country IDENTITY",
      "revenue.total -> revenue.total IDENTITY",
      "revenue.country -> revenue_history.composite_key TRANSFORMATION",
      "revenue.country -> revenue_history.country IDENTITY",
      "revenue.total -> revenue_history.total IDENTITY",
    ]);
  });

  it("follow the contract, and the past keeps what was so", async () => {
    const before = await now();
    const id = (
      await bench.query<{ id: string }>("select id from data.datasets where name = 'customers'")
    )[0]!.id;
    await bench.query("select data.alter_dataset($1, $2)", [
      id,
      JSON.stringify([{ op: "add", field: { name: "city", type: "text" } }]),
    ]);
    expect(show(await graph("customers", "city", "down", 1)).sort()).toEqual([
      "customers.city -> customers.city IDENTITY",
      "customers.city -> customers_history.city IDENTITY",
    ]);
    expect(await graph("customers", "city", "down", 1, before)).toEqual([]);
  });
});

describe("what queries tell", () => {
  it("is followed up and down by column", async () => {
    expect(await tell("revenue", REVENUE)).toBe(6);
    await tell("big", "select total from revenue where total > 1000", "model:big");
    const up = (await graph("big", "total", "up")).filter((e) => e.from_kind !== "file");
    expect(show(up)).toEqual([
      "revenue.total -> big.total IDENTITY",
      "orders.amount -> revenue.total AGGREGATION",
    ]);
    expect(up.map((e) => [e.level, e.source])).toEqual([
      [1, "model:big"],
      [2, "pipeline:revenue"],
    ]);
    const down = await graph("orders", "amount", "down");
    expect(show(down.filter((e) => e.to_kind !== "view"))).toEqual([
      "orders.amount -> revenue.total AGGREGATION",
      "revenue.total -> big. FILTER",
      "revenue.total -> big.total IDENTITY",
    ]);
  });

  it("tells impact with owners and counts, and what a removal does", async () => {
    const impact = await bench.query<{
      kind: string;
      name: string;
      distance: number;
      columns: string[];
      row_count: string;
    }>(
      "select kind, name, distance, columns, row_count from lineage.impact('customers', 'country') where kind <> 'view'",
    );
    expect(impact).toEqual([
      { kind: "dataset", name: "revenue", distance: 1, columns: ["country"], row_count: "0" },
      // By the groups: whatever reads revenue reads other rows.
      { kind: "model", name: "big", distance: 2, columns: ["total"], row_count: null },
    ]);
    const effects = await bench.query<{ name: string; column_affected: string; effect: string }>(
      "select name, column_affected, effect from lineage.what_if_removed('orders', 'amount') where kind not in ('view') order by 1, 2",
    );
    expect(effects).toEqual([
      { name: "big", column_affected: "", effect: "rows" },
      { name: "big", column_affected: "total", effect: "lost" },
      { name: "revenue", column_affected: "total", effect: "lost" },
    ]);
    const key = await bench.query<{ effect: string }>(
      "select effect from lineage.what_if_removed('orders', 'id') where kind = 'dataset'",
    );
    expect(key).toEqual([{ effect: "key" }]);
  });

  it("ends what is told no more and leaves alone what stays", async () => {
    const before = await now();
    const since = await bench.query<{ valid_from: Date }>(
      "select valid_from from lineage.columns where subtype = 'AGGREGATION' and valid_to is null",
    );
    await tell(
      "revenue",
      "select c.country, sum(o.amount) + max(o.id) as total from orders o join customers c on c.id = o.customer group by c.country",
    );
    expect(show((await graph("revenue", "total", "up", 1)).filter((e) => e.from_kind !== "file"))).toEqual([
      "orders.amount -> revenue.total AGGREGATION",
      "orders.id -> revenue.total AGGREGATION",
    ]);
    expect(show(await graph("revenue", "total", "up", 1, before))).toEqual([
      "orders.amount -> revenue.total AGGREGATION",
    ]);
    const still = await bench.query<{ valid_from: Date }>(
      "select valid_from from lineage.columns where subtype = 'AGGREGATION' and from_column = 'amount' and valid_to is null",
    );
    expect(still).toEqual(since);
    // A filter on status was there then, and is no more.
    expect(await graph("orders", "status", "down", 1)).toHaveLength(2);
    expect(await graph("orders", "status", "down", 1, before)).toHaveLength(3);
  });

  it("stands circles and is bounded", async () => {
    await tell("orders", "select total as amount from revenue", "pipeline:back");
    const edges = (await graph("orders", null, "up", 50)).filter((e) => e.from_kind !== "file");
    expect(new Set(edges.map((e) => e.from_name))).toEqual(new Set(["revenue", "orders", "customers"]));
    await bench.query("select lineage.record_columns('orders', '{\"columns\": []}', 'pipeline:back')");
    await expect(graph("orders", null, "up", 51)).rejects.toMatchObject({ code: "LN004" });
    await expect(graph("nothing", null, "up")).rejects.toMatchObject({ code: "LN001" });
    await expect(bench.query("select lineage.record_columns('x', '{}', 'pipeline:x')")).rejects.toMatchObject(
      { code: "LN002" },
    );
    await expect(
      bench.query(
        `select lineage.record_columns('x', '{"columns": [{"name": "a", "sources": [{"table": "orders", "column": "id", "transformations": [{"type": "WRONG"}]}]}]}', 'pipeline:x')`,
      ),
    ).rejects.toMatchObject({ code: "LN002" });
  });
});

describe("rows and files", () => {
  it("a row tells its versions' files, lines and rule results; a column the file's", async () => {
    await bench.load("orders", "Order No,customer,amount,status\n1,7,10,paid\n2,7,-1,paid\n");
    await bench.load("orders", "Order No,customer,amount,status\n3,7,1,open\n1,7,12,paid\n");
    const versions = await bench.query<Record<string, unknown>>(
      "select version, change_type, changed_fields, file_name, source_line::int as line, issues from lineage.row_origin('orders', '{\"id\": 1}')",
    );
    expect(versions).toEqual([
      {
        version: 2,
        change_type: "update",
        changed_fields: ["amount"],
        file_name: "orders.csv",
        line: 3,
        issues: [],
      },
      { version: 1, change_type: "insert", changed_fields: [], file_name: "orders.csv", line: 2, issues: [] },
    ]);
    const files = await graph("orders", "id", "up", 1);
    expect(show(files)).toEqual([
      "orders.csv.Order No -> orders.id IDENTITY",
      "orders.csv.Order No -> orders.id IDENTITY",
    ]);
    await expect(bench.query("select lineage.row_origin('orders', '{\"x\": 1}')")).rejects.toMatchObject({
      code: "LN005",
    });
  });
});

describe("who sees it", () => {
  it("no other organization, no one without lineage.view, and not what is denied", async () => {
    const other = await createOrg(bench.db, "others");
    const stranger = await addMember(bench.db, other.id, "owner@others.example", "owner");
    const count = "select count(*)::int as n from lineage.columns";
    const asked = (orgId: string, userId: string) =>
      asMember(bench.db, { orgId, userId }, async (c) => (await c.query<{ n: number }>(count)).rows[0]!.n);
    expect(await asked(other.id, stranger)).toBe(0);
    const viewer = await addMember(bench.db, bench.org.id, "viewer@lines.example", "viewer");
    expect(await asked(bench.org.id, viewer)).toBe(0);
    const analyst = await addMember(bench.db, bench.org.id, "analyst@lines.example", "analyst");
    expect(await asked(bench.org.id, analyst)).toBeGreaterThan(10);
    await expect(
      asMember(bench.db, { orgId: bench.org.id, userId: analyst }, (c) =>
        c.query("select lineage.record_columns('x', '{\"columns\": []}', 'pipeline:x')"),
      ),
    ).rejects.toMatchObject({ code: "42501" });
  });

  it("ends with its dataset, and the past stays", async () => {
    const before = await now();
    const id = (await bench.query<{ id: string }>("select id from data.datasets where name = 'revenue'"))[0]!
      .id;
    const owner = await addMember(bench.db, bench.org.id, "owner@lines.example", "owner");
    await asMember(bench.db, { orgId: bench.org.id, userId: owner }, (c) =>
      c.query("select data.drop_dataset($1)", [id]),
    );
    expect(await graph("revenue", null, "up", 1)).toEqual([]);
    expect((await graph("revenue", null, "up", 1, before)).length).toBeGreaterThan(3);
    expect(
      await asService(
        bench.db,
        bench.org.id,
        async (c) =>
          (await c.query("select from lineage.nodes where name = 'revenue' and kind = 'dataset'")).rowCount,
      ),
    ).toBe(1);
  });
});
