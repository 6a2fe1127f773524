import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import type pg from "pg";
import { AppError } from "../../lib/errors.ts";
import {
  type LineageColumn,
  type LineageSource,
  lineageOf,
  makeSchema,
  readSchema,
  type StatementLineage,
} from "../../lib/lineage/index.ts";
import { type Command, fail, findMember, findOrg, type Output, readStdin, withSession } from "../command.ts";
import { misused } from "../help.ts";
import { readDocument, toHtml, toMarkdown } from "../lineage-doc.ts";
import { table } from "../table.ts";

const MAX_FILE = 50_000_000;
const DEFAULT_DEPTH = 3;

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
  since: Date;
}

async function readText(file: string): Promise<string> {
  if (file === "-") return readStdin(MAX_FILE);
  return readFile(file, "utf8").catch(() =>
    fail("NOT_FOUND", `there is no file ${file}`, "Name a file, or - for standard input."),
  );
}

const place = (name: string, column: string): string => (column === "" ? name : `${name}.${column}`);
const how = (source: LineageSource): string =>
  `${place(source.table, source.column)} (${source.transformations.map((t) => t.subtype.toLowerCase()).join(", ")})`;

function describeColumns(columns: LineageColumn[]): string[] {
  return columns.map(
    (c) => `  ${c.name} <- ${c.sources.length === 0 ? "nothing" : c.sources.map(how).join(", ")}`,
  );
}

function describeStatement(found: StatementLineage): string {
  const lines = [
    found.target ? `${found.kind} ${found.target}` : found.kind,
    ...describeColumns(found.columns),
  ];
  for (const write of found.writes)
    lines.push(`  ${write.kind} ${write.target}`, ...describeColumns(write.columns));
  if (found.returning.length > 0) lines.push("  returning", ...describeColumns(found.returning));
  if (found.influences.length > 0) lines.push(`  rows: ${found.influences.map(how).join(", ")}`);
  for (const warning of found.warnings) lines.push(`  warning: ${warning}`);
  return lines.join("\n");
}

/** Says in which of the two files something is wrong. */
async function inFile<T>(file: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
    const where = file === "-" ? "standard input" : file;
    throw new AppError(cause.code, `${where}: ${cause.message}`, {
      ...(cause.hint === null ? {} : { hint: cause.hint }),
      cause,
    });
  }
}

/** One statement's lineage, or {statements} of several. */
async function ofSql(file: string, schemaFile: string | undefined, output: Output): Promise<number> {
  const schema =
    schemaFile === undefined
      ? makeSchema()
      : await inFile(schemaFile, readSchema(await readText(schemaFile)));
  const found = await inFile(file, lineageOf(await readText(file), schema));
  if (found.length === 0)
    fail("BAD_INPUT", `${file} has no statement that reads or writes rows`, "Give a query.");
  const text = found.map(describeStatement).join("\n\n");
  output.print(found.length === 1 ? found[0] : { statements: found }, text);
  return 0;
}

function describeEdges(edges: Edge[], direction: string): string {
  if (edges.length === 0) return "nothing is known";
  return edges
    .map((e) => {
      const from = `${e.from_kind} ${place(e.from_name, e.from_column)}`;
      const to = `${e.to_kind} ${place(e.to_name, e.to_column)}`;
      const step = direction === "up" ? `${to} <- ${from}` : `${from} -> ${to}`;
      return `${"  ".repeat(e.level - 1)}${step} (${e.subtype.toLowerCase()}, ${e.source})`;
    })
    .join("\n");
}

/** `orders.amount`: the last part is a column; an outsider's name is written with its namespace, columns by --column. */
function split(name: string): [dataset: string, column: string | null] {
  const dot = name.lastIndexOf(".");
  return dot > 0 && !name.includes("/") ? [name.slice(0, dot), name.slice(dot + 1)] : [name, null];
}

const OPTIONS = {
  org: { type: "string" },
  schema: { type: "string" },
  up: { type: "boolean" },
  down: { type: "boolean" },
  depth: { type: "string" },
  column: { type: "string" },
  at: { type: "string" },
  key: { type: "string" },
  as: { type: "string" },
} as const;

