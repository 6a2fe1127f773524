/**
 * Rules are asked on every road by which rows change: each road × each action × each sort of rule, with what comes of it, as
 * a table that is read (tests/golden/rules-on-roads.txt). And what edits by hand can do against rules, and how often they ask.
 */
import type pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadBatch } from "../../worker/stream/batch.ts";
import { addMember, asMember } from "../support/database.ts";
import { expectGolden } from "../support/golden.ts";
import { sendEvents } from "./stream-support.ts";
import { type Bench, createLoader, declare, type RunRow } from "./support.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await createLoader();
  await declare(bench, "known", [{ name: "code" }], ["code"]);
  await bench.load("known", "code\nx\ny\n");
});
afterAll(() => bench.close());

const ACTIONS = ["record", "reject", "hold"] as const;
type Action = (typeof ACTIONS)[number];
interface Row {
  a: number;
  b: string;
  c: string;
}
interface Sort {
  name: string;
  rule: Record<string, unknown>;
  /** What makes row 2 wrong. */
  wrong: Partial<Row>;
  actions: readonly Action[];
}
const ALL: readonly Action[] = ["record", "hold"];
const SORTS: Sort[] = [
  {
    name: "range of a row",
    rule: { kind: "range", field: "a", parameters: { min: 0 } },
    wrong: { a: -10 },
    actions: ACTIONS,
  },
  {
    name: "reference",
    rule: { kind: "reference", field: "c", parameters: { dataset: "known", field: "code" } },
    wrong: { c: "zz" },
    actions: ACTIONS,
  },
  { name: "uniqueness", rule: { kind: "uniqueness", fields: ["a"] }, wrong: { a: 1 }, actions: ACTIONS },
  {
    name: "functional dependency",
    rule: { kind: "functional_dependency", fields: ["b"], parameters: { to: "c" } },
    wrong: { c: "y" },
    actions: ACTIONS,
  },
  {
    name: "dependency, each decider",
    rule: { kind: "functional_dependency", fields: ["b"], parameters: { to: "c", deciders: "each" } },
    wrong: { c: "y" },
    actions: ACTIONS,
  },
  {
    name: "range of all rows in force",
    rule: { kind: "range", field: "a", parameters: { min: 0 }, scope: "dataset" },
    wrong: { a: -10 },
    actions: ALL,
  },
  {
    name: "uniqueness of all rows in force",
    rule: { kind: "uniqueness", fields: ["a"], scope: "dataset" },
    wrong: { a: 1 },
    actions: ALL,
  },
  {
    name: "mean of all rows in force",
    rule: { kind: "mean", field: "a", parameters: { min: 3 }, scope: "dataset" },
    wrong: { a: -10 },
    actions: ALL,
  },
  {
    name: "mean of a load",
    rule: { kind: "mean", field: "a", parameters: { min: 3 }, scope: "batch" },
    wrong: { a: -10 },
    actions: ALL,
  },
];

const right = (k: number): Row => ({ a: k, b: "g", c: "x" });
const rowOf = (k: number, wrong: Partial<Row>): Row => ({ ...right(k), ...(k === 2 ? wrong : {}) });
const KEYS = [1, 2, 3, 4, 5, 6];
const file = (keys: number[], wrong: Partial<Row>): string =>
  `k,a,b,c\n${keys.map((k) => [k, ...Object.values(rowOf(k, wrong))].join(",")).join("\n")}\n`;

async function deploy(id: string, rule: Record<string, unknown>): Promise<void> {
  await bench.query("select quality.put_rule($1, $2)", [id, JSON.stringify(rule)]);
  await bench.query("select quality.deploy_rule($1, $2)", [id, rule.name]);
}

