/** Every kind of step over real files, and what a failure tells. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { declare } from "../support.ts";
import { createPipelines, type Pipelines } from "./support.ts";

let p: Pipelines;
beforeAll(async () => {
  p = await createPipelines();
  await declare(
    p.bench,
    "countries",
    [{ name: "code" }, { name: "name" }, { name: "area", type: "integer" }],
    ["code"],
  );
  await p.bench.load("countries", "code,name,area\nDE,Germany,357\nFR,France,551\n");
});
afterAll(() => p.bench.close());

const file = { kind: "file" };
let count = 0;

/** Runs steps over a file into a new dataset. */
async function through(steps: unknown[], content: string, output: object = {}, input: object = file) {
  const name = `p${++count}`;
  await p.create(name, { input, steps, output: { dataset: name, mode: "append", ...output } });
  const done = await p.run(name, content);
  const rows = done.load?.status === "succeeded" ? await p.rows(name, "source_line") : [];
  return { done, rows, name };
}

const pick = (rows: Record<string, unknown>[], ...names: string[]) => rows.map((r) => names.map((n) => r[n]));

describe("steps", () => {
  it("rename, select", async () => {
    const { rows, done } = await through(
      [
        { kind: "rename", fields: { order_no: "id" } },
        { kind: "select", fields: ["id", "note"] },
      ],
      "Order No,Note,Rest\n1,a,x\n2,b,y\n",
    );
    expect(pick(rows, "id", "note")).toEqual([
      [1, "a"],
      [2, "b"],
    ]);
    expect(done.steps.map((s) => [s.position, s.kind, s.rows_in, s.rows_out])).toEqual([
      [0, "file", 2, 2],
      [1, "rename", 2, 2],
      [2, "select", 2, 2],
    ]);
  });

  it("cast: types, national numbers and dates, tokens for null; the new dataset has those types", async () => {
    const { rows, name } = await through(
      [
        {
          kind: "cast",
          fields: {
            n: "integer",
            price: { type: "numeric", decimal: "," },
            day: { type: "date", order: "dmy" },
            ok: "boolean",
          },
        },
      ],
      'n;price;day;ok;text\n1;"1.234,50";31.12.2025;t;007\nNA;0,5;01/02/2026;no;\n',
    );
    expect(rows.map((r) => [r.n, r.price, (r.day as Date).toISOString().slice(0, 10), r.ok, r.text])).toEqual(
      [
        [1, "1234.50", "2025-12-31", true, "007"],
        [null, "0.5", "2026-02-01", false, null],
      ],
    );
    const fields = await p.bench.query(
      "select f.name, f.type from data.fields f join data.datasets d on d.id = f.dataset_id where d.name = $1 order by position",
      [name],
    );
    expect(fields.map((f) => Object.values(f))).toEqual([
      ["n", "integer"],
      ["price", "numeric"],
      ["day", "date"],
      ["ok", "boolean"],
      ["text", "text"],
    ]);
  });

  it("cast: what does not fit stops it with line and value apart, or becomes null", async () => {
    const content = "id,n\n1,5\n2,x\n3,1.5\n";
    const { done } = await through(
      [
        { kind: "derive", fields: { a: "id" } },
        { kind: "cast", fields: { n: "integer" } },
      ],
      content,
    );
    expect(done.outcome).toBe("failed");
    expect(done.error).toMatchObject({
      code: "IN066",
      step: 2,
      message: expect.stringContaining("2 values of n are no integer"),
    });
    expect(JSON.stringify(done.error)).not.toContain("1.5");
    expect(done.steps.map((s) => s.position)).toEqual([0, 1]);
    const kept = await p.bench.query(
      "select sample from ingest.pipeline_failures where pipeline_run_id = $1",
      [done.id],
    );
    expect(kept).toEqual([
      {
        sample: [
          { line: 3, column: "n", value: "x" },
          { line: 4, column: "n", value: "1.5" },
        ],
      },
    ]);
    const { rows } = await through([{ kind: "cast", fields: { n: "integer" }, on_error: "null" }], content);
    expect(pick(rows, "n")).toEqual([[5], [null], [null]]);
  });

  it("derive: expressions, SQL, and the line that a row came from", async () => {
    const { rows } = await through(
      [
        {
          kind: "derive",
          fields: {
            total: "number(amount) * 2",
            line: "_source_line",
            big: "if(number(amount) > 10, 'big', 'small')",
            parts: { sql: "array_length(string_to_array(note, ' '), 1)" },
            note: "upper(note)",
          },
        },
      ],
      "amount,note\n12.5,a b c\n3,d\n",
    );
    expect(pick(rows, "total", "line", "big", "parts", "note")).toEqual([
      ["25.0", "2", "big", 3, "A B C"],
      ["6", "3", "small", 1, "D"],
    ]);
  });

  it("filter, deduplicate", async () => {
    const { rows, done } = await through(
      [
        { kind: "cast", fields: { n: "integer" } },
        { kind: "filter", where: "n is not null and name <> ''" },
        { kind: "deduplicate", keys: ["name"], order: [{ field: "n", direction: "desc" }] },
      ],
      "name,n\na,1\nb,2\na,3\n,4\nb,\n",
    );
    expect(pick(rows, "name", "n")).toEqual([
      ["b", 2],
      ["a", 3],
    ]);
    expect(done.steps.map((s) => s.rows_out)).toEqual([5, 5, 3, 2]);
  });

  it("split: a field into several; rows to a second dataset, loaded by the same execution", async () => {
    const { rows, done } = await through(
      [
        { kind: "split", field: "name", separator: " ", into: ["first", "last"] },
        { kind: "split", where: "number(n) is null", output: { dataset: "odd_rows", mode: "append" } },
      ],
      "name,n\nAda Lovelace,1\nAlan Turing,x\nGrace,2\n",
    );
    expect(pick(rows, "first", "last", "n")).toEqual([
      ["Ada", "Lovelace", 1],
      ["Grace", null, 2],
    ]);
    expect(pick(await p.rows("odd_rows"), "first", "n")).toEqual([["Alan", "x"]]);
    expect(done.steps[2]).toMatchObject({ rows_in: 3, rows_out: 2, run_id: expect.any(String) });
  });

  it("join with a dataset: left keeps, inner leaves out", async () => {
    const content = "id,country\n1,DE\n2,XX\n3,FR\n";
    const join = {
      kind: "join",
      dataset: "countries",
      on: { country: "code" },
      fields: { country_name: "name", area: "area" },
    };
    const left = await through([join], content);
    expect(pick(left.rows, "id", "country_name", "area")).toEqual([
      ["1", "Germany", 357],
      ["2", null, null],
      ["3", "France", 551],
    ]);
    const inner = await through([{ ...join, type: "inner" }], content);
    expect(pick(inner.rows, "id")).toEqual([["1"], ["3"]]);
  });

  it("mask: null, constant, partial, and a hash with the organization's own key", async () => {
    const { rows } = await through(
      [
        { kind: "mask", fields: ["a"], method: "null" },
        { kind: "mask", fields: ["b"], method: "constant", value: "it's \\ hidden" },
        { kind: "mask", fields: ["c"], method: "partial", last: 2 },
        { kind: "mask", fields: ["d"], method: "hash" },
      ],
      "id,a,b,c,d\n1,x,x,12345,same\n2,x,x,1,same\n3,x,x,,other\n",
    );
    expect(pick(rows, "a", "b", "c")).toEqual([
      [null, "it's \\ hidden", "***45"],
      [null, "it's \\ hidden", "*"],
      [null, "it's \\ hidden", null],
    ]);
    const [one, two, three] = rows.map((r) => r.d);
    expect(one).toMatch(/^[0-9a-f]{64}$/);
    expect(two).toBe(one);
    expect(three).not.toBe(one);
  });

  it("sql over the step before and the organization's datasets", async () => {
    const { rows } = await through(
      [
        {
          kind: "sql",
          sql: "select c.name, count(*) as n -- how many\nfrom input i join countries c on c.code = i.country group by c.name order by c.name",
        },
      ],
      "id,country\n1,DE\n2,DE\n3,FR\n",
    );
    expect(pick(rows, "name", "n")).toEqual([
      ["France", "1"],
      ["Germany", "2"],
    ]);
  });

  it("a dataset as the input: its own columns, whatever its view adds", async () => {
    await p.create("from_countries", {
      input: { kind: "dataset", name: "countries" },
      steps: [{ kind: "derive", fields: { twice: "area * 2" } }],
      output: { dataset: "from_countries", key_fields: ["code"] },
    });
    const done = await p.run("from_countries");
    expect(done.load).toMatchObject({ status: "succeeded", inserted: 2 });
    expect(pick(await p.rows("from_countries"), "code", "area", "twice")).toEqual([
      ["DE", 357, "714"],
      ["FR", 551, "1102"],
    ]);
    // Once more: loaded again, nothing changes.
    expect((await p.run("from_countries")).load).toMatchObject({ status: "succeeded", unchanged: 2 });
  });
});