interface Asked {
  positionals: string[];
  values: { [name in keyof typeof OPTIONS]?: string | boolean | undefined };
}

const text = (value: string | boolean | undefined): string | null =>
  typeof value === "string" ? value : null;

async function graph(client: pg.PoolClient, { positionals, values }: Asked, output: Output): Promise<number> {
  const [dataset, column] = split(positionals[0]!);
  if (values.up && values.down) fail("USAGE", "choose one of --up and --down");
  const direction = values.down ? "down" : "up";
  const depth = values.depth === undefined ? DEFAULT_DEPTH : Number(values.depth);
  if (!Number.isInteger(depth)) fail("USAGE", "--depth is a whole number");
  const { rows } = await client.query<Edge>("select * from lineage.graph($1, $2, $3, $4, $5)", [
    dataset,
    text(values.column) ?? column,
    direction,
    depth,
    text(values.at),
  ]);
  output.print(rows, describeEdges(rows, direction));
  return 0;
}

async function printTable(
  client: pg.PoolClient,
  output: Output,
  sql: string,
  given: unknown[],
): Promise<number> {
  const { rows } = await client.query<Record<string, unknown>>(sql, given);
  output.print(rows, table(rows, "nothing"));
  return 0;
}

async function inOrganization(
  client: pg.PoolClient,
  asked: Asked,
  org: { slug: string },
  output: Output,
): Promise<number> {
  const { positionals, values } = asked;
  const [verb = "", name = ""] = positionals;
  if (verb === "doc") {
    const document = await readDocument(client, org.slug);
    const rendered = /\.html?$/i.test(name) ? toHtml(document) : toMarkdown(document);
    if (name !== "") await writeFile(name, rendered);
    const done = { file: name || null, datasets: document.datasets.length };
    output.print(
      name === "" ? { ...done, document } : done,
      name === "" ? rendered : `${name}: ${done.datasets} datasets`,
    );
    return 0;
  }
  if (verb !== "impact" && verb !== "what-if" && verb !== "row") return graph(client, asked, output);
  if (name === "") misused(lineage);
  const [dataset, column] = split(name);
  if (verb === "impact") {
    return printTable(client, output, "select * from lineage.impact($1, $2, $3)", [
      dataset,
      column,
      text(values.at),
    ]);
  }
  if (verb === "row") {
    const key =
      text(values.key) ??
      fail("USAGE", "--key is missing", "Give the row's key, for example --key '{\"id\": 1}'.");
    return printTable(client, output, "select * from lineage.row_origin($1, $2)", [name, key]);
  }
  if (column === null) fail("USAGE", "name the column as <dataset>.<column>");
  return printTable(client, output, "select * from lineage.what_if_removed($1, $2)", [dataset, column]);
}

export const lineage: Command = {
  about: "where a column, row or query comes from and what depends on it",
  usage: [
    "lineage <dataset>[.<column>] --org <slug> [--up|--down] [--depth <n>] [--at <moment>] [--as <email>]",
    "lineage impact <dataset>[.<column>] --org <slug> [--at <moment>] [--as <email>]",
    "lineage what-if <dataset>.<column> --org <slug> [--as <email>]",
    "lineage row <dataset> --key <json> --org <slug> [--as <email>]",
    "lineage sql <file.sql|-> [--schema <file.json|file.sql>]",
    "lineage doc [<file.md|file.html>] --org <slug> [--as <email>]",
  ],
  async run(args, output) {
    const { positionals, values } = parseArgs({ args, allowPositionals: true, options: OPTIONS });
    const [verb, file] = positionals;
    if (verb === undefined || (verb === "sql" && file === undefined)) {
      misused(lineage);
    }
    if (verb === "sql" && values.org === undefined) return ofSql(file!, values.schema, output);
    return withSession(async (session) => {
      const org = await findOrg(session, values.org);
      const userId = values.as ? await findMember(session, org, values.as) : null;
      return session.asOrg(
        org.id,
        (client) => inOrganization(client, { positionals, values }, org, output),
        userId,
      );
    });
  },
};
