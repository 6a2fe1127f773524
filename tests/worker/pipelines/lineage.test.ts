/** Lineage that pipelines and models tell of themselves: walked column by column from a model up to a file's columns. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { declare } from "../support.ts";
import { createPipelines, type Pipelines } from "./support.ts";

let p: Pipelines;
beforeAll(async () => {
  p = await createPipelines();
  await declare(
    p.bench,
    "customers",
    [
      { name: "id", type: "integer" },
      { name: "country", type: "text" },
    ],
    ["id"],
  );
  await p.bench.load("customers", "id,country\n1,AT\n2,CH\n");
});
afterAll(() => p.bench.close());

interface Edge {
  level: number;
  from_kind: string;
  from_name: string;
  from_column: string;
  to_name: string;
  to_column: string;
  subtype: string;
  source: string;
}

const up = (dataset: string, column: string | null, at: string | null = null) =>
  p.bench.query<Edge>("select * from lineage.graph($1, $2, 'up', 10, $3)", [dataset, column, at]);
const show = (edges: Edge[]): string[] =>
  edges
    // What an expression asks of a column (CONDITIONAL) comes beside what it makes of it.
    .filter((e) => e.from_kind !== "file" && e.subtype !== "CONDITIONAL")
    .map(
      (e) =>
        `${e.to_name}.${e.to_column} <- ${e.from_kind} ${e.from_name}.${e.from_column} ${e.subtype} (${e.source})`,
    );

const SALES = {
  input: { kind: "file" },
  steps: [
    { kind: "rename", fields: { betrag: "amount" } },
    { kind: "cast", fields: { amount: "numeric", customer: "integer" } },
    { kind: "derive", fields: { gross: "amount * number(rate)" } },
    { kind: "join", dataset: "customers", on: { customer: "id" }, fields: { country: "country" } },
    { kind: "filter", where: "gross > 0" },
    { kind: "split", where: "country = 'CH'", output: { dataset: "swiss", key_fields: ["id"] } },
    { kind: "select", fields: ["id", "gross", "country"] },
  ],
  output: { dataset: "sales", key_fields: ["id"] },
};
const FILE = "id,customer,betrag,rate\n1,1,10,2\n2,2,5,3\n3,1,7,1\n";

it("a model's column walks up through its dataset and the pipeline's steps to the columns of the file and of joined datasets", async () => {
  await p.create("sell", SALES);
  expect((await p.run("sell", FILE)).load).toMatchObject({ status: "succeeded", inserted: 2 });
  await p.create("by_country", {
    kind: "model",
    sql: "select s.country, sum(s.gross) as total from sales s group by s.country",
    dataset: "per_country",
    materialized: "table",
    key_fields: ["country"],
  });
  expect((await p.run("by_country")).load).toMatchObject({ status: "succeeded" });

  const total = await up("per_country", "total");
  expect(show(total)).toEqual([
    "per_country.total <- dataset sales.gross AGGREGATION (model:by_country)",
    "sales.gross <- pipeline sell.betrag TRANSFORMATION (pipeline:sell)",
    "sales.gross <- pipeline sell.rate TRANSFORMATION (pipeline:sell)",
  ]);
  // The pipeline's own input, beside the files that it made of it.
  expect(
    total
      .filter((e) => e.from_kind === "file")
      .map((e) => `${e.to_name}.${e.to_column} <- ${e.from_name}.${e.from_column}`),
  ).toEqual([
    "per_country.total <- by_country.csv.total",
    "sales.gross <- sell.csv.gross",
    "sell.betrag <- input.csv.betrag",
    "sell.rate <- input.csv.rate",
  ]);
  expect(show(await up("per_country", "country"))).toEqual([
    "per_country.country <- dataset sales.country IDENTITY (model:by_country)",
    "sales.country <- dataset customers.country IDENTITY (pipeline:sell)",
  ]);
  // What decides about rows: the join, the filter and the split.
  const rows = show(await up("sales", null)).filter((line) => line.startsWith("sales. <-"));
  expect(rows).toContain("sales. <- dataset customers.id JOIN (pipeline:sell)");
  expect(rows).toContain("sales. <- pipeline sell.betrag FILTER (pipeline:sell)");
  expect(show(await up("swiss", "gross"))).toContain(
    "swiss.gross <- pipeline sell.rate TRANSFORMATION (pipeline:sell)",
  );
});

it("input file, execution, output file and dataset are linked by edges", async () => {
  const edges = await p.bench.db.admin.query<{ from_kind: string; to_kind: string; chain: string }>(
    `with recursive walk as (
       select e.from_kind, e.from_id, e.to_kind, e.to_id, e.from_kind || ' > ' || e.to_kind as chain
         from lineage.edges e join ingest.pipeline_runs r on r.file_id = e.from_id where e.to_kind = 'pipeline_run'
       union all
       select e.from_kind, e.from_id, e.to_kind, e.to_id, w.chain || ' > ' || e.to_kind
         from walk w join lineage.edges e on e.from_kind = w.to_kind and e.from_id = w.to_id)
     select distinct chain from walk where to_kind = 'dataset'`,
  );
  expect(edges.rows.map((r) => r.chain)).toContain("file > pipeline_run > file > run > dataset");
  const inputs = await p.bench.query(
    `select distinct d.name from lineage.edges e join data.datasets d on d.id = e.from_id
      where e.from_kind = 'dataset' and e.to_kind = 'pipeline_run' order by 1`,
  );
  expect(inputs).toEqual([{ name: "customers" }, { name: "sales" }]);
});

it("a new version changes what is told, and the past stays", async () => {
  const [{ at }] = (await p.bench.query<{ at: string }>("select clock_timestamp()::text as at")) as [
    { at: string },
  ];
  const steps = SALES.steps.map((s) =>
    s.kind === "derive" ? { kind: "derive", fields: { gross: "amount * 2" } } : s,
  );
  const changed = { ...SALES, steps: steps.filter((s) => s.kind !== "split") };
  await p.bench.query("select ingest.save_pipeline('sell', $1)", [JSON.stringify(changed)]);
  await p.run("sell", FILE.replace("7,1", "8,1"));
  expect(show(await up("sales", "gross"))).toEqual([
    "sales.gross <- pipeline sell.betrag TRANSFORMATION (pipeline:sell)",
  ]);
  expect(show(await up("sales", "gross", at)).length).toBe(2);
  expect(show(await up("swiss", "gross"))).toEqual([]);
});

it("a view model and SQL of the organization's own words are followed; a dropped pipeline ends what it told", async () => {
  await p.create("live", {
    kind: "model",
    sql: "select id, upper(country) as land from customers where id > 0",
    dataset: "lands",
    materialized: "view",
  });
  expect((await p.run("live")).status).toBe("succeeded");
  expect(show(await up("lands", "land"))).toEqual([
    "lands.land <- dataset customers.country TRANSFORMATION (model:live)",
  ]);
  await p.create("own", {
    input: { kind: "dataset", name: "customers" },
    steps: [{ kind: "sql", sql: "select i.id, s.total from input i join per_country s using (country)" }],
    output: { dataset: "joined", key_fields: ["id"] },
  });
  await p.run("own");
  expect(show(await up("joined", "total")).slice(0, 1)).toEqual([
    "joined.total <- dataset per_country.total IDENTITY (pipeline:own)",
  ]);

  await p.bench.query("select ingest.drop_pipeline('own')");
  expect(show(await up("joined", "total"))).toEqual([]);
});