/** Six rows that a second load put right, and then the rule. */
async function prepare(name: string, sort: Sort, action: Action) {
  const fields = [
    { name: "k", type: "integer" },
    { name: "a", type: "integer" },
    { name: "b" },
    { name: "c" },
  ];
  const id = await declare(bench, name, fields, ["k"]);
  await bench.load(name, file(KEYS, sort.wrong));
  const [was] = await bench.query<{ at: string }>("select to_jsonb(clock_timestamp()) #>> '{}' as at");
  const mending = await bench.load(name, file(KEYS, {}));
  await deploy(id, { ...sort.rule, name: "the_rule", action });
  return { id, name, at: was!.at, mending: mending.id };
}
type Ground = Awaited<ReturnType<typeof prepare>>;

const isWrong = async (name: string, sort: Sort): Promise<boolean> => {
  const [row] = await bench.query<Row>(`select a, b, c from org_acme.${name} where k = 2`);
  return JSON.stringify(row) === JSON.stringify(rowOf(2, sort.wrong));
};

async function told(run: RunRow, name: string, sort: Sort): Promise<string> {
  const [result] = await bench.query<{ passed: boolean }>(
    "select passed from quality.results where check_id = $1 and rule_name = 'the_rule'",
    [run.id],
  );
  const written = (await isWrong(name, sort)) ? "written" : `${run.rejected} rejected`;
  const what = run.status === "held" ? "held" : written;
  return result && !result.passed ? `${what}, told` : what;
}

/** Roads of files, each from the mended rows. */
async function byLoads(ground: Ground, sort: Sort): Promise<Record<string, string>> {
  const { name } = ground;
  const out: Record<string, string> = {};
  const mend = async () => {
    const run = await bench.load(name, file(KEYS, {}), { force: true });
    if (run.status === "held") {
      await bench.query("select ingest.release_run($1)", [run.id]);
      await bench.run(run.id);
    }
  };
  const all = await bench.load(name, file(KEYS, sort.wrong), { force: true });
  out["load of all rows"] = await told(all, name, sort);
  out["held run released"] = "-";
  out["rejected rows replayed"] = "-";
  if (all.status === "held") {
    await bench.query("select ingest.release_run($1)", [all.id]);
    await bench.run(all.id);
    out["held run released"] = await told(await bench.runRow(all.id), name, sort);
  } else if (all.rejected > 0) {
    const [replay] = await bench.query<{ id: string }>("select id from ingest.replay_rejected($1)", [all.id]);
    await bench.run(replay!.id);
    out["rejected rows replayed"] = await told(await bench.runRow(replay!.id), name, sort);
  }
  await mend();
  const alone = await bench.load(name, file([2], sort.wrong), { force: true });
  out["load of the row alone"] = await told(alone, name, sort);
  if (alone.status === "held") await bench.query("select ingest.reject_run($1)", [alone.id]);
  await mend();
  await sendEvents(
    bench,
    name,
    KEYS.map((k) => ({ k, ...rowOf(k, sort.wrong) })),
  );
  await loadBatch(bench.context, bench.org.id, ground.id, "test-worker");
  const [batch] = await bench.query<{ id: string }>(
    "select id from ingest.runs where dataset_id = $1 order by created_at desc limit 1",
    [ground.id],
  );
  out["stream of all rows"] = await told(await bench.runRow(batch!.id), name, sort);
  return out;
}

class RolledBack extends Error {}
/** In a transaction of its own that leaves nothing. */
async function tried<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  let result: T | undefined;
  await asMember(bench.db, { orgId: bench.org.id, userId: bench.manager }, async (client) => {
    result = await work(client);
    throw new RolledBack();
  }).catch((error: unknown) => {
    if (!(error instanceof RolledBack)) throw error;
  });
  return result!;
}
const codeOf = (error: unknown): string => (error as { code: string }).code;

/** Refused or written; refused also when it is to go against the rules without a reason, written with one. */
async function byHand(
  text: string,
  values: unknown[],
  says: "by settings" | "by arguments",
): Promise<string> {
  const ask = (against: boolean, reason: string | null): Promise<string> =>
    tried(async (client) => {
      if (says === "by settings")
        await client.query(
          "select set_config('cadastre.against_rules', $1, true), set_config('cadastre.reason', $2, true)",
          [String(against), reason ?? ""],
        );
      await client.query(text, says === "by settings" ? values : [...values, reason, against]);
      return "written";
    }).catch(codeOf);
  const first = await ask(false, "seen on paper");
  if (first !== "HS007") return first;
  expect([await ask(true, null), await ask(true, "seen on paper")]).toEqual(["HS001", "written"]);
  return "refused";
}

