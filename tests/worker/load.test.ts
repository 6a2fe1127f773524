/** One file becomes rows with versions; counts add up; what cannot be loaded says why. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, countsOf, createLoader, declare } from "./support.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await createLoader();
});
afterAll(() => bench.close());

describe("a first file", () => {
  it("makes the dataset, infers its types and loads its rows", async () => {
    const run = await bench.load(
      "orders",
      "id,customer,amount,placed\n1,ann,10.50,2026-01-02\n2,bob,NA,2026-01-03\n",
      { key: ["id"] },
    );
    expect(run.error).toBeNull();
    expect(run.status).toBe("succeeded");
    expect(countsOf(run)).toEqual({
      read: 2,
      inserted: 2,
      updated: 0,
      unchanged: 0,
      deleted: 0,
      rejected: 0,
      duplicate: 0,
    });
    const rows = await bench.query(
      "select id, customer, amount, placed::text, version, change_type, composite_key from org_acme.orders order by id",
    );
    expect(rows).toEqual([
      {
        id: 1,
        customer: "ann",
        amount: "10.50",
        placed: "2026-01-02",
        version: 1,
        change_type: "insert",
        composite_key: "acme/orders/1",
      },
      {
        id: 2,
        customer: "bob",
        amount: null,
        placed: "2026-01-03",
        version: 1,
        change_type: "insert",
        composite_key: "acme/orders/2",
      },
    ]);
  });

  it("is followed by an edition: only what differs becomes a version", async () => {
    const run = await bench.load(
      "orders",
      "id,customer,amount,placed\n1,ann,10.5,2026-01-02\n2,bob,7,2026-01-03\n3,cy,1,2026-01-04\n",
    );
    expect(countsOf(run)).toEqual({
      read: 3,
      inserted: 1,
      updated: 1,
      unchanged: 1,
      deleted: 0,
      rejected: 0,
      duplicate: 0,
    });
    const history = await bench.query(
      "select id, version, change_type, amount, changed_fields, valid_to is null as current, run_id = $1 as by_run from org_acme.orders_history where id = 2 order by version",
      [run.id],
    );
    expect(history).toEqual([
      {
        id: 2,
        version: 1,
        change_type: "insert",
        amount: null,
        changed_fields: [],
        current: false,
        by_run: false,
      },
      {
        id: 2,
        version: 2,
        change_type: "update",
        amount: "7",
        changed_fields: ["amount"],
        current: true,
        by_run: true,
      },
    ]);
  });

  it("in snapshot mode deletes what it does not hold; a row that comes back goes on counting", async () => {
    const run = await bench.load("orders", "id,customer,amount,placed\n1,ann,10.5,2026-01-02\n", {
      mode: "snapshot",
    });
    expect(countsOf(run)).toEqual({
      read: 1,
      inserted: 0,
      updated: 0,
      unchanged: 1,
      deleted: 2,
      rejected: 0,
      duplicate: 0,
    });
    const tomb = await bench.query(
      "select version, change_type, run_id = $1 as by_run from org_acme.orders_history where id = 2 order by version",
      [run.id],
    );
    expect(tomb.at(-1)).toEqual({ version: 3, change_type: "delete", by_run: true });
    const back = await bench.load("orders", "id,customer,amount,placed\n2,bob,8,2026-01-03\n");
    expect(countsOf(back)).toMatchObject({ inserted: 1 });
    expect(await bench.query("select version, change_type from org_acme.orders where id = 2")).toEqual([
      { version: 4, change_type: "insert" },
    ]);
  });

  it("is loaded once: the same bytes again are a duplicate, unless forced", async () => {
    const text = "id,customer,amount,placed\n9,zed,1,2026-01-02\n";
    const first = await bench.load("orders", text);
    const again = await bench.load("orders", text);
    expect(again.status).toBe("duplicate");
    expect(countsOf(again)).toEqual({
      read: 0,
      inserted: 0,
      updated: 0,
      unchanged: 0,
      deleted: 0,
      rejected: 0,
      duplicate: 0,
    });
    const files = await bench.query("select duplicate_of from ingest.files where id = $1", [again.file_id]);
    expect(files).toEqual([{ duplicate_of: first.file_id }]);
    const forced = await bench.load("orders", text, { force: true });
    expect(countsOf(forced)).toMatchObject({ read: 1, unchanged: 1 });
  });
});

describe("append", () => {
  it("keeps every row, keyed by file and line", async () => {
    await bench.load("log", "at,what\n2026-01-01,a\n2026-01-01,a\n");
    const run = await bench.load("log", "at,what\n2026-01-01,a\n");
    expect(countsOf(run)).toMatchObject({ read: 1, inserted: 1 });
    expect(
      await bench.query(
        "select count(*)::int as n, array_agg(source_line order by source_line) as lines from org_acme.log",
      ),
    ).toEqual([{ n: 3, lines: ["2", "2", "3"] }]);
  });
});

describe("within one file", () => {
  it("the first row of a key counts; equal ones are duplicates, others rejected", async () => {
    await declare(
      bench,
      "stock",
      [
        { name: "sku", type: "text" },
        { name: "qty", type: "numeric" },
      ],
      ["sku"],
    );
    const run = await bench.load("stock", "sku,qty\na,1\nb,2\na,1.0\nb,3\nb,2\na,x\n");
    expect(countsOf(run)).toEqual({
      read: 6,
      inserted: 2,
      updated: 0,
      unchanged: 0,
      deleted: 0,
      rejected: 2,
      duplicate: 2,
    });
    const issues = await bench.query(
      "select line::int, column_name, rule, value, message from ingest.row_issues where run_id = $1 order by line",
      [run.id],
    );
    expect(issues).toEqual([
      {
        line: 5,
        column_name: "sku",
        rule: "unique_key",
        value: "b",
        message: "the key (sku) stands on line 3 already, with other values",
      },
      { line: 7, column_name: "qty", rule: "type", value: "x", message: "qty must be a number; found 'x'" },
    ]);
    const rows = await bench.query(
      "select line::int, raw, record, status from ingest.rejected_rows where run_id = $1 order by line",
      [run.id],
    );
    expect(rows).toEqual([
      { line: 5, raw: "b,3", record: { sku: "b", qty: "3" }, status: "open" },
      { line: 7, raw: "a,x", record: { sku: "a", qty: "x" }, status: "open" },
    ]);
  });
});
