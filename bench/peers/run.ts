/**
 * Question: how long do the loaders that people use today take for the same two editions of the same file into the same
 * PostgreSQL? dlt (merge as scd2: versions kept), Sling (incremental: no versions), and this one (checks, versions,
 * history, policies, audit). Apart from `npm run bench`, since it needs Python and fetches both from PyPI into a temporary
 * folder: `node bench/peers/run.ts`. BENCH_ROWS rows (default 200,000), BENCH_ROUNDS rounds (default 3), in turn.
 */
import { execFile } from "node:child_process";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { FIELDS, makeOrders } from "../load/orders.ts";
import { asManager, type BenchContext, makeOrg, median, openBench, timeLoad } from "../support.ts";

const exec = promisify(execFile);
const ROWS = Number(process.env.BENCH_ROWS ?? 200_000);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const DLT = "dlt[postgres]==1.31.0";
/** The package that carries Sling's program; newer ones fetch it from elsewhere. */
const SLING = "sling-linux-amd64==1.4.11";
const TIMEOUT_MS = 15 * 60_000;

interface Tools {
  python: string;
  sling: string | null;
}

async function findSling(folder: string): Promise<string | null> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile() && /^sling(-linux-amd64)?$/.test(entry.name))
      return path.join(entry.parentPath, entry.name);
  return null;
}

/** Both from PyPI. Throws where there is no Python. */
async function install(folder: string): Promise<Tools> {
  await exec("python3", ["-m", "venv", folder]);
  const pip = path.join(folder, "bin", "pip");
  await exec(pip, ["install", "-q", DLT, "pyarrow", "pandas"], { timeout: TIMEOUT_MS });
  const isSling = await exec(pip, ["install", "-q", "--no-deps", SLING], { timeout: TIMEOUT_MS }).then(
    () => true,
    () => false,
  );
  const sling = isSling ? await findSling(path.join(folder, "lib")) : null;
  return { python: path.join(folder, "bin", "python"), sling };
}

interface Measured {
  first: number;
  second: number;
  /** Current rows after the second edition. */
  rows: number;
}

async function byCadastre(context: BenchContext, round: number, files: readonly Buffer[]): Promise<Measured> {
  const org = await makeOrg(context, `peers-${round}`);
  await asManager(context, org, (client) =>
    client.query("select data.create_dataset('orders', $1, '{order_id}')", [JSON.stringify(FIELDS)]),
  );
  const first = await timeLoad(context, org, "orders", files[0]!);
  const second = await timeLoad(context, org, "orders", files[1]!, "snapshot");
  const rows = await asManager(
    context,
    org,
    async (client) =>
      (await client.query("select row_count::int as n from data.datasets where name = 'orders'")).rows[0].n,
  );
  return { first: first.seconds, second: second.seconds, rows };
}

async function byDlt(
  context: BenchContext,
  { python }: Tools,
  round: number,
  paths: readonly string[],
): Promise<Measured> {
  await context.admin.query(
    "drop schema if exists peer_dlt cascade; drop schema if exists peer_dlt_staging cascade",
  );
  const folder = path.join(context.folder, `dlt-${round}`);
  const run = async (file: string): Promise<{ seconds: number; rows: number }> => {
    const script = path.join(import.meta.dirname, "dlt_load.py");
    const { stdout } = await exec(python, [script, file, context.adminUrl, folder], {
      timeout: TIMEOUT_MS,
      env: { ...process.env, RUNTIME__DLTHUB_TELEMETRY: "false", RUNTIME__LOG_LEVEL: "ERROR" },
    });
    return JSON.parse(stdout.trim().split("\n").at(-1)!);
  };
  const first = await run(paths[0]!);
  const second = await run(paths[1]!);
  return { first: first.seconds, second: second.seconds, rows: second.rows };
}

async function bySling(context: BenchContext, sling: string, paths: readonly string[]): Promise<Measured> {
  await context.admin.query("drop schema if exists peer_sling cascade; create schema peer_sling");
  const run = async (file: string): Promise<number> => {
    const begun = performance.now();
    await exec(
      sling,
      [
        "run",
        "--src-stream",
        `file://${file}`,
        "--tgt-conn",
        "PEERS",
        "--tgt-object",
        "peer_sling.orders",
        "--mode",
        "incremental",
        "--primary-key",
        "order_id",
      ],
      {
        timeout: TIMEOUT_MS,
        env: {
          ...process.env,
          PEERS: `${context.adminUrl}?sslmode=disable`,
          SLING_HOME_DIR: path.join(context.folder, "sling"),
          SLING_DISABLE_TELEMETRY: "TRUE",
        },
      },
    );
    return (performance.now() - begun) / 1000;
  };
  const first = await run(paths[0]!);
  const second = await run(paths[1]!);
  const { rows } = await context.admin.query<{ n: number }>(
    "select count(*)::int as n from peer_sling.orders",
  );
  return { first, second, rows: rows[0]!.n };
}

async function main(): Promise<void> {
  const context = await openBench();
  try {
    const files = [makeOrders(ROWS), makeOrders(ROWS, { changed: 0.1, added: 0.01, gone: 0.005 })];
    const folder = path.join(context.folder, "files");
    await mkdir(folder, { recursive: true });
    const paths = files.map((_, i) => path.join(folder, `orders-${i + 1}.csv`));
    for (const [i, file] of files.entries()) await writeFile(paths[i]!, file);
    context.say(`${ROWS} rows, ${(files[0]!.length / 1e6).toFixed(1)} MB; fetching the peers`);
    const tools = await install(path.join(context.folder, "venv"));
    if (tools.sling === null) context.say(`without Sling: ${SLING} could not be had`);
    const measured: Record<string, Measured[]> = { cadastre: [], dlt: [], sling: [] };
    for (let round = 0; round < ROUNDS; round++) {
      await context.admin.query("checkpoint");
      measured.cadastre!.push(await byCadastre(context, round, files));
      await context.admin.query("checkpoint");
      measured.dlt!.push(await byDlt(context, tools, round, paths));
      await context.admin.query("checkpoint");
      if (tools.sling) measured.sling!.push(await bySling(context, tools.sling, paths));
      context.say(
        JSON.stringify(Object.fromEntries(Object.entries(measured).map(([k, v]) => [k, v.at(-1)]))),
      );
    }
    report(measured);
  } finally {
    await rm(path.join(context.folder, "venv"), { recursive: true, force: true });
    await context.close();
  }
}

function report(measured: Record<string, Measured[]>): void {
  const own = measured.cadastre!;
  for (const [name, rounds] of Object.entries(measured)) {
    if (rounds.length === 0) continue;
    for (const edition of ["first", "second"] as const) {
      const seconds = median(rounds.map((one) => one[edition]));
      const ratio = seconds / median(own.map((one) => one[edition]));
      process.stdout.write(
        `${name.padEnd(9)} ${edition.padEnd(6)} ${seconds.toFixed(2)} s, ${Math.round(ROWS / seconds)} rows/s, ${ratio.toFixed(1)} times this one's time; ${rounds[0]!.rows} rows then\n`,
      );
    }
  }
}

await main();
