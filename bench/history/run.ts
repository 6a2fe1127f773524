/**
 * Question: what does keeping history cost an update? 100,000 of a million rows of a dataset are changed the way a load
 * changes them (version and time set by the statement), and as many of an ordinary table as `create table` makes it: the
 * same columns and key, no trigger and no policy. Ratio: the dataset's time over the ordinary table's. Every round has a
 * dataset just loaded and fresh tables beside it, vacuumed and checkpointed, so that no round works on what another left.
 *
 * The detail has two more figures. "Same table bare": a bare table with the dataset's free room on each page, which spares
 * it the index. "A second tenth right after": other rows of the same tables without a vacuum in between; there an ordinary
 * table has room from the first, and the dataset's rows grow, since a row's first change gives it its mask.
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
const ROUNDS = Math.min(9, Number(process.env.BENCH_ROUNDS ?? 3));

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

/** A load names its run, to the trigger too: then its versions are committed to when they are sealed, not here. */
const RUN = "01900000-0000-7000-8000-000000000001";
const AS_A_LOAD =
  "status = case status when 'paid' then 'new' else 'paid' end, version = version + 1, valid_from = now(), change_type = 'update', change_mask = b'000000100', run_id = '" +
  RUN +
  "'";

/** Seconds of one statement, as the merge would run it. */
async function timed(context: BenchContext, org: BenchOrg, statement: string): Promise<number> {
  const claim = { kind: "service", orgId: org.id, userId: null } as const;
  const begun = performance.now();
  await withClaim(context.worker, context.claimKey, claim, async (client) => {
    await client.query("select set_config('cadastre.run_id', $1, true)", [RUN]);
    const { rows } = await client.query<{ n: string }>("select public.bench_execute($1) as n", [statement]);
    if (Number(rows[0]!.n) !== ROWS / 10)
      throw new Error(`${rows[0]!.n} rows were updated, not ${ROWS / 10}`);
  });
  return (performance.now() - begun) / 1000;
}

/** A dataset of ROWS orders just loaded, and tables with the same rows beside it, all of them vacuumed and on disk. */
async function prepare(context: BenchContext, org: BenchOrg, round: number): Promise<void> {
  const store = `store_${org.schemaKey}`;
  await asManager(context, org, async (client) => {
    await client.query("select data.create_dataset($1, $2, '{order_id}')", [
      `orders_${round}`,
      JSON.stringify(FIELDS),
    ]);
  });
  await timeLoad(context, org, `orders_${round}`, makeOrders(ROWS));
  const { rows } = await context.admin.query<{ columns: string }>(
    `select string_agg(quote_ident(attname), ', ' order by attnum) as columns from pg_attribute
      where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
    [`${store}.orders_${round}`],
  );
  const columns = rows[0]!.columns;
  for (const [table, fill] of [
    ["ordinary", 100],
    ["roomy", 90],
  ] as const) {
    await context.admin.query(`
      create table ${store}.${table}_${round} (like ${store}.orders_${round} including generated including defaults) with (fillfactor = ${fill});
      insert into ${store}.${table}_${round} (${columns}) select ${columns} from ${store}.orders_${round};
      alter table ${store}.${table}_${round} add primary key (order_id);
      alter table ${store}.${table}_${round} owner to cadastre_owner`);
  }
  for (const table of TABLES) await context.admin.query(`vacuum analyze ${store}.${table}_${round}`);
}

const TABLES = ["ordinary", "roomy", "orders"] as const;
type Times = Record<(typeof TABLES)[number], number[]>;

/** One pass over the three tables, each after a checkpoint of its own, in an order that turns with the round. */
async function pass(
  context: BenchContext,
  org: BenchOrg,
  round: number,
  tenth: number,
  times: Times,
): Promise<void> {
  for (let turn = 0; turn < TABLES.length; turn++) {
    const table = TABLES[(turn + round) % TABLES.length]!;
    await context.admin.query("checkpoint");
    const statement = `update store_${org.schemaKey}.${table}_${round} set ${AS_A_LOAD} where order_id % 10 = ${tenth}`;
    times[table].push(await timed(context, org, statement));
  }
}

export async function bench(context: BenchContext): Promise<BenchResult[]> {
  await context.admin.query(SETUP);
  const org = await makeOrg(context, "history");
  const first: Times = { ordinary: [], roomy: [], orders: [] };
  const second: Times = { ordinary: [], roomy: [], orders: [] };
  for (let round = 0; round < ROUNDS; round++) {
    await prepare(context, org, round);
    await pass(context, org, round, 3, first);
    await pass(context, org, round, 7, second);
    const last = (times: Times) =>
      TABLES.map((table) => `${table} ${times[table].at(-1)!.toFixed(2)}`).join(", ");
    context.say(`  round ${round}: ${last(first)}; again: ${last(second)}`);
    // The next round begins on tables of its own.
    await context.admin.query(
      `drop table store_${org.schemaKey}.ordinary_${round}, store_${org.schemaKey}.roomy_${round}`,
    );
  }
  const ratio = median(first.orders) / median(first.ordinary);
  const told = (times: Times) =>
    `ordinary ${median(times.ordinary).toFixed(2)} s, same table bare ${median(times.roomy).toFixed(2)} s, with history ${median(times.orders).toFixed(2)} s`;
  const each = first.orders.map((time, i) => (time / first.ordinary[i]!).toFixed(2)).join(", ");
  return [
    {
      bench: "history",
      metric: "update with history over a bare update",
      ratio: Number(ratio.toFixed(2)),
      goal: 1.4,
      ok: ratio <= 1.4,
      detail: `${told(first)}; each round ${each}; a second tenth right after: ${told(second)}; medians of ${ROUNDS}, ${ROWS / 10} of ${ROWS} rows`,
    },
  ];
}

if (process.argv[1] && path.resolve(process.argv[1]) === import.meta.filename) await runAlone(bench);
