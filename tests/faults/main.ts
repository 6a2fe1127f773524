/**
 * `npm run test:faults -- [--seed S] [--runs N] [--quick]`: every fault at every step, then N (default 100) random runs
 * from a seed, each against a model, with all invariants looked at after each. Bounded to 20 minutes. What failed is told
 * with its seed. Exit code 1 where anything failed.
 */
import { parseArgs } from "node:util";
import { MATRIX } from "./matrix.ts";
import { randomRun } from "./random.ts";
import { type FaultStage, setFaultStage } from "./stage.ts";

const LIMIT_MS = 20 * 60_000;
const DEFAULT_RUNS = 100;
const MAX_RUNS = 10_000;
const QUICK_RUNS = 3;

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    runs: { type: "string" },
    quick: { type: "boolean", default: false },
    only: { type: "string" },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
const runs = Math.min(MAX_RUNS, Number(values.runs ?? (values.quick ? QUICK_RUNS : DEFAULT_RUNS)));
const began = Date.now();
const tally = { passed: 0, failed: 0, skipped: 0 };

const say = (text: string): void => void process.stdout.write(`${text}\n`);

function tell(name: string, faults: string[], seconds: number): void {
  const skipped = faults.find((fault) => fault.startsWith("skipped: "));
  if (skipped) {
    tally.skipped++;
    say(`skip  ${name}: ${skipped.slice("skipped: ".length)}`);
    return;
  }
  if (faults.length === 0) tally.passed++;
  else tally.failed++;
  say(`${faults.length === 0 ? "ok   " : "FAIL "} ${name} (${seconds.toFixed(1)} s)`);
  for (const fault of faults.slice(0, 10)) say(`        ${fault}`);
}

/** A case that left a broken stage behind must not spoil the next: it gets a new one. */
async function guarded(
  stage: { now: FaultStage },
  name: string,
  work: (on: FaultStage) => Promise<string[]>,
  spoils = false,
): Promise<void> {
  const start = performance.now();
  let faults: string[];
  try {
    faults = await work(stage.now);
  } catch (error) {
    faults = [error instanceof Error ? (error.stack ?? error.message) : String(error)];
  }
  tell(name, faults, (performance.now() - start) / 1000);
  if (!spoils && (faults.length === 0 || faults[0]?.startsWith("skipped: "))) return;
  await stage.now.close().catch(() => undefined);
  stage.now = await setFaultStage();
}

say(`seed ${seed}, ${runs} random runs`);
const stage = { now: await setFaultStage() };
const cases = MATRIX.filter(
  (one) => (!values.quick || one.isQuick) && (!values.only || one.name.includes(values.only)),
);
let number = 0;
for (const one of cases) {
  await guarded(stage, one.name, (on) => one.run(on, `m${++number}`), one.spoils);
}
for (let i = 0; i < runs; i++) {
  if (Date.now() - began > LIMIT_MS) {
    say(`stopped after ${i} random runs: 20 minutes are over`);
    tally.failed++;
    break;
  }
  const own = seed + i;
  let story: string[] = [];
  await guarded(stage, `random run, seed ${own}`, async (on) => {
    const done = await randomRun(on, own);
    story = done.story;
    return done.faults.length === 0 ? [] : [...done.faults, `story: ${done.story.join(", ")}`];
  });
  if (process.env.FAULTS_LOG) say(`        ${story.join(", ")}`);
}
await stage.now.close();
say(`${tally.passed} passed, ${tally.failed} failed${tally.skipped > 0 ? `, ${tally.skipped} skipped` : ""}`);
process.exitCode = tally.failed > 0 ? 1 : 0;
