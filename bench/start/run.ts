/**
 * Question: how long until `npm start` is ready, on an empty home with the demo, and the second time? Seconds over the
 * goal (60 and 10), so that below 1 is good. The real process, ended by SIGTERM between the starts.
 */
import { spawn } from "node:child_process";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { projectRoot } from "../../lib/db/urls.ts";
import { type BenchContext, type BenchResult, median, runAlone } from "../support.ts";

const ROUNDS = 3;
const LIMIT_MS = 120_000;

/** Seconds from spawning to the ready line; the process is ended before this returns. */
async function startOnce(home: string): Promise<number> {
  const begun = performance.now();
  const child = spawn(process.execPath, ["cli/start.ts"], {
    cwd: projectRoot,
    env: { ...process.env, CADASTRE_HOME: home, PORT: "0", LOG_LEVEL: "error" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const seconds = await new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("no ready line")), LIMIT_MS);
    child.stdout.on("data", (chunk) => {
      if (!String(chunk).includes("Cadastre is ready")) return;
      clearTimeout(timer);
      resolve((performance.now() - begun) / 1000);
    });
    child.once("exit", () => reject(new Error("the process ended before it was ready")));
  });
  child.kill("SIGTERM");
  await ended;
  return seconds;
}

export async function bench(_context: BenchContext): Promise<BenchResult[]> {
  const cold: number[] = [];
  const warm: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const home = await mkdtemp(path.join(tmpdir(), "cadastre-start-"));
    await chmod(home, 0o755);
    try {
      cold.push(await startOnce(home));
      warm.push(await startOnce(home));
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  }
  const row = (metric: string, seconds: number, goal: number): BenchResult => ({
    bench: "start",
    metric,
    ratio: Number((seconds / goal).toFixed(3)),
    goal: 1,
    ok: seconds <= goal,
    detail: `${seconds.toFixed(2)} s (goal ${goal} s)`,
  });
  return [row("first start with demo", median(cold), 60), row("second start", median(warm), 10)];
}

if (process.argv[1] && path.resolve(process.argv[1]) === import.meta.filename) await runAlone(bench);
