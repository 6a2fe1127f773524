/**
 * Question: what does keeping history cost an update? 100,000 rows of a dataset are changed the way a load changes them
 * (version and time set by the statement, so that only the statement trigger runs), and the same rows of a twin table
 * with the same columns and key, but no trigger and no policy. Beside it the way of an edit by hand: the row trigger
 * checks, counts versions and makes the mask. Ratio: the dataset's time over the twin's.
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

const ROWS = Number(process.env.BENCH_HISTORY_ROWS ?? 100_000);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);

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

const AS_A_LOAD = `status = case status when 'paid' then 'new' else 'paid' end, version = version + 1, valid_from = now(),
  change_type = 'update', change_mask = b'000000100'`;
const BY_HAND = "status = case status when 'paid' then 'new' else 'paid' end";

/** Seconds of one statement, as the merge would run it. */
async function timed(context: BenchContext, org: BenchOrg, statement: string): Promise<number> {
  const claim = { kind: "service", orgId: org.id, userId: null } as const;
  const begun = performance.now();
  await withClaim(context.worker, context.claimKey, claim, async (client) => {
    const { rows } = await client.query<{ n: string }>("select public.bench_execute($1) as n", [statement]);
    if (Number(rows[0]!.n) !== ROWS) throw new Error(`${rows[0]!.n} rows were updated, not ${ROWS}`);
  });
  return (performance.now() - begun) / 1000;
}

/** A dataset of ROWS orders, and its twin, both as just written. */
async function prepare(context: BenchContext, slug: string, content: Buffer): Promise<BenchOrg> {
  const org = await makeOrg(context, slug);
  await asManager(context, org, (client) =>
    client.query("select data.create_dataset('orders', $1, '{order_id}')", [JSON.stringify(FIELDS)]),
  );
  await timeLoad(context, org, "orders", content);
  const store = `store_${org.schemaKey}`;
  const { rows } = await context.admin.query<{ columns: string }>(
    `select string_agg(quote_ident(attname), ', ' order by attnum) as columns from pg_attribute
      where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
    [`${store}.orders`],
  );
  const columns = rows[0]!.columns;
  await context.admin.query(`
    create table ${store}.twin (like ${store}.orders including generated including defaults including storage) with (fillfactor = 80);
    insert into ${store}.twin (${columns}) select ${columns} from ${store}.orders;
    alter table ${store}.twin add primary key (order_id);
    alter table ${store}.twin owner to cadastre_owner`);
  // Once each before it counts: a loaded row gets the platform's columns with its first change.
  for (const table of ["orders", "twin"]) {
    await timed(context, org, `update ${store}.${table} set ${AS_A_LOAD}`);
    await context.admin.query(`vacuum analyze ${store}.${table}`);
  }
  return org;
}

export async function bench(context: BenchContext): Promise<BenchResult[]> {
  await context.admin.query(SETUP);
  const content = makeOrders(ROWS);
  const times: Record<"bare" | "load" | "hand", number[]> = { bare: [], load: [], hand: [] };
  for (let round = 0; round < ROUNDS; round++) {
    const org = await prepare(context, `history-${round}`, content);
    const store = `store_${org.schemaKey}`;
    await context.admin.query("checkpoint");
    const measures: [keyof typeof times, string][] = [
      ["bare", `update ${store}.twin set ${AS_A_LOAD}`],
      ["load", `update ${store}.orders set ${AS_A_LOAD}`],
      ["hand", `update ${store}.orders set ${BY_HAND}`],
    ];
    for (const [name, statement] of measures) {
      times[name].push(await timed(context, org, statement));
      await context.admin.query(`vacuum ${store}.orders, ${store}.twin`);
    }
    context.say(
      `  bare ${times.bare.at(-1)!.toFixed(2)}; load ${times.load.at(-1)!.toFixed(2)}; hand ${times.hand.at(-1)!.toFixed(2)}`,
    );
  }
  const result = (metric: string, seconds: number[], goal: number): BenchResult => {
    const ratio = median(seconds) / median(times.bare);
    const detail = `bare ${median(times.bare).toFixed(2)} s, with history ${median(seconds).toFixed(2)} s, medians of ${ROUNDS}, ${ROWS} rows`;
    return { bench: "history", metric, ratio: Number(ratio.toFixed(2)), goal, ok: ratio <= goal, detail };
  };
  return [
    result("update by a load, with history, over a bare update", times.load, 1.4),
    result("update by hand: checks, version, mask, history, over a bare update", times.hand, 4),
  ];
}

if (process.argv[1] && path.resolve(process.argv[1]) === import.meta.filename) await runAlone(bench);
