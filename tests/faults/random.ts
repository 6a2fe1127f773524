/** Random files and random faults from a seed, against the model. */
import { broken, rest, type Submitted } from "./invariants.ts";
import { createRandom, pick, randomEdition, textOf } from "./model.ts";
import type { Fault, FaultStage } from "./stage.ts";

const STEPS = ["stage", "land", "check", "gate", "merge", "done"] as const;
const MAX_FILES = 5;
const MAX_FAULTS = 3;
const MAX_ROWS = 200;

type Blow = "kill" | "freeze" | "restart" | "crash" | "store" | "second worker";
const BLOWS: Blow[] = ["kill", "kill", "freeze", "restart", "crash", "store", "second worker"];
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function strike(stage: FaultStage, blow: Blow, fault: Fault, random: () => number): Promise<void> {
  if (blow === "kill") await stage.startWorker({ ...fault, signal: "SIGKILL" });
  else if (blow === "freeze") {
    const pid = await stage.startWorker({ ...fault, signal: "SIGSTOP" });
    setTimeout(
      () => {
        try {
          process.kill(pid, "SIGCONT");
        } catch {
          // It has ended meanwhile.
        }
      },
      500 + random() * 4000,
    );
  } else if (blow === "restart") await stage.restartDatabase("fast");
  else if (blow === "crash") await stage.restartDatabase("immediate");
  else if (blow === "store") {
    await stage.takeStore();
    await pause(random() * 800);
    await stage.giveStore();
  } else await stage.startWorker();
}

/** One run: files, faults in between, rest, invariants. Resolves with what is wrong and what was done. */
export async function randomRun(
  stage: FaultStage,
  seed: number,
): Promise<{ faults: string[]; story: string[]; seconds: number }> {
  const random = createRandom(seed);
  const datasets = random() < 0.5 ? [`r${seed}_a`] : [`r${seed}_a`, `r${seed}_b`];
  for (const dataset of datasets) await stage.declare(dataset);
  const submitted: Submitted[] = [];
  const story: string[] = [];
  const blows = 1 + Math.floor(random() * MAX_FAULTS);
  const files = 1 + Math.floor(random() * MAX_FILES);
  // What goes on does so with and without a healthy worker beside the one that is struck.
  if (random() < 0.5) await stage.startWorker();
  const turns = [...Array(files).fill("file"), ...Array(blows).fill("blow")].sort(() => random() - 0.5);
  for (const turn of turns) {
    if (turn === "file") {
      const dataset = pick(random, datasets);
      const edition = randomEdition(random, MAX_ROWS);
      const runId = await stage.submit(dataset, textOf(edition), edition.mode);
      submitted.push({ runId, dataset, edition });
      story.push(`${dataset} ${edition.mode} ${edition.rows.length} rows`);
    } else {
      const blow = pick(random, BLOWS);
      const fault: Fault = { at: pick(random, STEPS), signal: "SIGKILL" };
      story.push(blow === "kill" || blow === "freeze" ? `${blow} at ${fault.at}` : blow);
      await strike(stage, blow, fault, random);
    }
    await pause(random() * 200);
  }
  await stage.startWorker();
  const ids = submitted.map((one) => one.runId);
  const seconds = await rest(stage, ids);
  const faults = await broken(stage, submitted);
  await stage.stopWorkers();
  return { faults, story, seconds };
}
