/**
 * Question: what does row-level security cost an analyst and the API, against the same table without any? One key,
 * the latest 50, a sum over everything; 1M rows. Ratio: time with policies over time without; goal <= 1.1 on the sum.
 * The bare road reads the same store table's copy as a superuser-owned table by the same login.
 *
 * Then the same with the full policy set: a row filter that compares a column with an attribute of the person, and two
 * masks. Every row meets the filter, so both sides answer with the same rows, and the bare side says no condition and no
 * mask at all: it is the table without any of this. Twice, since masks differ in what they do to each row that is shown:
 * null and year, hash and year. The detail also tells the time of a query that says filter and masks itself, with the
 * hash's key as a literal: below that no policy can come. Both sides name the same columns.
 */
import path from "node:path";
import pg from "pg";
import { loginUrl } from "../../lib/db/urls.ts";
import { withClaim } from "../../lib/pg.ts";
import {
  asManager,
  type BenchContext,
  type BenchOrg,
  type BenchResult,
  makeOrg,
  median,
  runAlone,
} from "../support.ts";

const ROWS = Number(process.env.BENCH_ROWS ?? 1_000_000);
const ROUNDS = 25;
/** Small queries are run this often a round, so that the clock does not decide. */
const REPEAT = 20;

/** The dataset's own columns on both sides: neither has to compute its hash, composite key or list of changes. */
const COLUMNS = "order_id, customer, amount, placed_on, note, region";

interface Question {
  metric: string;
  text(table: string, columns: string, condition: string): string;
  repeat: number;
  goal: number;
  /** With the full policy set. */
  policyGoal: number;
}

const QUESTIONS: Question[] = [
  {
    metric: "key lookup",
    text: (table, columns, condition) =>
      `select ${columns} from ${table} where order_id = 500000 ${condition && `and ${condition}`}`,
    repeat: REPEAT,
    goal: 1.5,
    policyGoal: 1.5,
  },
  {
    metric: "latest 50",
    text: (table, columns, condition) =>
      `select ${columns} from ${table} ${condition && `where ${condition}`} order by order_id desc limit 50`,
    repeat: REPEAT,
    goal: 1.5,
    policyGoal: 1.15,
  },
  {
    metric: "full sum",
    text: (table, _columns, condition) =>
      `select sum(amount), count(*) from ${table} ${condition && `where ${condition}`}`,
    repeat: 1,
    goal: 1.1,
    policyGoal: 1.15,
  },
];

const CONDITION = "region = 'EMEA'";
/** A mask of `note` by name, and what a query says for it; `placed_on` has the mask year in both sets. */
const MASKS = [
  { name: "null", said: "null::text as note" },
  {
    name: "hash",
    said: `encode(public.hmac(convert_to(note, 'UTF8'), '\\x${"5a".repeat(32)}'::bytea, 'sha256'), 'hex') as note`,
  },
];

/** The dataset's columns with the masks said by the query. */
const saidColumns = (note: string) =>
  COLUMNS.replace("placed_on", "date_trunc('year', placed_on::timestamp)::date as placed_on").replace(
    "note",
    note,
  );

async function fill(context: BenchContext, org: BenchOrg): Promise<void> {
  const fields = [
    { name: "order_id", type: "bigint" },
    { name: "customer", type: "integer" },
    { name: "amount", type: "numeric(10,2)" },
    { name: "placed_on", type: "date" },
    { name: "note", type: "text" },
    { name: "region", type: "text" },
  ];
  await asManager(context, org, (client) =>
    client.query("select data.create_dataset('orders', $1, '{order_id}')", [JSON.stringify(fields)]),
  );
  // As the worker's claim says and by the owner's hand, the way a merge writes.
  const rows = `select g, g % 1000, (g % 10000) / 100.0, date '2026-01-01' - (g % 1000)::int, 'note ' || g, 'EMEA' from generate_series(1, ${ROWS}) g`;
  await context.admin.query(
    `insert into store_${org.schemaKey}.orders (order_id, customer, amount, placed_on, note, region, run_id)
     select o.*, uuidv7() from (${rows}) o`,
  );
  // The same rows in a table of the same width, key and room on each page, without policies, views or checks.
  await context.admin.query(
    `create table public.bare (like store_${org.schemaKey}.orders including all) with (fillfactor = 90)`,
  );
  await context.admin.query(
    `insert into public.bare (order_id, customer, amount, placed_on, note, region, run_id)
     select order_id, customer, amount, placed_on, note, region, run_id from store_${org.schemaKey}.orders`,
  );
  await context.admin.query("grant select on public.bare to cadastre_sql");
  await context.admin.query(`vacuum (analyze) store_${org.schemaKey}.orders`);
  await context.admin.query("vacuum (analyze) public.bare");
}

