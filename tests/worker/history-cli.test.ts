/** `cadastre history` as a process of its own against the test's database. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { runCommand } from "../support/process.ts";
import { type Bench, createLoader, declare } from "./support.ts";

let bench: Bench;
let home: string;
let first: string;
let second: string;

beforeAll(async () => {
  bench = await createLoader();
  home = await mkdtemp(path.join(tmpdir(), "cadastre-cli-"));
  const { gateway, worker, claimKey } = inject("cluster");
  await writeFile(
    path.join(home, "secrets.json"),
    JSON.stringify({ superuser: "-", gateway, worker, claimKey }),
  );
  await declare(bench, "orders", [{ name: "id", type: "integer" }, { name: "status" }], ["id"]);
  first = (await bench.load("orders", "id,status\n1,new\n2,new\n")).id;
  second = (await bench.load("orders", "id,status\n1,sent\n3,new\n")).id;
});
afterAll(async () => {
  await rm(home, { recursive: true, force: true });
  await bench.close();
});

const cadastre = (...args: string[]) =>
  runCommand(home, ["history", ...args, "--org", "acme"], "", { DATABASE_URL: bench.db.adminUrl });
async function json(...args: string[]): Promise<Record<string, unknown>> {
  const done = await cadastre(...args, "--json");
  expect(done, done.stderr).toMatchObject({ code: 0 });
  return JSON.parse(done.stdout);
}

it("tells the difference of two loads, undoes one after a look, and tells the story of a row", async () => {
  expect(await json("diff", "orders", "--from", first, "--to", second, "--rows")).toMatchObject({
    added: 1,
    changed: 1,
    removed: 0,
    unchanged: 1,
    columns: [
      { name: "id", changed: 0 },
      { name: "status", changed: 1 },
    ],
    rows: [
      { key: { id: 1 }, change: "changed", changed_fields: ["status"] },
      { key: { id: 3 }, change: "added" },
    ],
  });
  expect(await json("undo", second, "--dry-run")).toMatchObject({
    dryRun: true,
    updated: 1,
    deleted: 1,
    undoRun: null,
  });
  const undone = await cadastre("undo", second, "--reason", "wrong file", "--as", "manager@acme.example");
  expect(undone, undone.stderr).toMatchObject({ code: 0 });
  expect(undone.stdout).toContain("0 rows back, 1 as before, 1 away, 0 unchanged");
  const story = await cadastre("row", "orders", '{"id": 1}');
  expect(story.stdout.split("\n").slice(0, 3)).toEqual([
    expect.stringMatching(
      /^3 .* restore \(undo\) {2}by manager@acme.example {2}status {2}because: wrong file$/,
    ),
    expect.stringMatching(/^2 .* update \(load\) .*from orders.csv, line 2 {2}status$/),
    expect.stringMatching(/^1 .* insert \(load\) .*from orders.csv, line 2$/),
  ]);
  const refused = await cadastre("undo", first, "--on-conflict", "abort");
  expect(refused.code).not.toBe(0);
  expect(refused.stderr).toContain("HS006");
  expect(await json("diff", "orders", "--from", "2020-01-01T00:00:00Z")).toMatchObject({
    added: 1,
    restored: 1,
  });
});

it("brings rows back to a moment or a version, against rules only where it is said so, with a reason", async () => {
  await declare(
    bench,
    "prices",
    [
      { name: "id", type: "integer" },
      { name: "price", type: "integer" },
    ],
    ["id"],
  );
  const before = (await bench.load("prices", "id,price\n1,-5\n2,-6\n")).id;
  await bench.load("prices", "id,price\n1,5\n2,6\n");
  const positive = {
    ...{ name: "positive", kind: "range", fields: ["price"], parameters: { min: 0 } },
    ...{ severity: "error", action: "reject" },
  };
  await bench.query(
    `with d as (select id from data.datasets where name = 'prices'), saved as materialized (select quality.put_rule(d.id, $1) from d)
     select from saved`,
    [JSON.stringify(positive)],
  );
  await bench.query(
    "select quality.deploy_rule((select id from data.datasets where name = 'prices'), 'positive')",
  );
  const roads = [
    ["restore", "prices", '{"id": 1}', "--version", "1"],
    ["undo-rows", "prices", "--keys", '[{"id": 2}]', "--to", before],
  ];
  for (const road of roads) {
    const refused = await cadastre(...road, "--reason", "as billed");
    expect(refused.stderr, road[0]).toContain("HS007");
    const unexplained = await cadastre(...road, "--against-rules");
    expect(unexplained.stderr, road[0]).toContain("HS001");
  }
  const look = await json("undo-rows", "prices", "--keys", '[{"id": 2}]', "--to", before, "--dry-run");
  expect(look).toMatchObject({ dryRun: true, updated: 1, refused: [{ rule: "positive", rows: 1 }] });
  for (const road of roads) await json(...road, "--against-rules", "--reason", "as billed");
  expect(await bench.query("select id, price, version from org_acme.prices order by id")).toEqual([
    { id: 1, price: -5, version: 3 },
    { id: 2, price: -6, version: 3 },
  ]);
  const story = await cadastre("row", "prices", '{"id": 1}');
  expect(story.stdout.split("\n")[0]).toContain("because: as billed");
});
