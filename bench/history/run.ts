/**
 * Question: what does keeping history cost an update? 100,000 of a million rows of a dataset are changed the way a load
 * changes them (version and time set by the statement, so that only the statement trigger writes), and as many of an
 * ordinary table as `create table` makes it: the same columns and key, no trigger and no policy. Ratio: the dataset's
 * time over the ordinary table's. The detail has two more figures: the bare update of a table with the dataset's free
 * room on each page (which spares it the index), and the same update by hand, where a row trigger checks, counts and
 * marks what changed.
 */
import path from "node:path";
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

// Store tables are closed to every login: a function of their owner's, as the merge is one.
const SETUP = `
  create or replace function public.bench_execute(statement text) returns bigint
  language plpgsql security definer set search_path = '' as $$
  declare n bigint;
  begin
    execute statement;
    get diagnostics n = row_count;
    return n;
  end $$;
  alter function public.bench_execute(text) owner to cadastre_owner;
  grant execute on function public.bench_execute(text) to cadastre_worker;`;

const BY_HAND = "status = case status when 'paid' then 'new' else 'paid' end";
const AS_A_LOAD = `${BY_HAND}, version = version + 1, valid_from = now(), change_type = 'update', change_mask = b'000000100'`;

/** Seconds of one statement, as the merge would run it. */
async function timed(context: BenchContext, org: BenchOrg, statement: string): Promise<number> {
  const claim = { kind: "service", orgId: org.id, userId: null } as const;
  const begun = performance.now();
  await withClaim(context.worker, context.claimKey, claim, async (client) => {
    const { rows } = await client.query<{ n: string }>("select public.bench_execute($1) as n", [statement]);
    if (Number(rows[0]!.n) !== ROWS / 10)
      throw new Error(`${rows[0]!.n} rows were updated, not ${ROWS / 10}`);
  });
  return (performance.now() - begun) / 1000;
}

/** A dataset of ROWS orders, and bare tables with the same rows. */
async function prepare(context: BenchContext): Promise<BenchOrg> {
  await context.admin.query(SETUP);
  const org = await makeOrg(context, "history");
  await asManager(context, org, (client) =>
    client.query("select data.create_dataset('orders', $1, '{order_id}')", [JSON.stringify(FIELDS)]),
  );
  await timeLoad(context, org, "orders", makeOrders(ROWS));
  const store = `store_${org.schemaKey}`;
  const { rows } = await context.admin.query<{ columns: string }>(
    `select string_agg(quote_ident(attname), ', ' order by attnum) as columns from pg_attribute
      where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
    [`${store}.orders`],
  );
  const columns = rows[0]!.columns;
  for (const [table, fill] of [
    ["ordinary", 100],
    ["roomy", 80],
  ] as const) {
    await context.admin.query(`
      create table ${store}.${table} (like ${store}.orders including generated including defaults) with (fillfactor = ${fill});
      insert into ${store}.${table} (${columns}) select ${columns} from ${store}.orders;
      alter table ${store}.${table} add primary key (order_id);
      alter table ${store}.${table} owner to cadastre_owner`);
  }
  for (const table of ["orders", "ordinary", "roomy"])
    await context.admin.query(`vacuum analyze ${store}.${table}`);
  await context.admin.query("checkpoint");
  return org;
}

export async function bench(context: BenchContext): Promise<BenchResult[]> {
  const org = await prepare(context);
  const store = `store_${org.schemaKey}`;
  const times: Record<"bare" | "roomy" | "load", number[]> = { bare: [], roomy: [], load: [] };
  for (let round = 0; round < ROUNDS; round++) {
    const tenth = `where order_id % 10 = ${round}`;
    times.bare.push(await timed(context, org, `update ${store}.ordinary set ${AS_A_LOAD} ${tenth}`));
    times.roomy.push(await timed(context, org, `update ${store}.roomy set ${AS_A_LOAD} ${tenth}`));
    times.load.push(await timed(context, org, `update ${store}.orders set ${AS_A_LOAD} ${tenth}`));
    context.say(
      `  bare ${times.bare.at(-1)!.toFixed(2)}, roomy ${times.roomy.at(-1)!.toFixed(2)}; with history ${times.load.at(-1)!.toFixed(2)}`,
    );
  }
  const hand = await timed(context, org, `update ${store}.orders set ${BY_HAND} where order_id % 10 = 9`);
  const ratio = median(times.load) / median(times.bare);
  const detail = `bare ${median(times.bare).toFixed(2)} s, with history ${median(times.load).toFixed(2)} s, medians of ${ROUNDS}; bare with room on each page ${median(times.roomy).toFixed(2)} s, by hand ${hand.toFixed(2)} s; ${ROWS / 10} of ${ROWS} rows`;
  return [
    {
      bench: "history",
      metric: "update with history over a bare update",
      ratio: Number(ratio.toFixed(2)),
      goal: 1.4,
      ok: ratio <= 1.4,
      detail,
    },
  ];
}

if (process.argv[1] && path.resolve(process.argv[1]) === import.meta.filename) await runAlone(bench);
