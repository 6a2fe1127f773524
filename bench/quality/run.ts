/**
 * Questions: what do 30 rules of a dataset's own add to a load of a million rows, against the same load without them, and
 * to that of a second edition in which one row in a hundred differs? And
 * what does a profile of a million rows of 20 fields cost, against one scan that reads every field? Here less is better:
 * a goal is the most that a ratio may be.
 */
import path from "node:path";
import {
  asManager,
  type BenchContext,
  type BenchResult,
  makeOrg,
  median,
  runAlone,
  timeLoad,
} from "../support.ts";

const ROWS = Number(process.env.BENCH_ROWS ?? 1_000_000);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const CHANGED = 100;

export const FIELDS = [
  { name: "id", type: "bigint" },
  { name: "customer", type: "integer" },
  { name: "product", type: "integer" },
  { name: "quantity", type: "integer" },
  { name: "price", type: "numeric(12,2)" },
  { name: "discount", type: "numeric(5,4)" },
  { name: "ordered", type: "date" },
  { name: "shipped", type: "date" },
  { name: "touched", type: "timestamptz" },
  { name: "paid", type: "boolean" },
  { name: "status", type: "text" },
  { name: "channel", type: "text" },
  { name: "country", type: "text" },
  { name: "city", type: "text" },
  { name: "zip", type: "text" },
  { name: "phone", type: "text" },
  { name: "email", type: "text" },
  { name: "code", type: "text" },
  { name: "weight", type: "numeric" },
  { name: "note", type: "text" },
];

const STATUS = ["new", "paid", "packed", "sent", "back"];
const COUNTRIES = ["FR", "DE", "IT", "ES", "PT", "NL", "BE", "AT"];

/** `changed`: every so-many-th row says something else, in its note or in every field. */
export function makeRows(rows: number, changed = 0, inAll = false): Buffer {
  const parts = [FIELDS.map((f) => f.name).join(",")];
  const two = (n: number): string => String(n).padStart(2, "0");
  for (let i = 1; i <= rows; i++) {
    const differs = changed > 0 && i % changed === 1;
    const h = ((differs && inAll ? i + rows : i) * 2654435761) % 4294967296;
    const zip = 10000 + (h % 5000);
    const day = `2025-${two(1 + (h % 12))}-${two(1 + (h % 27))}`;
    parts.push(
      `${i},${h % 100000},${h % 5000},${1 + (h % 9)},${(h % 99999) / 100},${(h % 50) / 100},${day},${day},${day} 10:00:00+00,${h % 3 === 0},${STATUS[h % 5]},web,${COUNTRIES[zip % 8]},town ${zip % 700},${zip},0${600000000 + (h % 99999999)},p${h % 100000}@example.org,AB-${1000 + (h % 9000)},${(h % 1000) / 8},${i % 4 === 0 ? "" : `note ${differs ? "two" : h % 977}`}`,
    );
  }
  return Buffer.from(`${parts.join("\n")}\n`);
}

const rule = (kind: string, fields: string[], parameters: object = {}) => ({
  name: [...fields, kind, "rule"].join("_"),
  kind,
  fields,
  parameters,
});
export const RULES = [
  ...["customer", "product", "quantity", "price", "ordered", "status", "country"].map((f) =>
    rule("required", [f]),
  ),
  rule("range", ["quantity"], { min: 1, max: 9 }),
  rule("range", ["price"], { min: 0, max: 1000 }),
  rule("range", ["discount"], { min: 0, max: 1 }),
  rule("range", ["weight"], { min: 0 }),
  rule("range", ["ordered"], { min: "2020-01-01" }),
  rule("length", ["note"], { max: 40 }),
  rule("length", ["city"], { min: 2, max: 60 }),
  rule("pattern", ["zip"], { pattern: "[0-9]{5}" }),
  rule("pattern", ["phone"], { pattern: "0[0-9]{9}" }),
  rule("pattern", ["code"], { pattern: "AB-[0-9]{4}" }),
  rule("pattern", ["email"], { pattern: "[^@ ]+@[^@ ]+" }),
  rule("allowed_values", ["status"], { values: STATUS }),
  rule("allowed_values", ["country"], { values: COUNTRIES }),
  rule("allowed_values", ["channel"], { values: ["web", "shop"] }),
  rule("not_in_future", ["ordered"]),
  rule("not_in_future", ["touched"]),
  rule("comparison", ["ordered", "shipped"], { operator: "<=" }),
  rule("functional_dependency", ["zip"], { to: "country" }),
  rule("null_share", ["note"], { max: 0.5 }),
  rule("mean", ["quantity"], { min: 2, max: 8 }),
  rule("row_count", [], { min: 1 }),
  rule("freshness", ["touched"], { max_hours: 1e6 }),
  rule("null_share", ["city"], { max: 0.01 }),
].map((r, i) => ({ ...r, name: `r${i + 1}_${r.kind}` }));

