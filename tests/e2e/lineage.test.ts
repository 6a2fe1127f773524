/** Lineage on the command line of a running installation: graph, row, impact, document; and of SQL without one. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommand, type StartedProcess, startProcess } from "../support/process.ts";

let home: string;
let work: string;
let running: StartedProcess;

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), "cadastre-home-"));
  work = await mkdtemp(path.join(tmpdir(), "cadastre-lineage-"));
  running = await startProcess(home, { CADASTRE_DEMO: "0" });
  await command(["org", "create", "acme", "--name", "Acme"]);
  await command(["user", "add", "owner@acme.example", "--org", "acme", "--role", "owner"]);
  const file = path.join(work, "orders.csv");
  await writeFile(file, "No,amount,note\n1,5,<b>fine</b>\n2,x,\n3,7,\n");
  await command([
    "ingest",
    file,
    "--org",
    "acme",
    "--dataset",
    "orders",
    "--key",
    "no",
    "--as",
    "owner@acme.example",
  ]);
});
afterAll(async () => {
  await running?.end("SIGTERM");
  await rm(home, { recursive: true, force: true });
  await rm(work, { recursive: true, force: true });
});

// biome-ignore lint/suspicious/noExplicitAny: answers of any shape
async function command(args: string[]): Promise<any> {
  const { code, stdout, stderr } = await runCommand(home, [...args, "--json"]);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

describe("the lineage command", () => {
  it("walks from a column to the file's header, and from a row to the file's line", async () => {
    const edges = await command(["lineage", "orders.no", "--org", "acme", "--up", "--depth", "2"]);
    expect(edges).toMatchObject([
      {
        level: 1,
        from_kind: "file",
        from_name: "orders.csv",
        from_column: "No",
        to_name: "orders",
        to_column: "no",
      },
    ]);
    const versions = await command(["lineage", "row", "orders", "--key", '{"no": 3}', "--org", "acme"]);
    expect(versions).toMatchObject([{ version: 1, file_name: "orders.csv", source_line: "4" }]);
  });

  it("takes what SQL tells, and says what hangs on a column", async () => {
    const sql = path.join(work, "totals.sql");
    const schema = path.join(work, "schema.sql");
    await writeFile(sql, "select note, sum(amount) as total from orders where no > 1 group by note");
    await writeFile(schema, "create table orders (no bigint, amount numeric, note text);");
    const found = await command(["lineage", "sql", sql, "--schema", schema]);
    expect(found.columns.map((c: { name: string }) => c.name)).toEqual(["note", "total"]);
    expect(found.columns[1].sources).toEqual([
      { table: "orders", column: "amount", transformations: [{ type: "DIRECT", subtype: "AGGREGATION" }] },
    ]);
    const impact = await command(["lineage", "impact", "orders.amount", "--org", "acme"]);
    expect(impact.map((i: { kind: string; name: string }) => `${i.kind} ${i.name}`)).toEqual([
      "view orders",
      "view orders_history",
    ]);
    const effects = await command(["lineage", "what-if", "orders.no", "--org", "acme"]);
    expect(effects).toContainEqual(expect.objectContaining({ name: "orders", effect: "key" }));
  });

  it("writes a document in which what people wrote is text", async () => {
    const page = path.join(work, "lineage.html");
    expect(await command(["lineage", "doc", page, "--org", "acme"])).toEqual({ file: page, datasets: 1 });
    const html = await readFile(page, "utf8");
    expect(html).toContain("<h3>orders</h3>");
    expect(html).toContain("&#34;No&#34; of the file");
    const { stdout } = await runCommand(home, ["lineage", "doc", "--org", "acme"]);
    expect(stdout).toContain('| no | integer | "No" of the file |');
  });

  it("says what is wrong", async () => {
    const unknown = await runCommand(home, ["lineage", "nothing", "--org", "acme"]);
    expect([unknown.code, unknown.stderr]).toEqual([
      1,
      expect.stringContaining("LN001: lineage knows nothing named nothing"),
    ]);
    const bad = path.join(work, "bad.sql");
    await writeFile(bad, "select a,\nfrom t");
    const refused = await runCommand(home, ["lineage", "sql", bad]);
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringContaining(`BAD_SQL: ${bad}: line 2, column 1: syntax error`),
    ]);
  });
});
