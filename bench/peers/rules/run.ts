/**
 * Question: how long do the same thirty rules over the same million rows in the same PostgreSQL take Great Expectations,
 * and how long this one (quality.run_rules: all rules asked, results, failing rows and score recorded)? Asked for the first
 * time, of all rows; again after a load in which one row in a hundred says something else in one field, and in every field
 * (the load is not timed); and again where nothing changed. Great Expectations is asked again after the first of these
 * loads; it does the same each time. Apart from `npm run bench`, since it needs Python and fetches Great Expectations from PyPI into a temporary folder:
 * `node bench/peers/rules/run.ts`. BENCH_ROWS rows (default 1,000,000), BENCH_ROUNDS rounds (default 3), in turn; BENCH_PANDAS=no
 * leaves the pandas engine out, which takes minutes each time.
 */
import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { loadavg } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { FIELDS, makeRows, RULES } from "../../quality/run.ts";
import {
  asManager,
  type BenchContext,
  type BenchOrg,
  makeOrg,
  median,
  openBench,
  timeLoad,
} from "../../support.ts";

const exec = promisify(execFile);
const ROWS = Number(process.env.BENCH_ROWS ?? 1_000_000);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const PACKAGES = ["great_expectations==1.24.1", "sqlalchemy<3", "psycopg2-binary", "pandas<3"];
const PANDAS = process.env.BENCH_PANDAS !== "no";
/** One row in so many is another in the second edition. */
const CHANGED = 100;
const TIMEOUT_MS = 20 * 60_000;

interface Measured {
  seconds: number;
  read?: number;
  /** Of so many rules only the changed rows were asked. */
  carried?: number;
  rules: number;
  passed: number;
  failed?: string[];
  raised?: string[];
}

async function byGreatExpectations(
  context: BenchContext,
  python: string,
  org: BenchOrg,
  engine: "sql" | "pandas",
): Promise<Measured> {
  const script = path.join(import.meta.dirname, "..", "gx_rules.py");
  const { stdout } = await exec(
    python,
    [script, context.adminUrl, `store_${org.schemaKey}`, "orders", engine],
    {
      timeout: TIMEOUT_MS,
      maxBuffer: 1e8,
    },
  );
  return JSON.parse(stdout.trim().split("\n").at(-1)!);
}

async function byCadastre(context: BenchContext, org: BenchOrg, dataset: string): Promise<Measured> {
  const begun = performance.now();
  const checked = await asManager(context, org, async (client) => {
    const { rows } = await client.query<{ checked: { carried: number; results: { passed: boolean }[] } }>(
      "select quality.run_rules($1) as checked",
      [dataset],
    );
    return rows[0]!.checked;
  });
  return {
    seconds: (performance.now() - begun) / 1000,
    rules: checked.results.length,
    carried: checked.carried,
    passed: checked.results.filter((r) => r.passed).length,
  };
}

async function prepare(context: BenchContext): Promise<{ org: BenchOrg; dataset: string }> {
  const org = await makeOrg(context, "rules");
  const dataset = await asManager(context, org, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      "select id from data.create_dataset('orders', $1, '{id}')",
      [JSON.stringify(FIELDS)],
    );
    return rows[0]!.id;
  });
  await timeLoad(context, org, "orders", makeRows(ROWS));
  await context.admin.query(`vacuum analyze store_${org.schemaKey}.orders`);
  await asManager(context, org, async (client) => {
    for (const one of RULES)
      await client.query("select quality.deploy_rule($1, (quality.put_rule($1, $2)).name)", [
        dataset,
        JSON.stringify(one),
      ]);
  });
  return { org, dataset };
}

async function main(): Promise<void> {
  const context = await openBench();
  const venv = path.join(context.folder, "venv");
  try {
    context.say(`${ROWS} rows; fetching ${PACKAGES[0]}`);
    const hasPython = await exec("python3", ["-m", "venv", venv]).then(
      () => true,
      () => false,
    );
    if (!hasPython) {
      context.say("skipped: there is no Python 3 with venv and pip here");
      return;
    }
    await exec(path.join(venv, "bin", "pip"), ["install", "-q", ...PACKAGES], { timeout: TIMEOUT_MS });
    const python = path.join(venv, "bin", "python");
    const { org, dataset } = await prepare(context);
    const measured: Record<string, Measured[]> = {};
    const note = (what: string, one: Measured): void => {
      measured[what] = [...(measured[what] ?? []), one];
      context.say(`${what}: ${JSON.stringify(one)}, load average ${loadavg()[0]!.toFixed(1)}`);
    };
    for (let round = 0; round < ROUNDS; round++) {
      await context.admin.query("delete from private.carried_checks");
      note("first: cadastre", await byCadastre(context, org, dataset));
      note("first: gx, SQL", await byGreatExpectations(context, python, org, "sql"));
      if (PANDAS) note("first: gx, pandas", await byGreatExpectations(context, python, org, "pandas"));
      await timeLoad(context, org, "orders", makeRows(ROWS, CHANGED), "snapshot");
      note("again, one field: cadastre", await byCadastre(context, org, dataset));
      note("again: gx, SQL", await byGreatExpectations(context, python, org, "sql"));
      if (PANDAS) note("again: gx, pandas", await byGreatExpectations(context, python, org, "pandas"));
      await timeLoad(context, org, "orders", makeRows(ROWS, CHANGED, true), "snapshot");
      note("again, every field: cadastre", await byCadastre(context, org, dataset));
      note("again, unchanged: cadastre", await byCadastre(context, org, dataset));
      // As it was, for the next round.
      await timeLoad(context, org, "orders", makeRows(ROWS), "snapshot");
      await context.admin.query(`vacuum analyze store_${org.schemaKey}.orders`);
    }
    const of = (what: string): number => median(measured[what]!.map((m) => m.seconds));
    for (const [name, rounds] of Object.entries(measured)) {
      const peer = name.startsWith("first") ? "first" : "again";
      const times = name.includes("cadastre")
        ? `; gx takes ${(of(`${peer}: gx, SQL`) / of(name)).toFixed(1)} times as long by SQL${PANDAS ? `, ${(of(`${peer}: gx, pandas`) / of(name)).toFixed(0)} by pandas` : ""}`
        : "";
      process.stdout.write(
        `${name}: ${rounds[0]!.rules} rules, ${rounds[0]!.passed} passed, ${of(name).toFixed(3)} s${times}\n`,
      );
    }
  } finally {
    await rm(venv, { recursive: true, force: true });
    await context.close();
  }
}

await main();