async function makeDataset(context: BenchContext, slug: string, rules: readonly object[]) {
  const org = await makeOrg(context, slug);
  const id = await asManager(context, org, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      "select id from data.create_dataset('orders', $1, '{id}')",
      [JSON.stringify(FIELDS)],
    );
    for (const one of rules) {
      await client.query("select quality.deploy_rule($1, (quality.put_rule($1, $2)).name)", [
        rows[0]!.id,
        JSON.stringify(one),
      ]);
    }
    return rows[0]!.id;
  });
  return { org, id };
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

export async function bench(context: BenchContext): Promise<BenchResult[]> {
  const content = makeRows(ROWS);
  const edition = makeRows(ROWS, CHANGED);
  context.say(`${ROWS} rows, ${(content.length / 1e6).toFixed(1)} MB, ${RULES.length} rules`);
  const bare: number[] = [];
  const asked: number[] = [];
  const bareAgain: number[] = [];
  const askedAgain: number[] = [];
  const scans: number[] = [];
  const profiles: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await context.admin.query("checkpoint");
    const plain = await makeDataset(context, `plain-${round}`, []);
    const one = await timeLoad(context, plain.org, "orders", content);
    bare.push(one.seconds);
    await context.admin.query("checkpoint");
    const ruled = await makeDataset(context, `ruled-${round}`, RULES);
    const two = await timeLoad(context, ruled.org, "orders", content);
    asked.push(two.seconds);
    await context.admin.query("checkpoint");
    bareAgain.push((await timeLoad(context, plain.org, "orders", edition, "snapshot")).seconds);
    await context.admin.query("checkpoint");
    askedAgain.push((await timeLoad(context, ruled.org, "orders", edition, "snapshot")).seconds);
    context.say(
      `  second edition without ${bareAgain.at(-1)!.toFixed(2)}, with ${askedAgain.at(-1)!.toFixed(2)}`,
    );
    context.say(
      `  without ${one.seconds.toFixed(2)}, with ${two.seconds.toFixed(2)} (check ${two.steps.check?.toFixed(2)})`,
    );
    await context.admin.query(`vacuum analyze store_${plain.org.schemaKey}.orders`);
    const columns = FIELDS.map((f) => `count(t.${f.name})`).join(", ");
    const scan = () =>
      asManager(context, plain.org, (client) =>
        client.query(`select ${columns} from org_${plain.org.schemaKey}.orders t`),
      );
    await scan();
    scans.push(await seconds(scan));
    profiles.push(
      await seconds(() =>
        asManager(context, plain.org, (client) =>
          client.query("select quality.make_profile($1)", [plain.id]),
        ),
      ),
    );
    context.say(`  scan ${scans.at(-1)!.toFixed(2)}, profile ${profiles.at(-1)!.toFixed(2)}`);
  }
  const added = (median(asked) - median(bare)) / median(bare);
  const again = (median(askedAgain) - median(bareAgain)) / median(bareAgain);
  const cost = median(profiles) / median(scans);
  return [
    {
      bench: "quality",
      metric: `${RULES.length} rules: what they add to a load, at most`,
      ratio: Number(added.toFixed(2)),
      goal: 0.6,
      ok: added <= 0.6,
      detail: `load ${median(bare).toFixed(2)} s, with rules ${median(asked).toFixed(2)} s, medians of ${ROUNDS}, ${ROWS} rows of ${FIELDS.length} fields`,
    },
    {
      bench: "quality",
      metric: `${RULES.length} rules: what they add to a second edition, at most`,
      ratio: Number(again.toFixed(2)),
      goal: 0.6,
      ok: again <= 0.6,
      detail: `load ${median(bareAgain).toFixed(2)} s, with rules ${median(askedAgain).toFixed(2)} s, medians of ${ROUNDS}, one row in ${CHANGED} differs`,
    },
    {
      bench: "quality",
      metric: "profile against one scan of all fields, at most",
      ratio: Number(cost.toFixed(2)),
      goal: 5,
      ok: cost <= 5,
      detail: `scan ${median(scans).toFixed(2)} s, profile ${median(profiles).toFixed(2)} s, medians of ${ROUNDS}, ${ROWS} rows of ${FIELDS.length} fields`,
    },
  ];
}

if (process.argv[1] && path.resolve(process.argv[1]) === import.meta.filename) await runAlone(bench);
