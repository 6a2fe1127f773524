/** What bad files get: a clear end or rejected rows with reasons; nothing half loaded, and the next file goes on. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, countsOf, createLoader, declare } from "./support.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await createLoader();
});
afterAll(() => bench.close());

let number = 0;
const fresh = () => `bad_${++number}`;

describe("a file that cannot be loaded fails with a reason and makes no dataset", () => {
  const files: [string, string | Uint8Array, { key?: string[]; code: string; says: RegExp }][] = [
    ["empty", "", { code: "IN012", says: /no record/ }],
    ["blank lines only", "\n\n \n", { code: "IN012", says: /no record/ }],
    ["a ZIP archive", new Uint8Array([0x50, 0x4b, 3, 4, 1, 2, 3]), { code: "IN012", says: /ZIP/ }],
    ["without the key's column", "a,b\n1,2\n", { key: ["id"], code: "IN010", says: /key field id/ }],
    ["a JSON document without records", "[\n[1, 2]\n]\n", { code: "IN012", says: /no objects/ }],
    [
      "JSON that breaks off",
      '[\n{"a": 1},\n{"a": 2}\n',
      { code: "IN012", says: /line 4: the file breaks off/ },
    ],
  ];
  for (const [what, content, wanted] of files) {
    it(what, async () => {
      const name = fresh();
      const run = await bench.load(name, content, wanted.key === undefined ? {} : { key: wanted.key });
      expect(run.status).toBe("failed");
      expect(run.error).toMatchObject({ code: wanted.code, message: expect.stringMatching(wanted.says) });
      expect(run.error!.hint).not.toBe("");
      expect(await bench.query("select 1 from data.datasets where name = $1", [name])).toEqual([]);
      expect(await bench.query("select 1 from ingest.row_issues where run_id = $1", [run.id])).toEqual([]);
    });
  }
});

describe("against a contract", () => {
  beforeAll(async () => {
    await declare(
      bench,
      "contracted",
      [
        { name: "id", type: "integer" },
        { name: "amount", type: "numeric", sourceName: "Amount  EUR", required: true },
        { name: "note", type: "text" },
      ],
      ["id"],
    );
  });

  it("a header without a required column fails, one without an optional column leaves it as it is", async () => {
    const lacks = await bench.load("contracted", "id,note\n1,a\n");
    expect(lacks.error).toMatchObject({
      code: "IN011",
      message: "the file has no column for the required field amount",
    });
    await bench.load("contracted", "id,amount,note\n1,2,kept\n");
    const run = await bench.load("contracted", "ID,amount eur\n1,3\n2,4\n");
    expect(countsOf(run)).toMatchObject({ read: 2, inserted: 1, updated: 1 });
    expect(await bench.query("select id, amount, note from org_acme.contracted order by id")).toEqual([
      { id: 1, amount: "3", note: "kept" },
      { id: 2, amount: "4", note: null },
    ]);
  });

  it("unknown columns are left out where the dataset says so, with a warning that names them", async () => {
    await bench.query(
      "select from data.datasets d, data.alter_dataset(d.id, $1) where d.name = 'contracted'",
      [JSON.stringify([{ op: "evolution", columns: "discard_value" }])],
    );
    const run = await bench.load("contracted", "id,amount,colour,size\n5,1,red,XL\n");
    expect(countsOf(run)).toMatchObject({ read: 1, inserted: 1 });
    expect(
      await bench.query(
        "select line::int, rule, severity, rejected, message from ingest.row_issues where run_id = $1",
        [run.id],
      ),
    ).toEqual([
      {
        line: 1,
        rule: "unknown_column",
        severity: "warning",
        rejected: false,
        message: "2 columns colour, size are not in the dataset's contract and were not loaded",
      },
    ]);
  });

  it("a header only loads zero rows", async () => {
    const run = await bench.load("contracted", "id,amount,note\n");
    expect(run.status).toBe("succeeded");
    expect(countsOf(run)).toEqual({
      read: 0,
      inserted: 0,
      updated: 0,
      unchanged: 0,
      deleted: 0,
      rejected: 0,
      duplicate: 0,
    });
  });

  it("ragged rows, NUL bytes and wrong bytes cost their own rows only; a stray quote stays in its value", async () => {
    const bytes = Buffer.concat([
      Buffer.from("id,amount,note\n11,1,a\n12,1\n13,1,b,c\n14,1,nul\0\n15,1,"),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('\n16,1,z\n17,1,"open\n'),
    ]);
    const run = await bench.load("contracted", bytes, { options: { dialect: { encoding: "utf-8" } } });
    expect(run.status).toBe("succeeded");
    expect(run.read).toBe(run.inserted + run.rejected);
    expect(
      await bench.query("select id, note from org_acme.contracted where id between 11 and 19 order by id"),
    ).toEqual([
      { id: 11, note: "a" },
      { id: 16, note: "z" },
      { id: 17, note: '"open' },
    ]);
    const rules = await bench.query<{ rule: string }>(
      "select rule from ingest.row_issues where run_id = $1 order by line",
      [run.id],
    );
    expect(rules.map((r) => r.rule)).toEqual(["ragged_row", "ragged_row", "nul_byte", "encoding"]);
  });

  it("options that are none are refused by name", async () => {
    const run = await bench.load("contracted", "id,amount\n1,1\n", {
      options: { dialect: { delimitter: ";" } },
    });
    expect(run).toMatchObject({ status: "failed", error: { code: "IN016" } });
  });

  it("words that PostgreSQL takes for dates are no dates", async () => {
    await declare(
      bench,
      "days",
      [
        { name: "id", type: "integer" },
        { name: "day", type: "date" },
      ],
      ["id"],
    );
    const run = await bench.load("days", "id,day\n1,2026-01-31\n2,31/01/2026\n3,01/02/2026\n");
    expect(countsOf(run)).toMatchObject({ inserted: 1, rejected: 2 });
  });
});

describe("JSON lines", () => {
  it("load by field names; fields may come late, unknown ones are noted", async () => {
    await declare(
      bench,
      "events",
      [
        { name: "id", type: "integer" },
        { name: "kind", type: "text" },
        { name: "late", type: "integer" },
        { name: "data", type: "jsonb" },
      ],
      ["id"],
    );
    const run = await bench.load(
      "events",
      '{"id":1,"kind":"a","data":{"x":[1]}}\n{"id":2,"kind":null}\nnot json\n{"id":3,"late":7}\n',
    );
    expect(countsOf(run)).toMatchObject({ read: 4, inserted: 3, rejected: 1 });
    expect(await bench.query("select id, kind, late, data from org_acme.events order by id")).toEqual([
      { id: 1, kind: "a", late: null, data: { x: [1] } },
      { id: 2, kind: null, late: null, data: null },
      { id: 3, kind: null, late: 7, data: null },
    ]);
  });
});

describe("a store that is down", () => {
  it("makes the run wait, with its reason, and go on by itself", async () => {
    const submitted = await bench.submit(fresh(), "a,b\n1,2\n");
    const down = {
      ...bench.store,
      size: () => Promise.reject(Object.assign(new Error("connect"), { code: "ECONNREFUSED" })),
    };
    expect(await bench.run(submitted.id, { store: down })).toBe("waiting");
    expect(await bench.runRow(submitted.id)).toMatchObject({ status: "waiting" });
    const jobs = await bench.db.admin.query(
      "select count(*)::int as n from graphile_worker.jobs where key = $1",
      [`run:${submitted.id}`],
    );
    expect(jobs.rows).toEqual([{ n: 1 }]);
    expect(await bench.run(submitted.id)).toBe("succeeded");
  });
});