async function byPeople(ground: Ground, sort: Sort): Promise<Record<string, string>> {
  const { id, name, at, mending } = ground;
  const wrong = rowOf(2, sort.wrong);
  const values = [wrong.a, wrong.b, wrong.c];
  const preview = async (text: string, given: unknown[]): Promise<string> => {
    const refused = await tried(async (client) => {
      const { rows } = await client.query<{
        told: { refused: { rule: string; rows: number; keys?: unknown }[] };
      }>(text, given);
      return rows[0]!.told.refused;
    });
    return refused.length === 0
      ? "nothing refused"
      : refused.map((r) => `${r.rows} refused${r.keys ? `: ${JSON.stringify(r.keys)}` : ""}`).join("; ");
  };
  const rows = "select data.undo_rows($1, '[{\"k\": 2}]', $2, $3, 'force', $4, $5) as told";
  const run = "select ingest.undo_run($1, $2, 'force', $3, $4) as told";
  const edit = (text: string) => byHand(text, values, "by settings");
  return {
    "insert by hand": await edit(`insert into org_acme.${name} (k, a, b, c) values (7, $1, $2, $3)`),
    "edit by hand": await edit(`update org_acme.${name} set a = $1, b = $2, c = $3 where k = 2`),
    "restore of a row": await byHand("select data.restore_row($1, '{\"k\": 2}', 1)", [id], "by settings"),
    "restore of rows, preview": await preview(rows, [id, at, true, null, false]),
    "restore of rows": await byHand(rows, [id, at, false], "by arguments"),
    "undo of a load, preview": await preview(run, [mending, true, null, false]),
    "undo of a load": await byHand(run, [mending, false], "by arguments"),
  };
}

it("on every road, with every action, for every sort of rule", async () => {
  const parts: string[] = [];
  let made = 0;
  for (const sort of SORTS) {
    const columns: Record<Action, Record<string, string>> = { record: {}, reject: {}, hold: {} };
    for (const action of sort.actions) {
      const ground = await prepare(`road_${++made}`, sort, action);
      columns[action] = { ...(await byPeople(ground, sort)), ...(await byLoads(ground, sort)) };
    }
    const table = Object.keys(columns.hold).map((road) => [
      road,
      ...sort.actions.map((action) => columns[action][road]!),
    ]);
    parts.push(
      [
        `${sort.name}: ${JSON.stringify(sort.rule)}, wrong ${JSON.stringify(sort.wrong)}`,
        ...[["", ...sort.actions], ...table].map((line) =>
          line
            .map((cell, i) => cell.padEnd(i === 0 ? 28 : 32))
            .join("")
            .trimEnd(),
        ),
      ].join("\n"),
    );
  }
  await expectGolden("rules-on-roads.txt", `${parts.join("\n\n")}\n`);
}, 300_000);

