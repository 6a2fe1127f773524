/**
 * `npm run bench [-- --json] [names...]`: every claim about speed, measured here and now, both sides in one run.
 * Results go to standard output and, with the machine, to bench/results.json.
 */
import { writeFile } from "node:fs/promises";
import { availableParallelism, cpus, totalmem } from "node:os";
import path from "node:path";
import { bench as api } from "./api/run.ts";
import { bench as asOf } from "./history/as-of.ts";
import { bench as history } from "./history/run.ts";
import { bench as load } from "./load/run.ts";
import { bench as organizations } from "./organizations/run.ts";
import { bench as quality } from "./quality/run.ts";
import { bench as rls } from "./rls/run.ts";
import { bench as scheduler } from "./scheduler/run.ts";
import { bench as sealing } from "./sealing/run.ts";
import { bench as start } from "./start/run.ts";
import { bench as streams } from "./streams/run.ts";
import { type BenchContext, type BenchResult, openBench } from "./support.ts";

const BENCHES: Record<string, (context: BenchContext) => Promise<BenchResult[]>> = {
  load,
  history,
  "as-of": asOf,
  rls,
  api,
  organizations,
  sealing,
  quality,
  start,
  streams,
  scheduler,
};

const args = process.argv.slice(2);
const json = args.includes("--json");
const names = args.filter((name) => !name.startsWith("--"));
const unknown = names.filter((name) => !Object.hasOwn(BENCHES, name));
if (unknown.length > 0) {
  process.stderr.write(
    `no such bench: ${unknown.join(", ")}; there are ${Object.keys(BENCHES).join(", ")}\n`,
  );
  process.exit(1);
}

const results: BenchResult[] = [];
for (const [name, bench] of Object.entries(BENCHES)) {
  if (names.length > 0 && !names.includes(name)) continue;
  process.stderr.write(`${name} ...\n`);
  // A server of its own for each, so that none measures what another left in the caches.
  const context = await openBench();
  try {
    results.push(...(await bench(context)));
  } finally {
    await context.close();
  }
}

const machine = `${availableParallelism()} x ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 1024 ** 3)} GiB, Node ${process.version}`;
if (names.length === 0) {
  await writeFile(
    path.join(import.meta.dirname, "results.json"),
    `${JSON.stringify({ date: new Date().toISOString().slice(0, 10), machine, results }, null, 2)}\n`,
  );
}
if (json) {
  process.stdout.write(`${JSON.stringify(results)}\n`);
} else {
  process.stdout.write(`${machine}\n`);
  for (const r of results) {
    process.stdout.write(
      `${r.ok ? "ok  " : "MISS"} ${`${r.bench}: ${r.metric}`.padEnd(52)} ${String(r.ratio).padStart(8)}  goal ${r.goal}  ${r.detail}\n`,
    );
  }
}
process.exitCode = results.every((r) => r.ok) ? 0 : 1;
