/**
 * Question: what does row-level security cost an analyst and the API, against the same table without any? One key,
 * the latest 50, a sum over everything; 1M rows. Ratio: time with policies over time without; goal <= 1.1 on the sum.
 * The bare road reads the same store table's copy as a superuser-owned table by the same login.
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
const ROUNDS = 15;
/** Small queries are run this often a round, so that the clock does not decide. */
const REPEAT = 20;

const QUESTIONS = [
  {
    metric: "key lookup",
    text: (t: string) => `select * from ${t} where order_id = 500000`,
    repeat: REPEAT,
    goal: 1.5,
  },
  {
    metric: "latest 50",
    text: (t: string) => `select * from ${t} order by order_id desc limit 50`,
    repeat: REPEAT,
    goal: 1.5,
  },
  { metric: "full sum", text: (t: string) => `select sum(amount), count(*) from ${t}`, repeat: 1, goal: 1.1 },
];

async function fill(context: BenchContext, org: BenchOrg): Promise<void> {
  const fields = [
    { name: "order_id", type: "bigint" },
    { name: "customer", type: "integer" },
    { name: "amount", type: "numeric(10,2)" },
    { name: "placed_on", type: "date" },
    { name: "note", type: "text" },
  ];
  await asManager(context, org, (client) =>
    client.query("select data.create_dataset('orders', $1, '{order_id}')", [JSON.stringify(fields)]),
  );
  // As the worker's claim says and by the owner's hand, the way a merge writes.
  const rows = `select g, g % 1000, (g % 10000) / 100.0, date '2026-01-01' - (g % 1000)::int, 'note ' || g from generate_series(1, ${ROWS}) g`;
  await context.admin.query(
    `insert into store_${org.schemaKey}.orders (order_id, customer, amount, placed_on, note, run_id)
     select o.*, uuidv7() from (${rows}) o`,
  );
  // The same rows in a table of the same width, key and room on each page, without policies, views or checks.
  await context.admin.query(
    `create table public.bare (like store_${org.schemaKey}.orders including all) with (fillfactor = 90)`,
  );
  await context.admin.query(
    `insert into public.bare (order_id, customer, amount, placed_on, note, run_id)
     select order_id, customer, amount, placed_on, note, run_id from store_${org.schemaKey}.orders`,
  );
  await context.admin.query("grant select on public.bare to cadastre_sql");
  await context.admin.query(`vacuum (analyze) store_${org.schemaKey}.orders`);
  await context.admin.query("vacuum (analyze) public.bare");
}

async function analystOf(context: BenchContext, org: BenchOrg): Promise<pg.Client> {
  const service = { kind: "service", orgId: org.id, userId: null } as const;
  const login = await withClaim(context.worker, context.claimKey, service, async (client) => {
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

export async function bench(context: BenchContext): Promise<BenchResult[]> {
  const org = await makeOrg(context, "rls");
  await fill(context, org);
  const client = await analystOf(context, org);
  const results: BenchResult[] = [];
  for (const { metric, text, repeat, goal } of QUESTIONS) {
    const bare: number[] = [];
    const bound: number[] = [];
    // One warm round, then both sides in turns.
    for (let round = -1; round < ROUNDS; round++) {
      const a = await time(client, `bare ${metric}`, text("public.bare"), repeat);
      const b = await time(client, `bound ${metric}`, text("orders"), repeat);
      if (round < 0) continue;
      bare.push(a);
      bound.push(b);
    }
    const ratio = median(bound) / median(bare);
    results.push({
      bench: "rls",
      metric,
      ratio: Number(ratio.toFixed(3)),
      goal,
      ok: ratio <= goal,
      detail: `bare ${median(bare).toFixed(3)} ms, as an analyst's login ${median(bound).toFixed(3)} ms`,
    });
  }
  await client.end();
  await context.admin.query("drop table public.bare");
  return results;
}

if (process.argv[1] && path.resolve(process.argv[1]) === import.meta.filename) await runAlone(bench);
