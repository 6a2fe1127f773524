/** A dry run shows each step's rows and leaves nothing behind: no object, no row of any table. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addMember, asMember } from "../../support/database.ts";
import { declare } from "../support.ts";
import { createPipelines, type Pipelines } from "./support.ts";

let p: Pipelines;
let file: string;
const definition = {
  input: { kind: "file" },
  steps: [
    { kind: "cast", fields: { n: "integer" }, on_error: "null" },
    { kind: "filter", where: "n > 1" },
    { kind: "split", where: "n > 2", output: { dataset: "large", mode: "append" } },
  ],
  output: { dataset: "small", mode: "append" },
};

beforeAll(async () => {
  p = await createPipelines();
  await p.create("tried", definition);
  file = await p.upload("tried", "n,name\n1,a\n2,b\n3,c\nx,d\n");
  // The login is made on first use and stays.
  await p.tryOut({ pipeline: "tried", fileId: file });
});
afterAll(() => p.bench.close());

/** Every row of every table, but for what changes by being looked at. */
async function everything(): Promise<Record<string, string>> {
  const { admin } = p.bench.db;
  const { rows } = await admin.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname not in ('pg_catalog', 'information_schema') and schemaname !~ '^pg_' and schemaname <> 'graphile_worker' order by 1`,
  );
  const digests: Record<string, string> = {};
  for (const { name } of rows) {
    const { rows: found } = await admin.query<{ d: string }>(
      `select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as d from ${name} t`,
    );
    digests[name] = found[0]!.d;
  }
  return digests;
}

describe("a dry run", () => {
  it("shows each step's columns, rows in and out, and samples; of each output its rows and contract", async () => {
    const trial = await p.tryOut({ pipeline: "tried", fileId: file });
    expect(trial.error).toBeNull();
    expect(trial.steps.map((s) => [s.kind, s.rowsIn, s.rowsOut])).toEqual([
      ["file", 4, 4],
      ["cast", 4, 4],
      ["filter", 4, 2],
      ["split", 2, 1],
    ]);
    expect(trial.steps[2]).toMatchObject({
      columns: [
        { name: "n", type: "integer" },
        { name: "name", type: "text" },
        { name: "_source_line", type: "bigint" },
      ],
      sampleIn: [
        ["1", "a", "2"],
        ["2", "b", "3"],
        ["3", "c", "4"],
        [null, "d", "5"],
      ],
      sampleOut: [
        ["2", "b", "3"],
        ["3", "c", "4"],
      ],
    });
    expect(trial.outputs).toMatchObject([
      {
        dataset: "small",
        rows: 1,
        step: null,
        contract: [
          { name: "n", type: "integer" },
          { name: "name", type: "text" },
        ],
      },
      { dataset: "large", rows: 1, step: 3 },
    ]);
  });

  it("leaves nothing behind, neither when it succeeds nor when it fails", async () => {
    const before = await everything();
    const stored: string[] = [];
    const { store } = p.bench;
    p.context.store = {
      ...store,
      async put(...args) {
        stored.push(args[0]);
        return store.put(...args);
      },
    };
    await p.tryOut({ pipeline: "tried", fileId: file });
    await p.tryOut({
      definition: { ...definition, steps: [{ kind: "filter", where: "nothing" }] },
      fileId: file,
    });
    expect(await everything()).toEqual(before);
    expect(stored).toEqual([]);
  });

  it("takes the first rows only, and says so", async () => {
    const trial = await p.tryOut({ pipeline: "tried", fileId: file, rows: 2 });
    expect(trial).toMatchObject({ limited: true, steps: [{ rowsOut: 2 }, {}, {}, {}] });
  });

  it("tells a failure with the steps before it, the database's words and a sample", async () => {
    const trial = await p.tryOut({
      definition: {
        ...definition,
        steps: [definition.steps[1], { kind: "sql", sql: "select n::date as d from input" }],
      },
      fileId: file,
    });
    // "n" is text here, so that the filter's mistake comes first.
    expect(trial).toMatchObject({
      error: { code: "IN061", step: 1, position: 5 },
      steps: [{ kind: "file" }],
    });
    const second = await p.tryOut({
      definition: { ...definition, steps: [{ kind: "sql", sql: "select name::date as d from input" }] },
      fileId: file,
    });
    expect(second).toMatchObject({ error: { code: "IN070", step: 1, told: expect.stringContaining('"a"') } });
  });

  it("is for whoever asked: nobody else takes the answer, and it is given once", async () => {
    const { db, org, manager } = p.bench;
    const other = await addMember(db, org.id, "other@acme.example", "editor");
    const [{ id }] = (await p.bench.query<{ id: string }>(
      "select ingest.start_trial('tried', null, $1) as id",
      [file],
    )) as [{ id: string }];
    const take = (userId: string) =>
      asMember(
        db,
        { orgId: org.id, userId },
        async (c) => (await c.query("select ingest.take_trial($1) as a", [id])).rows[0],
      );
    await expect(take(other)).rejects.toMatchObject({ code: "IN005" });
    expect(await take(manager)).toEqual({ a: null });
  });

  it("sees what who asked may see: masks and filters hold, a bound person's file is refused", async () => {
    const { db, org } = p.bench;
    await declare(
      p.bench,
      "people",
      [
        { name: "id", type: "integer" },
        { name: "salary", type: "integer" },
      ],
      ["id"],
    );
    const load = await p.bench.load("people", "id,salary\n1,1000\n2,2000\n");
    const owner = await addMember(db, org.id, "owner@acme.example", "owner");
    await asMember(db, { orgId: org.id, userId: owner }, (c) =>
      c.query("select access.create_policy('pay', 'mask', mask => $1, roles => '{editor}')", [
        JSON.stringify({ kind: "null", fields: ["salary"] }),
      ]),
    );
    const editor = await addMember(db, org.id, "editor@acme.example", "editor");
    const people = {
      input: { kind: "dataset", name: "people" },
      steps: [],
      output: { dataset: "copy", key_fields: ["id"] },
    };
    const masked = await p.tryOut({ definition: people }, editor);
    expect(masked.steps[0]!.sampleOut).toEqual([
      ["1", null],
      ["2", null],
    ]);
    expect((await p.tryOut({ definition: people })).steps[0]!.sampleOut).toEqual([
      ["1", "1000"],
      ["2", "2000"],
    ]);
    const raw = { ...people, input: { kind: "file" } };
    await expect(p.tryOut({ definition: raw, fileId: load.file_id }, editor)).rejects.toMatchObject({
      code: "42501",
    });
    // Nor does a pipeline carry it out: what it loads is what they see.
    await p.create("copy", people);
    await p.run("copy", undefined, editor);
    expect(await p.rows("copy")).toMatchObject([
      { id: 1, salary: null },
      { id: 2, salary: null },
    ]);
  });
});
