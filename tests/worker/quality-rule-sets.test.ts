/** Rule sets: proposed, tried, installed, deployed by stages, updated, rolled back, shared; everywhere; figures and targets. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addMember, asMember, createOrg } from "../support/database.ts";
import { type Bench, createLoader, declare } from "./support.ts";

type Query = Bench["query"];
let bench: Bench;
let globex: Query;
let visits: string;
const PATIENTS = [
  { name: "id", type: "integer" },
  { name: "provider_npi" },
  { name: "diagnosis_code" },
  { name: "admitted_on", type: "date" },
  { name: "discharged_on", type: "date" },
  { name: "contact" },
];
const HEADER = "id,provider_npi,diagnosis_code,admitted_on,discharged_on,contact";
const GOOD = "1,1234567893,E11.9,2026-01-01,2026-01-02,a@example.org";

async function asked<T>(query: Query, text: string, values: unknown[]): Promise<T> {
  const [row] = await query<{ told: T }>(`select ${text} as told`, values);
  return row!.told;
}
interface Proposed {
  rules: {
    rule: string;
    fields: Record<string, string>;
    name: string;
    confidence: number;
    why: string;
    accepted: boolean;
    sample: { rows: number; failures: number };
  }[];
}
interface Installed {
  version: number;
  rules: { name: string; version: number; deployed_version: number | null }[];
  left_out: { rule: string; name: string; why: string }[];
}

beforeAll(async () => {
  bench = await createLoader();
  const other = await createOrg(bench.db, "globex");
  const manager = await addMember(bench.db, other.id, "manager@globex.example", "manager");
  globex = (text, values = []) =>
    asMember(
      bench.db,
      { orgId: other.id, userId: manager },
      async (c) => (await c.query(text, values)).rows as never,
    );
  visits = await declare(bench, "visits", PATIENTS, ["id"]);
  await bench.query('select data.set_protection($1, fields => \'{"contact": ["email"]}\')', [visits]);
  await bench.load("visits", `${HEADER}\n${GOOD}\n2,1234567890,E11.9,2026-01-03,2026-01-02,nobody\n`);
});
afterAll(() => bench.close());

describe("the product's rule sets", () => {
  it("are every organization's to read and nobody's to write, and each is well formed", async () => {
    for (const query of [bench.query, globex]) {
      const sets = await query<{ name: string; rules: unknown[] }>(
        "select name, rules from quality.list_rule_sets() where origin = 'system'",
      );
      expect(sets.map((s) => s.name)).toEqual([
        "contacts",
        "finance",
        "healthcare",
        "manufacturing",
        "retail",
        "technology",
      ]);
      await expect(query("delete from quality.system_rule_sets")).rejects.toMatchObject({ code: "42501" });
    }
    const { rows } = await bench.db.admin.query(
      "select quality.check_rule_set(rules) from quality.system_rule_sets",
    );
    expect(rows).toHaveLength(6);
  });

  it("are proposed with the fields that they are about, and what the rows say to them", async () => {
    const proposed = await asked<Proposed>(bench.query, "quality.propose_rule_set('system:healthcare', $1)", [
      visits,
    ]);
    expect(
      proposed.rules.map((r) => [r.rule, Object.values(r.fields).join(), r.accepted, r.sample.failures]),
    ).toEqual([
      ["npi", "provider_npi", true, 1],
      ["icd10cm", "diagnosis_code", true, 0],
      ["admitted_before_discharge", "admitted_on,discharged_on", true, 1],
    ]);
    const contacts = await asked<Proposed>(bench.query, "quality.propose_rule_set('system:contacts', $1)", [
      visits,
    ]);
    expect(contacts.rules).toMatchObject([
      { rule: "email", fields: { value: "contact" }, confidence: 1, why: "tag" },
    ]);
    // Nothing was saved by it.
    expect(await bench.query("select from quality.rules")).toEqual([]);
  });

  it("are tried over past loads, installed as drafts, deployed by stages and rolled back", async () => {
    const tried = await asked<{ of: number; held: number; rejected: number; rules: unknown[] }>(
      bench.query,
      "ingest.try_rule_set('system:healthcare', $1)",
      [visits],
    );
    expect(tried).toMatchObject({ of: 1, held: 1, rejected: 2 });
    const mapping = JSON.stringify([{ rule: "npi", fields: { value: "provider_npi" } }]);
    const made = await asked<Installed>(
      bench.query,
      "quality.install_rule_set('system:healthcare', $1, $2)",
      [visits, mapping],
    );
    expect(made).toEqual({
      version: 1,
      rules: [{ name: "npi_provider_npi", version: 1, deployed_version: null }],
      left_out: [],
    });
    // The organization makes it reject, after two loads that only record.
    await bench.query("select quality.put_rule($1, $2)", [
      visits,
      JSON.stringify({
        name: "npi_provider_npi",
        kind: "format",
        field: "provider_npi",
        parameters: { format: "npi" },
        severity: "error",
        action: "reject",
      }),
    ]);
    await bench.query("select quality.deploy_rule($1, 'npi_provider_npi', 1)", [visits]);
    await bench.query("select quality.deploy_rule($1, 'npi_provider_npi', 2, stage_loads => 2)", [visits]);
    const rejected: number[] = [];
    for (let i = 0; i < 4; i++) {
      const run = await bench.load("visits", `${HEADER}\n${GOOD}\n3,1234567890,E11.9,2026-01-01,,\n`, {
        force: true,
      });
      const [found] = await bench.query<{ failures: number }>(
        "select failures::int from quality.results where check_id = $1 and rule_name = 'npi_provider_npi'",
        [run.id],
      );
      expect(found!.failures).toBe(1);
      rejected.push(run.rejected);
    }
    expect(rejected).toEqual([0, 0, 1, 1]);
    const back = await asked<unknown[]>(bench.query, "quality.roll_back_rule_set('system:healthcare', $1)", [
      visits,
    ]);
    expect(back).toEqual([{ name: "npi_provider_npi", deployed_version: 1 }]);
    expect(
      await asked(bench.query, "(quality.roll_back_rule($1, 'npi_provider_npi')).deployed_version", [visits]),
    ).toBeNull();
    await expect(
      bench.query("select quality.roll_back_rule($1, 'npi_provider_npi')", [visits]),
    ).rejects.toMatchObject({ code: "QC012" });
    expect(await bench.query("select version from quality.rule_deployments order by id")).toEqual([
      { version: 1 },
      { version: 2 },
      { version: 1 },
      { version: null },
    ]);
  });

  it("take their action in a share of the loads", async () => {
    const id = await declare(bench, "shares", [{ name: "id", type: "integer" }, { name: "v" }], ["id"]);
    await bench.query("select quality.put_rule($1, $2)", [
      id,
      JSON.stringify({ name: "v_there", kind: "required", field: "v", action: "reject" }),
    ]);
    await bench.query("select quality.deploy_rule($1, 'v_there', stage_loads => 1, stage_share => 0.5)", [
      id,
    ]);
    const rejected: number[] = [];
    for (let i = 0; i < 7; i++)
      rejected.push((await bench.load("shares", `id,v\n${i},\n`, { force: true })).rejected);
    expect(rejected).toEqual([0, 0, 1, 0, 1, 0, 1]);
  });
});

describe("an organization's rule sets", () => {
  const define = (max: number) =>
    JSON.stringify([
      {
        name: "short",
        slots: { text: { names: "^(code|label)$" } },
        kind: "length",
        fields: ["text"],
        parameters: { max },
      },
      {
        name: "label_by_code",
        slots: { code: { names: "^code$" }, label: { names: "^label$" } },
        kind: "functional_dependency",
        fields: ["code"],
        parameters: { to: "label" },
      },
    ]);
  const FIELDS = [{ name: "id", type: "integer" }, { name: "code" }, { name: "label" }];

  it("are shared, installed elsewhere, counted, and updated but for what was changed by hand", async () => {
    const id = await asked<string>(bench.query, "(quality.save_rule_set('labels', $1)).id", [define(5)]);
    const [made] = await globex<{ id: string }>("select id from data.create_dataset('parts', $1, '{id}')", [
      JSON.stringify(FIELDS),
    ]);
    const parts = made!.id;
    const install = () =>
      asked<Installed>(globex, "quality.install_rule_set($1, $2, deploy => true)", [id, parts]);
    await expect(install()).rejects.toMatchObject({ code: "QC014" });
    expect(await globex("select from quality.rule_sets")).toEqual([]);
    await bench.query("select quality.share_rule_set('labels')");
    expect(await globex("select from quality.rule_sets")).toEqual([]);
    expect((await install()).rules.map((r) => [r.name, r.deployed_version])).toEqual([
      ["short_code", 1],
      ["short_label", 1],
      ["label_by_code_code", 1],
    ]);
    for (const query of [bench.query, globex])
      expect(
        await query("select installs::int as n, publisher from quality.list_rule_sets() where set_key = $1", [
          id,
        ]),
      ).toEqual([{ n: 1, publisher: "acme" }]);
    // Whose installs they are is nobody else's to see.
    expect(await bench.query("select from quality.rule_set_installs where set_key = $1", [id])).toEqual([]);
    await expect(globex("select quality.update_rule_set($1, $2)", [id, parts])).rejects.toMatchObject({
      code: "QC015",
    });
    await globex("select quality.put_rule($1, $2)", [
      parts,
      JSON.stringify({ name: "short_label", kind: "length", field: "label", parameters: { max: 50 } }),
    ]);
    await bench.query("select quality.save_rule_set('labels', $1)", [define(9)]);
    const updated = await asked<Installed>(globex, "quality.update_rule_set($1, $2, deploy => true)", [
      id,
      parts,
    ]);
    expect(updated.rules.map((r) => [r.name, r.version, r.deployed_version])).toEqual([
      ["short_code", 2, 2],
      ["label_by_code_code", 1, 1],
    ]);
    expect(updated.left_out).toMatchObject([{ name: "short_label", why: "it was changed by hand since" }]);
    await bench.query("select quality.share_rule_set('labels', false)");
    await expect(
      globex("select quality.update_rule_set($1, $2, p_force => true)", [id, parts]),
    ).rejects.toMatchObject({ code: "QC014" });
  });

  it("that are everywhere come to datasets there are and to later ones, whoever makes them", async () => {
    const before = await declare(bench, "old_codes", FIELDS, ["id"]);
    await bench.query("select quality.save_rule_set('house', $1, everywhere => true)", [define(3)]);
    const editor = await addMember(bench.db, bench.org.id, "custom@acme.example", "editor");
    await bench.db.admin.query(
      "insert into access.grants (org_id, user_id, permission, granted_by, ends_at) select $1, $2, p, $3, now() + interval '1 day' from unnest(array['dataset.create', 'dataset.view']) p",
      [bench.org.id, editor, bench.manager],
    );
    const after = await asMember(bench.db, { orgId: bench.org.id, userId: editor }, async (c) => {
      const { rows } = await c.query<{ id: string }>(
        "select id from data.create_dataset('new_codes', $1, '{id}')",
        [JSON.stringify(FIELDS)],
      );
      return rows[0]!.id;
    });
    for (const id of [before, after])
      expect(
        await bench.query(
          "select name, deployed_version from quality.rules where dataset_id = $1 order by name",
          [id],
        ),
      ).toEqual([
        { name: "label_by_code_code", deployed_version: 1 },
        { name: "short_code", deployed_version: 1 },
        { name: "short_label", deployed_version: 1 },
      ]);
    await bench.query("select quality.save_rule_set('house', $1)", [define(4)]);
    expect(
      await bench.query(
        "select deployed_version from quality.rules where dataset_id = $1 and name = 'short_code'",
        [after],
      ),
    ).toEqual([{ deployed_version: 2 }]);
    // Nothing in it may be SQL: it would run for whoever saved it, everywhere.
    await expect(
      bench.query("select quality.save_rule_set('x', $1)", [
        JSON.stringify([{ name: "q", slots: {}, kind: "sql", parameters: { query: "select 1" } }]),
      ]),
    ).rejects.toMatchObject({ code: "QC013" });
  });
});

describe("figures and targets", () => {
  it("a rule has its cost, and its precision from what people say of its failures", async () => {
    const id = await declare(bench, "judged", [{ name: "id", type: "integer" }, { name: "v" }], ["id"]);
    await bench.query("select quality.put_rule($1, $2)", [
      id,
      JSON.stringify({ name: "v_there", kind: "required", field: "v" }),
    ]);
    await bench.query("select quality.deploy_rule($1, 'v_there')", [id]);
    const lines = Array.from({ length: 200 }, (_, i) => `${i},${i < 4 ? "" : "x"}`);
    const run = await bench.load("judged", `id,v\n${lines.join("\n")}\n`);
    expect(await asked(bench.query, "quality.measure_costs($1)", [id])).toBe(1);
    expect(await asked(bench.query, "quality.measure_costs($1)", [id])).toBe(0);
    const judge = (verdict: string, line: number | null) =>
      bench.query("select quality.judge_failures($1, $2, 'v_there', $3, $4)", [id, run.id, verdict, line]);
    await judge("expected", 2);
    await judge("confirmed", null);
    const [figures] = await bench.query<Record<string, unknown>>(
      `select name, cost_ms >= 0 as cost, failures::int, confirmed::int, expected::int, "precision"::float from quality.rule_figures($1)`,
      [id],
    );
    expect(figures).toEqual({
      name: "v_there",
      cost: true,
      failures: 4,
      confirmed: 3,
      expected: 1,
      precision: 0.75,
    });
    await expect(judge("confirmed", 100)).rejects.toMatchObject({ code: "QC017" });
    await expect(judge("nonsense", null)).rejects.toMatchObject({ code: "QC002" });
    const sample = await asked<{ rows: number; failures: number }>(
      bench.query,
      "quality.test_rule($1, $2, 50)",
      [id, JSON.stringify({ kind: "required", field: "v" })],
    );
    expect(sample.rows).toBe(50);
  });

  it("a missed target is an incident and an event, once, and over when the score is back", async () => {
    const id = await declare(bench, "promised", [{ name: "id", type: "integer" }, { name: "v" }], ["id"]);
    await bench.query("select quality.put_rule($1, $2)", [
      id,
      JSON.stringify({ name: "v_there", kind: "required", field: "v", severity: "error" }),
    ]);
    await bench.query("select quality.deploy_rule($1, 'v_there')", [id]);
    await bench.query("select quality.set_score_target($1, 0.9)", [id]);
    // One rule of notice alone: the ones that an organization begins with would tell besides.
    await bench.db.admin.query("delete from ops.notification_rules; delete from ops.notifications");
    await bench.query(
      "select ops.put_notification_rule(event_kind => 'quality.*', channel => 'in_app', recipient_permission => 'quality.monitor')",
    );
    const state = () =>
      bench.query(
        "select rule_name, state, occurrences from quality.incidents where dataset_id = $1 order by rule_name",
        [id],
      );
    await bench.load("promised", "id,v\n1,x\n2,\n");
    await bench.load("promised", "id,v\n3,\n");
    expect(await state()).toEqual([
      { rule_name: "target: score", state: "open", occurrences: 2 },
      { rule_name: "v_there", state: "open", occurrences: 2 },
    ]);
    const told = await bench.query(
      "select event_kind, count(*)::int as n from ops.notifications group by 1 order by 1",
    );
    expect(told).toEqual([
      { event_kind: "quality.incident", n: 1 },
      { event_kind: "quality.missed", n: 1 },
    ]);
    await bench.load("promised", "id,v\n4,x\n");
    expect(await state()).toMatchObject([{ state: "resolved" }, { state: "open" }]);
    const rated = await asked<{ datasets: { dataset: string; target: number; missed_at: unknown }[] }>(
      bench.query,
      "quality.rate_organization()",
      [],
    );
    expect(rated.datasets.find((d) => d.dataset === "promised")).toMatchObject({
      target: 0.9,
      missed_at: null,
    });
  });
});