async function analystOf(context: BenchContext, org: BenchOrg): Promise<pg.Client> {
  const login = await asService(context, org, async (client) => {
    const { rows } = await client.query("select role_name, password from access.create_sql_login($1)", [
      org.userId,
    ]);
    return rows[0] as { role_name: string; password: string };
  });
  const client = new pg.Client({
    connectionString: loginUrl(context.adminUrl, login.role_name, login.password),
  });
  await client.connect();
  return client;
}

async function time(client: pg.Client, name: string, text: string, repeat: number): Promise<number> {
  const begun = performance.now();
  for (let i = 0; i < repeat; i++) await client.query({ name, text });
  return (performance.now() - begun) / repeat;
}

/** As the worker acting for the organization. */
function asService<T>(
  context: BenchContext,
  org: BenchOrg,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  return withClaim(
    context.worker,
    context.claimKey,
    { kind: "service", orgId: org.id, userId: null } as const,
    work,
  );
}

async function addMask(context: BenchContext, org: BenchOrg, kind: string, field: string): Promise<string> {
  return asService(context, org, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      "select id from access.create_policy(name => $1, kind => 'mask', mask => $2)",
      [`${kind} of ${field}`, JSON.stringify({ kind, fields: [field] })],
    );
    return rows[0]!.id;
  });
}

/** One row filter by an attribute that every row meets, and the mask that both sets have. */
async function addPolicies(context: BenchContext, org: BenchOrg): Promise<void> {
  await context.admin.query(
    `update access.memberships set attributes = '{"region": "EMEA"}' where org_id = $1 and user_id = $2`,
    [org.id, org.userId],
  );
  await asService(context, org, (client) =>
    client.query(
      `select access.create_policy(name => 'own region', kind => 'row_filter', datasets => array(select id from data.datasets),
         condition => '{"eq": [{"row": "region"}, {"user": "region"}]}')`,
    ),
  );
  await addMask(context, org, "year", "placed_on");
}

/** Medians of both sides in turns, after one warm round. */
async function compare(
  client: pg.Client,
  name: string,
  repeat: number,
  texts: readonly string[],
): Promise<number[]> {
  const times: number[][] = texts.map(() => []);
  for (let round = -1; round < ROUNDS; round++)
    for (let i = 0; i < texts.length; i++) {
      const taken = await time(client, `${name} ${i}`, texts[i]!, repeat);
      if (round >= 0) times[i]!.push(taken);
    }
  return times.map(median);
}

function tell(metric: string, bare: number, bound: number, goal: number, detail: string): BenchResult {
  const ratio = bound / bare;
  return { bench: "rls", metric, ratio: Number(ratio.toFixed(3)), goal, ok: ratio <= goal, detail };
}

/** Without row filter and masks: what the boundary and the permission cost. */
async function measureBoundary(client: pg.Client): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (const { metric, text, repeat, goal } of QUESTIONS) {
    const texts = [text("public.bare", COLUMNS, ""), text("orders", COLUMNS, "")];
    const [bare, bound] = (await compare(client, metric, repeat, texts)) as [number, number];
    const detail = `bare ${bare.toFixed(3)} ms, as an analyst's login ${bound.toFixed(3)} ms`;
    results.push(tell(metric, bare, bound, goal, detail));
  }
  return results;
}

async function measurePolicies(client: pg.Client, mask: (typeof MASKS)[number]): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (const { metric, text, repeat, policyGoal } of QUESTIONS) {
    const texts = [
      text("public.bare", COLUMNS, ""),
      text("orders", COLUMNS, ""),
      text("public.bare", saidColumns(mask.said), CONDITION),
    ];
    const [bare, bound, said] = (await compare(client, `${mask.name} ${metric}`, repeat, texts)) as [
      number,
      number,
      number,
    ];
    const detail = `bare ${bare.toFixed(3)} ms, one filter and two masks ${bound.toFixed(3)} ms, filter and masks said by the query ${said.toFixed(3)} ms`;
    results.push(tell(`${metric}, full policy set (${mask.name}, year)`, bare, bound, policyGoal, detail));
  }
  return results;
}

export async function bench(context: BenchContext): Promise<BenchResult[]> {
  const org = await makeOrg(context, "rls");
  await fill(context, org);
  const client = await analystOf(context, org);
  const results = await measureBoundary(client);
  await addPolicies(context, org);
  for (const mask of MASKS) {
    const id = await addMask(context, org, mask.name, "note");
    results.push(...(await measurePolicies(client, mask)));
    await asService(context, org, (service) => service.query("select access.remove_policy($1)", [id]));
  }
  await client.end();
  await context.admin.query("drop table public.bare");
  return results;
}

if (process.argv[1] && path.resolve(process.argv[1]) === import.meta.filename) await runAlone(bench);