describe("a messy file", () => {
  const content = Buffer.from(
    'Bericht vom 1. März\r\n\r\nKunde;Betrag;Datum;E-Mail\r\n"M\xfcller; Anna";1.234,50;31.12.2025;anna@example.org\r\nBerg;12,00;01.01.2026;berg@example.org\r\nBerg;12,00;01.01.2026;berg@example.org\r\nzu;viel;hier;drin;jetzt\r\nOhne;;;\r\n',
    "latin1",
  );
  const steps = [
    { kind: "rename", fields: { kunde: "customer", betrag: "amount", datum: "day", e_mail: "email" } },
    {
      kind: "cast",
      fields: { amount: { type: "numeric", decimal: "," }, day: { type: "date", order: "dmy" } },
    },
    { kind: "filter", where: "amount is not null" },
    { kind: "deduplicate", keys: ["customer", "day"] },
    { kind: "mask", fields: ["email"], method: "partial", first: 1 },
  ];

  it("is read, cleaned and loaded; the line that is no record is told first", async () => {
    await p.create("messy", {
      input: { kind: "file", delimiter: ";" },
      steps,
      output: { dataset: "messy", key_fields: ["customer"] },
    });
    const refused = await p.run("messy", content);
    expect(refused.error).toMatchObject({ code: "IN068", step: 0, position: 7 });
    await p.bench.query("select ingest.save_pipeline('messy', $1)", [
      JSON.stringify({
        input: { kind: "file", delimiter: ";", bad_records: "skip" },
        steps,
        output: { dataset: "messy", key_fields: ["customer"] },
      }),
    ]);
    const done = await p.run("messy", content);
    expect(done.error).toBeNull();
    expect(done.steps.map((s) => [s.rows_in, s.rows_out])).toEqual([
      [5, 4],
      [4, 4],
      [4, 4],
      [4, 3],
      [3, 2],
      [2, 2],
    ]);
    expect(pick(await p.rows("messy"), "customer", "amount", "email")).toEqual([
      ["Berg", "12.00", "b***************"],
      ["Müller; Anna", "1234.50", "a***************"],
    ]);
    // The same file through the same version is the same file.
    const again = await p.run("messy", content);
    expect(again).toMatchObject({ status: "submitted", load: { status: "duplicate" } });
  });
});

