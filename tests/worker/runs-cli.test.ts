/** `cadastre run` as a process of its own: a bad edition is held, explained, released in part, and its rows mended. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { runCommand } from "../support/process.ts";
import { type Bench, createLoader, declare } from "./support.ts";

let bench: Bench;
let home: string;

beforeAll(async () => {
  bench = await createLoader();
  home = await mkdtemp(path.join(tmpdir(), "cadastre-cli-"));
  const { gateway, worker, claimKey } = inject("cluster");
  await writeFile(
    path.join(home, "secrets.json"),
    JSON.stringify({ superuser: "-", gateway, worker, claimKey }),
  );
  const fields = [
    { name: "id", type: "integer" },
    { name: "amount", type: "integer" },
  ];
  const dataset = await declare(bench, "orders", fields, ["id"]);
  const definition = { name: "positive", kind: "range", field: "amount", parameters: { min: "0" } };
  const rule = JSON.stringify({ ...definition, severity: "critical", action: "hold" });
  await bench.query("select quality.put_rule($1, $2)", [dataset, rule]);
  await bench.query("select quality.deploy_rule($1, 'positive')", [dataset]);
});
afterAll(async () => {
  await rm(home, { recursive: true, force: true });
  await bench.close();
});

const cadastre = (...args: string[]) =>
  runCommand(home, [...args, "--org", "acme"], "", { DATABASE_URL: bench.db.adminUrl });

it("a held run says why and which commands go on from there; it is released, mended and replayed", async () => {
  const bad = await bench.load("orders", "id,amount\n1,10\n2,-5\n3,much\n");
  expect(bad.status).toBe("held");
  const shown = await cadastre("run", "show", bad.id);
  expect(shown.code).toBe(0);
  expect(shown.stdout).toContain("QC010: 1 of 3 rows break rule positive");
  expect(shown.stdout).toContain("critical positive: 1 of 3 rows fail");
  expect(shown.stdout).toContain(`cadastre run release ${bad.id} --org acme`);
  const listed = await cadastre("run", "list", "--status", "held", "--json");
  expect(JSON.parse(listed.stdout)).toMatchObject([{ run: bad.id, status: "held", dataset: "orders" }]);

  const refused = await cadastre("run", "release", bad.id, "--as", "viewer@acme.example");
  expect(refused).toMatchObject({ code: 1 });
  const released = await cadastre("run", "release", bad.id, "--no-wait");
  expect(released, released.stderr).toMatchObject({ code: 0 });
  await bench.run(bad.id);
  expect(await bench.runRow(bad.id)).toMatchObject({ status: "succeeded", inserted: 2 });

  const fixes = path.join(home, "fixes.json");
  await writeFile(fixes, JSON.stringify({ 4: { amount: "30" } }));
  const replayed = await cadastre("run", "replay", bad.id, "--fixes", fixes, "--no-wait", "--json");
  expect(replayed, replayed.stderr).toMatchObject({ code: 0 });
  await bench.run(JSON.parse(replayed.stdout).run);
  expect(await bench.query("select amount from org_acme.orders order by id")).toEqual([
    { amount: 10 },
    { amount: -5 },
    { amount: 30 },
  ]);
});

it("a held run is refused, and what is not there is told with where to look", async () => {
  const bad = await bench.load("orders", "id,amount\n4,-1\n");
  const noticed = await cadastre("rejected", bad.id, "--noticed");
  expect(noticed.stdout).toContain("line 2, amount: amount must be at least 0; found '-1' [positive]");
  expect((await cadastre("rejected", bad.id)).stdout).toContain(`cadastre rejected ${bad.id} --noticed`);
  expect(await cadastre("run", "refuse", bad.id)).toMatchObject({ code: 0 });
  expect(await bench.runRow(bad.id)).toMatchObject({ status: "cancelled" });
  expect((await cadastre("run", "release", bad.id)).stderr).toMatch(/^IN006: /);
  expect((await cadastre("run", "show", "nothing")).stderr).toContain("cadastre run list --org acme");
  expect((await cadastre("run", "list", "--status", "lost")).stderr).toContain("--status is one of queued");
  expect((await cadastre("dataset", "list")).stdout).toMatch(/^name .*\norders +id +upsert/);
  expect((await cadastre("dataset", "show", "order")).stderr).toContain("cadastre dataset list --org acme");
});
