/**
 * Question: what does a load cost, with its checks, versions, history, policies and audit, against COPY of the same
 * bytes into the same typed, keyed, logged table? First load with 0.2 % bad rows; second edition with 10 % changed,
 * 1 % new, 0.5 % gone. As the real roles, with the real triggers. Ratio: COPY's time over the load's.
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
import { timeCopy } from "./copy.ts";
import { FIELDS, makeOrders } from "./orders.ts";

const ROWS = Number(process.env.BENCH_ROWS ?? 1_000_000);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const tell = (steps: Record<string, number>): string =>
  Object.entries(steps)
    .map(([step, seconds]) => `${step} ${seconds.toFixed(2)}`)
    .join(" ");

export async function bench(context: BenchContext): Promise<BenchResult[]> {
  const clean = makeOrders(ROWS);
  const dirty = makeOrders(ROWS, { bad: 0.002 });
  const second = makeOrders(ROWS, { changed: 0.1, added: 0.01, gone: 0.005, bad: 0.002 });
  const secondClean = makeOrders(ROWS, { changed: 0.1, added: 0.01, gone: 0.005 });
  context.say(`${ROWS} rows, ${(clean.length / 1e6).toFixed(1)} MB`);
  const copies: number[] = [];
  const secondCopies: number[] = [];
  const first: number[] = [];
  const later: Record<string, number[]> = { upsert: [], snapshot: [] };
  for (let round = 0; round < ROUNDS; round++) {
    // Once a round, so that no checkpoint falls into a measurement.
    await context.admin.query("checkpoint");
    copies.push(await timeCopy(context, clean));
    for (const mode of ["upsert", "snapshot"] as const) {
      const org = await makeOrg(context, `bench-${round}-${mode}`);
      await asManager(context, org, (client) =>
        client.query("select data.create_dataset('orders', $1, '{order_id}')", [JSON.stringify(FIELDS)]),
      );
      const one = await timeLoad(context, org, "orders", dirty);
      first.push(one.seconds);
      context.say(
        `  copy ${copies.at(-1)!.toFixed(2)}; first ${one.seconds.toFixed(2)} (${tell(one.steps)})`,
      );
      secondCopies.push(await timeCopy(context, secondClean));
      const two = await timeLoad(context, org, "orders", second, mode);
      later[mode]!.push(two.seconds);
      context.say(
        `  copy ${secondCopies.at(-1)!.toFixed(2)}; second ${mode} ${two.seconds.toFixed(2)} (${tell(two.steps)})`,
      );
      const { read_rows, inserted_rows, updated_rows, deleted_rows, rejected_rows } = two.run;
      context.say(
        `  ${JSON.stringify({ read_rows, inserted_rows, updated_rows, deleted_rows, rejected_rows })}`,
      );
    }
  }
  const result = (metric: string, copy: number[], load: number[], goal: number): BenchResult => {
    const ratio = median(copy) / median(load);
    const detail = `COPY ${median(copy).toFixed(2)} s, load ${median(load).toFixed(2)} s, medians of ${copy.length} and ${load.length}, ${ROWS} rows`;
    return { bench: "load", metric, ratio: Number(ratio.toFixed(2)), goal, ok: ratio >= goal, detail };
  };
  return [
    result("first load, 0.2 % bad rows, against COPY", copies, first, 0.65),
    result("second edition, upsert, against COPY", secondCopies, later.upsert!, 0.55),
    result("second edition, snapshot, against COPY", secondCopies, later.snapshot!, 0.55),
  ];
}

if (process.argv[1] && path.resolve(process.argv[1]) === import.meta.filename) await runAlone(bench);
