/**
 * Question: what does the past cost to read? A dataset of a million rows, each changed by nine more loads so that it has
 * ten versions, is read whole as of the fifth load and as it is now, by an analyst's SQL login, with the same aggregate. Ratio:
 * the past over the present, medians of alternating runs.
 *
 * The detail has two more figures: as of the first load, the oldest moment there is, and the difference between two loads
 * next to each other.
 */
import path from "node:path";
import pg from "pg";
import { loginUrl } from "../../lib/db/urls.ts";
import { withClaim } from "../../lib/pg.ts";
import { FIELDS, makeOrders } from "../load/orders.ts";
import {
  asManager,
  type BenchContext,
  type BenchOrg,
  type BenchResult,
  makeOrg,
  median,
  runAlone,
  timeLoad,
} from "../support.ts";

const ROWS = Number(process.env.BENCH_ROWS ?? 1_000_000);
const ROUNDS = Math.min(9, Number(process.env.BENCH_ROUNDS ?? 5));
const VERSIONS = 10;

// Store tables are closed to every login: a function of their owner's, as the merge is one.
const SETUP = `
  create or replace function public.bench_change(statement text) returns bigint
  language plpgsql security definer set search_path = '' as $$
  declare n bigint;
  begin
    execute statement;
    get diagnostics n = row_count;
    -- As a merge ends.
    perform data.summarize_history(d.id, n) from data.datasets d where d.name = 'orders';
    return n;
  end $$;
  alter function public.bench_change(text) owner to cadastre_owner;
  grant execute on function public.bench_change(text) to cadastre_worker;`;

/** Every row changed once more, as a load changes it; returns the moment of that. */
async function change(context: BenchContext, org: BenchOrg, version: number): Promise<string> {
  const run = `01900000-0000-7000-8000-${String(version).padStart(12, "0")}`;
  const claim = { kind: "service", orgId: org.id, userId: null } as const;
  return withClaim(context.worker, context.claimKey, claim, async (client) => {
    await client.query("select set_config('cadastre.run_id', $1, true)", [run]);
    await client.query("select public.bench_change($1)", [
      `update store_${org.schemaKey}.orders set quantity = 1 + quantity % 1000, version = version + 1, valid_from = now(),
              change_type = 'update', change_mask = b'000100000', run_id = '${run}'`,
    ]);
    return (await client.query<{ at: string }>("select now()::text as at")).rows[0]!.at;
  });
}

const READ = "select count(*), sum(quantity), count(distinct status), max(order_id) from";

async function analyst(context: BenchContext, org: BenchOrg): Promise<pg.Client> {
  const service = { kind: "service", orgId: org.id, userId: null } as const;
  const login = await withClaim(context.worker, context.claimKey, service, async (client) => {
    const { rows } = await client.query("select * from access.create_sql_login($1)", [org.userId]);
    return rows[0] as { role_name: string; password: string };
  });
  const client = new pg.Client({
    connectionString: loginUrl(context.adminUrl, login.role_name, login.password),
  });
  await client.connect();
  await client.query("set statement_timeout = '300s'");
  return client;
}

async function seconds(client: pg.Client, text: string): Promise<number> {
  const begun = performance.now();
  await client.query(text);
  return (performance.now() - begun) / 1000;
}

export async function bench(context: BenchContext): Promise<BenchResult[]> {
  await context.admin.query(SETUP);
  const org = await makeOrg(context, "past");
  await asManager(context, org, (client) =>
    client.query("select data.create_dataset('orders', $1, '{order_id}')", [JSON.stringify(FIELDS)]),
  );
  await timeLoad(context, org, "orders", makeOrders(ROWS));
  const { rows } = await context.admin.query<{ at: string }>(
    "select max(merged_at)::text as at from ingest.runs",
  );
  const moments = [rows[0]!.at];
  for (let version = 2; version <= VERSIONS; version++) {
    moments.push(await change(context, org, version));
    // As autovacuum would, between loads.
    await context.admin.query(`vacuum analyze store_${org.schemaKey}.orders`);
    context.say(`  version ${version}`);
  }
  await context.admin.query(`vacuum analyze store_${org.schemaKey}.orders_history`);
  const client = await analyst(context, org);
  const asOf = (n: number) => `${READ} orders_as_of('${moments[n]}')`;
  const times: Record<"now" | "middle" | "first", number[]> = { now: [], middle: [], first: [] };
  let difference = 0;
  try {
    if (process.env.BENCH_EXPLAIN) {
      for (const text of [asOf(4), `select count(*) from orders_diff('${moments[4]}', '${moments[5]}')`]) {
        const plan = await client.query<{ "QUERY PLAN": string }>(`explain (analyze, buffers) ${text}`);
        context.say(plan.rows.map((row) => row["QUERY PLAN"]).join("\n"));
      }
    }
    await seconds(client, `${READ} orders`);
    for (let round = 0; round < ROUNDS; round++) {
      times.now.push(await seconds(client, `${READ} orders`));
      times.middle.push(await seconds(client, asOf(4)));
      times.first.push(await seconds(client, asOf(0)));
    }
    difference = await seconds(client, `select count(*) from orders_diff('${moments[4]}', '${moments[5]}')`);
  } finally {
    await client.end();
  }
  const ratio = median(times.middle) / median(times.now);
  return [
    {
      bench: "as-of",
      metric: "the past over the present, ten versions of each row",
      ratio: Number(ratio.toFixed(2)),
      goal: 3,
      ok: ratio <= 3,
      detail: `now ${median(times.now).toFixed(2)} s, as of the fifth load ${median(times.middle).toFixed(2)} s, as of the first ${median(times.first).toFixed(2)} s; difference of two loads ${difference.toFixed(1)} s; medians of ${ROUNDS}, ${ROWS} rows`,
    },
  ];
}

if (process.argv[1] && path.resolve(process.argv[1]) === import.meta.filename) await runAlone(bench);