it("edits of many rows in a statement are refused together, whatever the transaction did before, and leave nothing", async () => {
  const id = await declare(
    bench,
    "many",
    [
      { name: "k", type: "integer" },
      { name: "a", type: "integer" },
    ],
    ["k"],
  );
  await bench.load("many", `k,a\n${Array.from({ length: 500 }, (_, i) => `${i},${i}`).join("\n")}\n`);
  await deploy(id, { name: "a_unique", kind: "uniqueness", field: "a", action: "reject" });
  await deploy(id, {
    name: "a_small",
    kind: "range",
    field: "a",
    parameters: { max: 600 },
    action: "reject",
  });
  const counted = () => bench.query("select max(a), sum(version)::int as versions from org_acme.many");
  await expect(bench.query("update org_acme.many set a = a + 1 where k >= 450")).resolves.toBeDefined();
  await expect(bench.query("update org_acme.many set a = a + 110 where k >= 450")).rejects.toMatchObject({
    code: "HS007",
    message: expect.stringContaining("a_small (10 rows)"),
  });
  // Two rows that take each other's value are right at the statement's end.
  await bench.query("update org_acme.many set a = case k when 1 then 2 else 1 end where k in (1, 2)");
  await asMember(bench.db, { orgId: bench.org.id, userId: bench.manager }, async (client) => {
    await client.query("update org_acme.many set a = 550 where k = 3");
    await client.query("savepoint s");
    await expect(client.query("insert into org_acme.many (k, a) values (900, 550)")).rejects.toMatchObject({
      code: "HS007",
      message: expect.stringContaining("a_unique (1 row)"),
    });
    await client.query("rollback to s");
    await client.query("insert into org_acme.many (k, a) values (900, 551)");
  });
  expect(await counted()).toEqual([{ max: 551, versions: 500 + 50 + 2 + 1 + 1 }]);
  // Whoever edits cannot say from where they were asked.
  await asMember(bench.db, { orgId: bench.org.id, userId: bench.manager }, async (client) => {
    await client.query("create temp table cadastre_asked (dataset uuid primary key, number bigint)");
    await client.query("update org_acme.many set a = 999 where k = 4");
  }).then(
    () => expect.unreachable(),
    (error: unknown) => expect(["42501", "HS007"]).toContain(codeOf(error)),
  );
});

it("rules about all rows refuse what makes them fail, also a deletion, and let a dataset be mended that fails already", async () => {
  const id = await declare(
    bench,
    "whole",
    [
      { name: "k", type: "integer" },
      { name: "a", type: "integer" },
    ],
    ["k"],
  );
  await bench.load("whole", "k,a\n1,1\n2,2\n3,3\n");
  await deploy(id, {
    name: "three",
    kind: "row_count",
    parameters: { min: 3 },
    scope: "dataset",
    action: "hold",
  });
  await expect(bench.query("delete from org_acme.whole where k = 3")).rejects.toMatchObject({
    code: "HS007",
  });
  await deploy(id, {
    name: "mean",
    kind: "mean",
    field: "a",
    parameters: { min: 5 },
    scope: "dataset",
    action: "hold",
  });
  await bench.query("select quality.run_rules($1)", [id]);
  await bench.query("update org_acme.whole set a = 4 where k = 1");
  await bench.query("select quality.run_rules($1)", [id]);
  await bench.query("update org_acme.whole set a = 9 where k = 2");
  await bench.query("select quality.run_rules($1)", [id]);
  await expect(bench.query("update org_acme.whole set a = 0 where k = 2")).rejects.toMatchObject({
    message: expect.stringContaining("mean"),
  });
});

it("whoever goes against rules is in the audit trail with the rules, and an editor who sees no rules meets them too", async () => {
  const editor = await addMember(bench.db, bench.org.id, "editor@acme.example", "editor");
  const id = await declare(
    bench,
    "told",
    [
      { name: "k", type: "integer" },
      { name: "a", type: "integer" },
    ],
    ["k"],
  );
  await bench.load("told", "k,a\n1,1\n");
  await deploy(id, { name: "positive", kind: "range", field: "a", parameters: { min: 0 }, action: "reject" });
  const edit = (against: string) =>
    asMember(bench.db, { orgId: bench.org.id, userId: editor }, async (client) => {
      await client.query(
        "select set_config('cadastre.against_rules', $1, true), set_config('cadastre.reason', 'as it is', true)",
        [against],
      );
      await client.query("update org_acme.told set a = -1 where k = 1");
    });
  await expect(edit("")).rejects.toMatchObject({
    code: "HS007",
    hint: expect.stringContaining("a must be at least 0"),
  });
  await edit("true");
  const { rows } = await bench.db.admin.query(
    "select detail from audit.events where action = 'record.against_rules' and object_id = $1",
    [id],
  );
  expect(rows.map((r) => r.detail)).toEqual([
    { rules: [{ rule: "positive", field: "a", action: "reject", rows: 1 }] },
  ]);
});
