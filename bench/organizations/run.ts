/**
 * Question: does creating an organization stay cheap when there are thousands? Time of number 2,001 (each with two
 * datasets), in milliseconds; goal <= 60. Ratio: milliseconds over the goal, so that below 1 is good.
 */
import path from "node:path";
import { withClaim } from "../../lib/pg.ts";
import { type BenchContext, type BenchResult, median, runAlone } from "../support.ts";

const BEFORE = Number(process.env.BENCH_ORGS ?? 2000);
const ROUNDS = 9;
const GOAL_MS = 60;
const FIELDS = JSON.stringify([
  { name: "id", type: "bigint" },
  { name: "name", type: "text" },
  { name: "amount", type: "numeric(10,2)" },
]);

async function createOne(context: BenchContext, slug: string): Promise<number> {
  const platform = { kind: "service", orgId: null, userId: null } as const;
  const begun = performance.now();
  await withClaim(context.worker, context.claimKey, platform, (client) =>
    client.query("select tenancy.create_organization($1, $1)", [slug]),
  );
  return performance.now() - begun;
}

/** Datasets for an organization, so that the catalog is as large as in life. */
async function furnish(context: BenchContext, slug: string): Promise<number> {
  const { rows } = await context.admin.query<{ id: string }>(
    "select id from tenancy.organizations where slug = $1",
    [slug],
  );
  const service = { kind: "service", orgId: rows[0]!.id, userId: null } as const;
  const begun = performance.now();
  await withClaim(context.worker, context.claimKey, service, async (client) => {
    for (const name of ["customers", "orders"]) {
      await client.query("select data.create_dataset($1, $2, '{id}')", [name, FIELDS]);
    }
  });
  return (performance.now() - begun) / 2;
}

export async function bench(context: BenchContext): Promise<BenchResult[]> {
  for (let n = 1; n <= BEFORE; n++) {
    await createOne(context, `org${n}`);
    await furnish(context, `org${n}`);
    if (n % 500 === 0) context.say(`${n} organizations`);
  }
  const times: number[] = [];
  const datasets: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    times.push(await createOne(context, `late${round}`));
    datasets.push(await furnish(context, `late${round}`));
  }
  const ms = median(times);
  return [
    {
      bench: "organizations",
      metric: `organization number ${BEFORE + 1}`,
      ratio: Number((ms / GOAL_MS).toFixed(3)),
      goal: 1,
      ok: ms <= GOAL_MS,
      detail: `${ms.toFixed(1)} ms (goal ${GOAL_MS} ms); a dataset in it ${median(datasets).toFixed(1)} ms`,
    },
  ];
}

if (process.argv[1] && path.resolve(process.argv[1]) === import.meta.filename) await runAlone(bench);
