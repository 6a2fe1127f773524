/** Rules, profiles and anomalies from the command line, as processes of their own against the test's database. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
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
  await declare(
    bench,
    "orders",
    [
      { name: "id", type: "integer" },
      { name: "status" },
      { name: "zip" },
      { name: "city" },
      { name: "amount", type: "integer" },
      { name: "at", type: "timestamptz" },
    ],
    ["id"],
  );
  const rows = Array.from({ length: 600 }, (_, i) => {
    const at = new Date(Date.UTC(2026, 0, 1) + i * 3_600_000).toISOString();
    const amount = i >= 500 && i < 506 ? 900 : 100 + (i % 24) * 2 + (i % 3);
    return `${i},${["new", "sent"][i % 2]},${10000 + (i % 40)},town ${i % 20},${amount},${at}`;
  });
  await bench.load("orders", `id,status,zip,city,amount,at\n${rows.join("\n")}\n`);
});
afterAll(async () => {
  await rm(home, { recursive: true, force: true });
  await bench.close();
});

const cadastre = (line: string) => runCommand(home, line.split(" "), "", { DATABASE_URL: bench.db.adminUrl });
async function json<T>(line: string): Promise<T> {
  const done = await cadastre(`${line} --json`);
  expect(done, `${line}: ${done.stderr}`).toMatchObject({ code: 0 });
  return JSON.parse(done.stdout) as T;
}
const on = "--org acme --dataset orders";

interface Named {
  name: string;
  kind: string;
}

describe("cadastre rules", () => {
  it("suggests, saves, tries, deploys, runs and exports", async () => {
    const suggested = await json<Named[]>(`rules suggest ${on} --save`);
    expect(suggested.map((r) => r.name)).toEqual(
      expect.arrayContaining([
        "status_values",
        "zip_values",
        "city_by_zip",
        "status_is_there",
        "amount_range",
      ]),
    );
    const [tried] = await json<Record<string, unknown>[]>(`rules dry-run status_values ${on}`);
    expect(tried).toMatchObject({ name: "status_values", failures: 0, held: 0, of: 1 });
    await json(`rules deploy --all ${on}`);
    expect(
      (await json<{ deployed_version: number }[]>(`rules list ${on}`)).every((r) => r.deployed_version === 1),
    ).toBe(true);
    const broken = ["amount_values", "city_by_zip", "status_by_2_others", "status_values"];
    const bad = await bench.load(
      "orders",
      "id,status,zip,city,amount,at\n1000,lost,10001,town 9,5,2026-02-01\n",
    );
    const issues = await bench.query("select rule from ingest.row_issues where run_id = $1 order by rule", [
      bad.id,
    ]);
    expect(issues.map((i) => i.rule)).toEqual(broken);
    const checked = await json<{ score: number; results: { rule_name: string; passed: boolean }[] }>(
      `rules run ${on}`,
    );
    expect(checked.results.filter((r) => !r.passed).map((r) => r.rule_name)).toEqual(broken);
    expect(checked.score).toBeLessThan(1);

    const file = path.join(home, "suite.json");
    const { text, skipped } = await json<{ text: string; skipped: { what: string }[] }>(
      `rules export ${on} --format gx`,
    );
    expect(skipped.map((s) => s.what)).toContain("city_by_zip");
    await writeFile(file, text);
    const suite = JSON.parse(text) as { expectations: unknown[] };
    const added = await json<{ saved: { name: string; version: number }[] }>(
      `rules add ${on} --file ${file}`,
    );
    expect(added.saved).toHaveLength(suite.expectations.length);
    // What came back is what was there: no new versions.
    expect(added.saved.filter((r) => r.name.endsWith("_values") && r.version > 1)).toEqual([]);
  });

  it("refuses what is not a rule with what to do next, and other organizations' people", async () => {
    const file = path.join(home, "bad.json");
    await writeFile(file, JSON.stringify([{ name: "x", kind: "range", field: "amount", parameters: {} }]));
    expect(await cadastre(`rules add ${on} --file ${file}`)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("QC002"),
    });
    await writeFile(file, JSON.stringify([{ name: "x", kind: "required", field: "nope" }]));
    expect((await cadastre(`rules add ${on} --file ${file}`)).stderr).toContain(
      "QC003: the dataset has no field nope",
    );
    expect((await cadastre(`rules deploy nope ${on}`)).stderr).toContain("QC001");
  });
});

describe("cadastre rule-sets", () => {
  it("proposes, tries, installs by stages, rolls back; figures and contracts besides", async () => {
    const listed = await json<{ set_key: string }[]>("rule-sets list --org acme");
    expect(listed.map((s) => s.set_key)).toContain("system:healthcare");
    const file = path.join(home, "set.json");
    await writeFile(
      file,
      JSON.stringify([
        {
          name: "plain",
          slots: { value: { names: "^(zip|city)$" } },
          kind: "pattern",
          fields: ["value"],
          parameters: { pattern: "[0-9]{5}" },
        },
      ]),
    );
    await json(`rule-sets save codes --org acme --file ${file} --title Codes`);
    const proposed = await json<{ rules: { name: string; sample: { failures: number } }[] }>(
      `rule-sets propose codes ${on}`,
    );
    expect(proposed.rules.map((r) => [r.name, r.sample.failures])).toEqual([
      ["plain_zip", 0],
      ["plain_city", 601],
    ]);
    const mapping = path.join(home, "mapping.json");
    await writeFile(mapping, JSON.stringify([{ rule: "plain", fields: { value: "zip" } }]));
    const tried = await cadastre(`rule-sets dry-run codes ${on} --mapping ${mapping}`);
    expect(tried.stdout).toMatch(/^would have held \d of \d loads, rejected \d+ rows at most/);
    const done = await cadastre(
      `rule-sets install codes ${on} --mapping ${mapping} --deploy --stage-loads 3`,
    );
    expect(done.stdout).toContain("plain_zip v1 deployed");
    const [row] = await bench.query("select stage_loads from quality.rules where name = 'plain_zip'");
    expect(row).toEqual({ stage_loads: 3 });
    expect((await cadastre(`rules dry-run plain_zip ${on} --sample 20`)).stdout).toBe(
      "plain_zip: 0 of 20 rows of the sample fail\n",
    );
    expect((await cadastre(`rules figures ${on}`)).stdout).toMatch(/plain_zip .*not judged/);
    const contract = path.join(home, "orders.odcs.yaml");
    await writeFile(contract, (await cadastre(`rules export ${on} --format odcs`)).stdout);
    expect(await json(`rules add ${on} --file ${contract}`)).toMatchObject({ skipped: [] });
    expect((await cadastre(`rule-sets roll-back codes ${on}`)).stdout).toContain("plain_zip: out of force");
    expect((await cadastre(`rules roll-back plain_zip ${on}`)).stderr).toContain("QC012");
    expect((await cadastre(`rule-sets share nope --org acme`)).stderr).toContain("QC014");
  });
});

describe("cadastre contract", () => {
  it("takes deployed rules out with the contract and in again: SQL as a draft, what is there as it is", async () => {
    const file = path.join(home, "rules.json");
    const rules = [
      { name: "city_there", kind: "required", field: "city", severity: "info", max_share: 0.1 },
      { name: "few_cities", kind: "distinct_count", field: "city", parameters: { max: 50 } },
      { name: "no_odd", kind: "sql", parameters: { query: "select 1 where false" } },
      { name: "a_draft", kind: "required", field: "zip" },
    ];
    await writeFile(file, JSON.stringify(rules));
    await json(`rules add ${on} --file ${file}`);
    for (const { name } of rules.slice(0, 3)) await json(`rules deploy ${name} ${on}`);
    const contract = path.join(home, "whole.odcs.yaml");
    await json(`contract export orders --org acme --out ${contract}`);
    const deployed = (dataset: string) =>
      bench.query<{ name: string; version: number; deployed_version: number | null }>(
        `select r.name, r.version, r.deployed_version from quality.rules r join data.datasets d on d.id = r.dataset_id
          where d.name = $1 and r.enabled order by 1`,
        [dataset],
      );
    const before = (await deployed("orders")).filter((r) => r.deployed_version !== null);
    const again = await json<{ notes: string[] }>(`contract import ${contract} --org acme`);
    expect(again.notes).toEqual(["orders: the rule no_odd is SQL: look at it, then rules deploy no_odd"]);
    expect((await deployed("orders")).filter((r) => r.deployed_version !== null)).toEqual(before);
    await json(`contract import ${contract} --org acme --dataset orders_copy`);
    expect(await deployed("orders_copy")).toEqual(
      before.map(({ name }) => ({ name, version: 1, deployed_version: name === "no_odd" ? null : 1 })),
    );
    const [field] = await bench.query(
      "select f.required from data.fields f join data.datasets d on d.id = f.dataset_id where d.name = 'orders_copy' and f.name = 'city'",
    );
    expect(field).toEqual({ required: false });
  });
});

describe("cadastre profile and anomalies", () => {
  it("tell of fields and of points that do not fit", async () => {
    const profile = await json<{ rows: number; columns: Record<string, unknown>[] }>(
      "profile orders --org acme",
    );
    expect(profile.rows).toBe(601);
    expect(profile.columns.find((c) => c.field === "city")).toMatchObject({
      distinct: 20,
      distinctExact: true,
      nulls: 0,
    });
    const found = await json<{ points: number; anomalies: { from: string; direction: string }[] }>(
      "anomalies orders --org acme --measure amount --time at",
    );
    // What lasted for six hours, and the single wrong row that the rules were tried with.
    const wrong = ["2026-02-01", "down"];
    const told = (anomalies: { from: string; direction: string }[]) =>
      anomalies.map((a) => [a.from.slice(0, 10), a.direction]);
    expect(told(found.anomalies)).toEqual([["2026-01-21", "up"], wrong]);
    await json("anomalies orders --org acme --measure amount --expected 2026-01-21T22:00:00Z");
    const left = await json<typeof found>("anomalies orders --org acme --measure amount --time at");
    expect(told(left.anomalies)).toEqual([wrong]);
    expect((await cadastre("anomalies orders --org acme --measure status --time at")).stderr).toContain(
      "not a number",
    );
  });
});
