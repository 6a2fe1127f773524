/** `cadastre pipeline` with ranges and re-runs, as a process of its own against the test's database. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { tick } from "../../../worker/schedule/tick.ts";
import { runCommand } from "../../support/process.ts";
import { declare } from "../support.ts";
import { createPipelines, type Pipelines } from "./support.ts";

let p: Pipelines;
let home: string;
beforeAll(async () => {
  p = await createPipelines();
  home = await mkdtemp(path.join(tmpdir(), "cadastre-cli-"));
  const { gateway, worker, claimKey } = inject("cluster");
  await writeFile(
    path.join(home, "secrets.json"),
    JSON.stringify({ superuser: "-", gateway, worker, claimKey }),
  );
  const fields = [
    { name: "id", type: "integer" },
    { name: "day", type: "date" },
  ];
  await declare(p.bench, "orders", fields, ["id"]);
  await p.bench.load("orders", "id,day\n1,2026-01-01\n2,2026-01-02\n3,2026-01-03\n");
  await p.create("copy", {
    input: { kind: "dataset", name: "orders" },
    steps: [{ kind: "filter", where: "id > 0" }],
    output: { dataset: "copied", key_fields: ["id"] },
    range: { type: "date", field: "day" },
  });
});
afterAll(async () => {
  await rm(home, { recursive: true, force: true });
  await p.bench.close();
});

const cadastre = (...args: string[]) =>
  runCommand(home, [...args, "--org", "acme", "--json"], "", { DATABASE_URL: p.bench.db.adminUrl });
const told = async (...args: string[]): Promise<Record<string, unknown>> => {
  const done = await cadastre(...args);
  expect(done, done.stderr).toMatchObject({ code: 0 });
  return JSON.parse(done.stdout) as Record<string, unknown>;
};

it("starts, pauses, resumes and cancels a backfill, and refuses what is no range", async () => {
  const range = ["--from", "2026-01-01", "--to", "2026-01-04"];
  const made = await told(
    "pipeline",
    "backfill",
    "copy",
    ...range,
    "--step",
    "day",
    "--at-once",
    "3",
    "--newest-first",
    "--no-wait",
  );
  expect(made).toMatchObject({ state: "running", slices: 3, at_once: 3, newest_first: true });
  expect((await cadastre("pipeline", "backfill", "copy", ...range, "--step", "day")).stderr).toContain(
    "IN096",
  );
  expect(await told("schedule", "pause-backfill", String(made.id))).toMatchObject({ state: "paused" });
  expect(await told("schedule", "resume-backfill", String(made.id), "--no-wait")).toMatchObject({
    state: "running",
  });
  await tick({ pool: p.bench.db.worker, claimKey: p.bench.db.claimKey });
  expect(await told("schedule", "cancel-backfill", String(made.id))).toMatchObject({ state: "cancelled" });
  expect((await cadastre("pipeline", "backfill", "copy", ...range, "--step", "1 parsec")).stderr).toContain(
    "IN097",
  );
  expect((await cadastre("pipeline", "backfill", "copy", ...range)).stderr).toContain("USAGE");
  expect((await cadastre("pipeline", "run", "copy", "--from", "2026-01-01")).stderr).toContain("USAGE");
});
