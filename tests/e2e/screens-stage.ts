/** An organization in which every room has something to show. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { CSV } from "./screens.ts";
import { acceptContract, type Stage, setStage, uploadCsv, waitForStatus } from "./support.ts";

const PIPELINE = {
  input: { kind: "dataset", name: "weather" },
  steps: [
    { kind: "derive", fields: { wet: "precipitation > 0" } },
    { kind: "filter", where: "wet" },
    { kind: "deduplicate", keys: ["weather"], order: [{ field: "date" }] },
  ],
  output: { dataset: "weather_shares", mode: "snapshot", key_fields: ["weather"] },
};

const RULES = [
  {
    name: "rain_range",
    kind: "range",
    field: "precipitation",
    parameters: { max: "30" },
    severity: "critical",
  },
  { name: "wind_mean", kind: "mean", field: "wind", parameters: { max: 5 } },
];

/** Rules that were asked twice, with the incident that came of it, and a schedule. */
async function makeQuality(stage: Stage): Promise<void> {
  const org = ["--org", "observatory"];
  const folder = await mkdtemp(path.join(tmpdir(), "cadastre-screens-"));
  const file = path.join(folder, "rules.json");
  await writeFile(file, JSON.stringify(RULES));
  const about = [...org, "--dataset", "weather"];
  await stage.command(["rules", "add", ...about, "--file", file, "--deploy"]);
  await rm(folder, { recursive: true });
  // A rule that failed ends the command with an error.
  for (let twice = 0; twice < 2; twice++)
    await stage.command(["rules", "run", ...about]).catch(() => undefined);
  const target = ["--pipeline", "weather_shares", "--every", "5 hours"];
  await stage.command(["schedule", "create", "rain-report", ...org, ...target]);
}

/** A connector that cannot be reached and a source of it, a pipeline, a webhook. */
async function makeIngest(stage: Stage): Promise<void> {
  const org = ["--org", "observatory"];
  const set = ["--set", "host=127.0.0.1", "--set", "database=stock", "--set", "user=reader"];
  await stage.command(
    ["connector", "create", "warehouse", ...org, "--kind", "postgres", ...set, "--secret-stdin"],
    "not-this-one",
  );
  // A refusal ends the command with an error, and is what the page shows.
  await stage.command(["connector", "test", "warehouse", ...org]).catch(() => undefined);
  const selection = ["--set", "table=public.stock", "--set", "cursorField=changed_on"];
  await stage.command(["source", "create", "stock", ...org, "--connector", "warehouse", ...selection]);
  const range = ["--from", "2026-01-01", "--to", "2026-01-08", "--step", "1 day", "--no-wait"];
  await stage.command(["schedule", "backfill", "stock", ...org, ...range]);
  const folder = await mkdtemp(path.join(tmpdir(), "cadastre-screens-"));
  const file = path.join(folder, "pipeline.json");
  await writeFile(file, JSON.stringify(PIPELINE));
  await stage.command(["pipeline", "create", "weather_shares", ...org, "--file", file]);
  await rm(folder, { recursive: true });
  await stage.command([
    "webhook",
    "add",
    ...org,
    "--url",
    "https://events.example/in",
    "--events",
    "run.failed",
  ]);
}

/** A rule that has run, a hold on rows, and a search for a person. */
async function makeCompliance(stage: Stage): Promise<void> {
  const about = ["--org", "observatory", "--dataset", "held_orders"];
  await stage.command(["audit", "seal", "--org", "observatory"]);
  await stage.command(["retention", "set", ...about, "--versions", "1"]);
  await stage.command(["retention", "run", ...about]);
  await stage.command(["hold", "add", ...about, "--keys", '[{"order_id": 1}]', "--reason", "case 7"]);
  const search = ["--values", '{"customer": "Ada"}', "--reason", "request of 3 March", "--dry-run"];
  await stage.command(["erase", ...about, ...search]);
}

export async function setScreens(): Promise<Stage> {
  const stage = await setStage({ blank: true });
  const editor = await stage.visit("editor", { org: "observatory" });
  await uploadCsv(
    editor,
    stage.url,
    { name: "orders.csv", text: CSV },
    { dataset: "held_orders", key: ["order_id"] },
  );
  await acceptContract(editor);
  await waitForStatus(editor, "Succeeded");
  // Runs that wait for a contract: a new one, and one with another header.
  const fresh = { name: "fresh.csv", text: CSV.replace("order_id", "no") };
  await uploadCsv(editor, stage.url, fresh, { dataset: "fresh_orders", key: ["no"] });
  await editor.getByRole("button", { name: "Accept the contract and load" }).waitFor();
  const renamed = { name: "renamed.csv", text: CSV.replace("customer", "customer_name") };
  await uploadCsv(editor, stage.url, renamed, { dataset: "held_orders" });
  await waitForStatus(editor, "Held");
  const rows = Array.from({ length: 120 }, (_value, index) => `${index + 10},X,none,2024-01-01`);
  const text = `order_id,customer,amount,ordered_on\n${rows.join("\n")}\n`;
  await uploadCsv(editor, stage.url, { name: "orders-2.csv", text }, { dataset: "held_orders" });
  await waitForStatus(editor, "Held: somebody has to decide");
  await editor.context().close();
  await makeIngest(stage);
  await makeQuality(stage);
  await makeCompliance(stage);
  return stage;
}