describe("mistakes are told with step and place", () => {
  const cases: [string, unknown, string, Partial<Record<string, unknown>>][] = [
    [
      "a column that is not there",
      { kind: "select", fields: ["price"] },
      "IN065",
      { hint: expect.stringContaining("id, n") },
    ],
    ["an expression's mistake", { kind: "filter", where: "n > 5" }, "IN061", { position: 5 }],
    ["SQL that is no select", { kind: "sql", sql: "delete from countries" }, "IN062", {}],
    ["two statements", { kind: "sql", sql: "select 1; select 2" }, "IN062", {}],
    ["a syntax error", { kind: "sql", sql: "select id frm input where" }, "IN062", { position: 15 }],
    [
      "a column that SQL does not find",
      { kind: "sql", sql: "select id, price from input" },
      "IN070",
      { position: 12 },
    ],
    [
      "a value that SQL cannot take",
      { kind: "sql", sql: "select n::integer as n from input" },
      "IN070",
      { message: expect.not.stringContaining("secret-value") },
    ],
    [
      "a dataset that is not there",
      { kind: "join", dataset: "nowhere", on: { id: "id" }, fields: { x: "x" } },
      "IN065",
      {},
    ],
    ["a clash of names", { kind: "rename", fields: { id: "n" } }, "IN065", {}],
    [
      "a breakout of an expression",
      { kind: "derive", fields: { x: { sql: "1) from countries --" } } },
      "IN062",
      {},
    ],
  ];
  it.each(cases)("%s", async (_what, step, code, more) => {
    const { done } = await through([step], "id,n\n1,secret-value\n");
    expect(done.error).toMatchObject({ code, step: 1, ...more });
    expect(done.steps).toMatchObject([{ position: 0, rows_out: 1 }]);
    expect(done.load).toBeNull();
  });
});
