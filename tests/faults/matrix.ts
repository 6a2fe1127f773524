/** Every fault at every step where it can strike, one case each. */
import { execFile } from "node:child_process";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { fileKey } from "../../lib/stores/object/keys.ts";
import { DOCUMENT_CASES } from "./documents.ts";
import { broken, readRuns, rest, type Submitted } from "./invariants.ts";
import { createRandom, type Edition, randomEdition, textOf } from "./model.ts";
import type { FaultStage } from "./stage.ts";
import { LEASE_SECONDS } from "./timing.ts";

const exec = promisify(execFile);

export interface Case {
  name: string;
  /** Part of `npm test`. */
  isQuick?: boolean;
  /** What it leaves behind would be in the way of others: they get a stage of their own. */
  spoils?: boolean;
  /** Resolves with what is wrong; a text that begins with "skipped: " where it cannot be done here. */
  run(stage: FaultStage, dataset: string): Promise<string[]>;
}

const STEPS = ["stage", "land", "check", "gate", "merge", "done"] as const;
const ROWS = 400;
const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

function editions(seed: number, count: number): Edition[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => randomEdition(random, ROWS));
}

/** Two editions: the first loads in peace, the second meets the fault. */
async function begin(stage: FaultStage, dataset: string, seed: number): Promise<Submitted[]> {
  await stage.declare(dataset);
  const submitted: Submitted[] = [];
  for (const edition of editions(seed, 2)) {
    const runId = await stage.submit(dataset, textOf(edition), edition.mode);
    submitted.push({ runId, dataset, edition });
  }
  return submitted;
}

async function finish(stage: FaultStage, submitted: Submitted[]): Promise<string[]> {
  await rest(
    stage,
    submitted.map((one) => one.runId),
  );
  const faults = await broken(stage, submitted);
  await stage.stopWorkers();
  return faults;
}

/** Waits until the process has frozen itself. */
async function stands(pid: number): Promise<void> {
  for (let turn = 0; turn < 600; turn++) {
    const state = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
    if (/\) T /.test(state)) return;
    await pause(0.02);
  }
}

const kills: Case[] = STEPS.map((step) => ({
  name: `kill -9 of the worker at ${step === "done" ? "the time between commit and acknowledgement" : step}`,
  isQuick: step === "merge" || step === "done",
  async run(stage, dataset) {
    const submitted = await begin(stage, dataset, 11);
    await stage.startWorker({ at: step, signal: "SIGKILL" });
    return finish(stage, submitted);
  },
}));

const freezes: Case[] = STEPS.filter((step) => step !== "done").map((step) => ({
  name: `SIGSTOP at ${step} past the lease, then SIGCONT: the zombie writes nothing`,
  isQuick: step === "merge",
  async run(stage, dataset) {
    const submitted = await begin(stage, dataset, 12);
    const zombie = await stage.startWorker({ at: step, signal: "SIGSTOP" });
    await stands(zombie);
    await pause(LEASE_SECONDS + 1);
    await stage.startWorker();
    await rest(
      stage,
      submitted.map((one) => one.runId),
    );
    const before = await readRuns(
      stage,
      submitted.map((one) => one.runId),
    );
    process.kill(zombie, "SIGCONT");
    await pause(1.5);
    const after = await readRuns(
      stage,
      submitted.map((one) => one.runId),
    );
    const changed = JSON.stringify(before) === JSON.stringify(after) ? [] : ["the zombie changed a run"];
    return [...changed, ...(await finish(stage, submitted))];
  },
}));

const restarts: Case[] = (["fast", "immediate"] as const).flatMap((how) =>
  STEPS.filter((step) => step !== "done").map((step) => ({
    name: `PostgreSQL ${how === "fast" ? "restarts" : "crashes and restarts"} at ${step}`,
    isQuick: how === "immediate" && step === "land",
    async run(stage: FaultStage, dataset: string) {
      const submitted = await begin(stage, dataset, 13);
      // The step is entered, the process stands still while the database goes, and goes on when it is back.
      const pid = await stage.startWorker({ at: step, signal: "SIGSTOP" });
      await stands(pid);
      await stage.restartDatabase(how);
      process.kill(pid, "SIGCONT");
      return finish(stage, submitted);
    },
  })),
);

const storeFaults: Case[] = [
  {
    name: "the object store is gone: the run waits, then goes on by itself",
    isQuick: true,
    async run(stage, dataset) {
      const submitted = await begin(stage, dataset, 14);
      await stage.takeStore();
      await stage.startWorker();
      let waited = false;
      for (let turn = 0; turn < 100 && !waited; turn++) {
        waited = (await readRuns(stage, [submitted[0]!.runId]))[0]!.status === "waiting";
        await pause(0.1);
      }
      await stage.giveStore();
      return [...(waited ? [] : ["the run did not wait"]), ...(await finish(stage, submitted))];
    },
  },
  {
    name: "the object store goes in the middle of a load",
    async run(stage, dataset) {
      const submitted = await begin(stage, dataset, 15);
      const pid = await stage.startWorker({ at: "land", signal: "SIGSTOP" });
      await stands(pid);
      await stage.takeStore();
      process.kill(pid, "SIGCONT");
      await pause(1.5);
      await stage.giveStore();
      return finish(stage, submitted);
    },
  },
  {
    name: "half an upload: invisible, and cleaned",
    isQuick: true,
    async run(stage) {
      const key = fileKey(stage.orgId);
      const half = Readable.from(
        (async function* () {
          yield Buffer.alloc(100_000, 1);
          throw new Error("the sender went away");
        })(),
      );
      const failed = await stage.store.put(key, half, { maxBytes: 1e9 }).then(
        () => false,
        () => true,
      );
      const swept = await stage.store.sweep(-60_000);
      const there = await stage.store.size(key);
      return [
        ...(failed ? [] : ["the upload was taken"]),
        ...(there === null ? [] : ["half of it is there"]),
        ...(swept === 0 ? [] : ["its part was left behind"]),
      ];
    },
  },
];

const doubles: Case[] = [
  {
    name: "the same job twice, and two workers on one run: one load",
    isQuick: true,
    async run(stage, dataset) {
      const submitted = await begin(stage, dataset, 16);
      for (const { runId } of submitted)
        await stage.query(
          "select graphile_worker.add_job('ingest__load', json_build_object('orgId', $1::text, 'runId', $2::text))",
          [stage.orgId, runId],
        );
      await Promise.all([stage.startWorker(), stage.startWorker()]);
      const faults = await finish(stage, submitted);
      const [found] = await stage.query<{ merges: number }>(
        "select count(*)::int as merges from ingest.run_steps where step = 'merge' and status = 'succeeded' and run_id = any ($1)",
        [submitted.map((one) => one.runId)],
      );
      return [...faults, ...(found!.merges === 2 ? [] : [`${found!.merges} merges of two files`])];
    },
  },
  {
    name: "the same file twice: duplicate_of, nothing loaded again",
    async run(stage, dataset) {
      const submitted = await begin(stage, dataset, 17);
      await stage.startWorker();
      await rest(
        stage,
        submitted.map((one) => one.runId),
      );
      const { edition } = submitted[1]!;
      const again = await stage.submit(dataset, textOf(edition), edition.mode, false);
      const [run] = await readRuns(stage, [again]);
      return [
        ...(run!.status === "duplicate" ? [] : [`the second time it is ${run!.status}`]),
        ...(await finish(stage, submitted)),
      ];
    },
  },
  {
    name: "the worker's clock is an hour off, either way: nothing changes",
    isQuick: true,
    async run(stage, dataset) {
      const submitted = await begin(stage, dataset, 18);
      await stage.startWorker(null, 3_600_000);
      await stage.startWorker(null, -3_600_000);
      return finish(stage, submitted);
    },
  },
];

const TOO_MANY = 10_000;

const volumes: Case[] = [
  {
    name: `${TOO_MANY} bad rows and more: what is kept of them is bounded, counts are exact`,
    async run(stage, dataset) {
      await stage.declare(dataset);
      await stage.query("update data.datasets set max_rejected_share = 1 where name = $1", [dataset]);
      const rows = Array.from({ length: TOO_MANY + 5000 }, (_, i) => ({
        k: String(i + 1),
        v: i % 15 === 0 ? "1" : "bad",
      }));
      const edition: Edition = { mode: "upsert", rows };
      const runId = await stage.submit(dataset, textOf(edition), edition.mode);
      await stage.startWorker();
      const faults = await finish(stage, [{ runId, dataset, edition }]);
      const [kept] = await stage.query<{ issues: number; rejected: number }>(
        `select (select count(*)::int from ingest.row_issues where run_id = $1) as issues,
                (select count(*)::int from ingest.rejected_rows where run_id = $1) as rejected`,
        [runId],
      );
      if (kept!.issues > TOO_MANY || kept!.rejected > TOO_MANY)
        faults.push(`${kept!.issues} issues and ${kept!.rejected} rows are kept`);
      if (kept!.rejected < TOO_MANY) faults.push("fewer rejected rows are kept than could be");
      return faults;
    },
  },
  {
    name: "the database's disk is full: a clean abort, then it goes on",
    // The log of changes knows of the disk.
    spoils: true,
    async run(stage, dataset) {
      const folder = await mkdtemp(path.join(tmpdir(), "cadastre-disk-"));
      const mounted = await exec("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]).then(
        () => true,
        () => false,
      );
      if (!mounted) {
        await rm(folder, { recursive: true });
        return ["skipped: no right to mount a small disk here"];
      }
      try {
        await exec("chown", ["postgres", folder]).catch(() => chmod(folder, 0o777));
        return await onFullDisk(stage, dataset, folder);
      } finally {
        await stage.stopWorkers();
        await stage.query("alter role cadastre_owner reset default_tablespace").catch(() => undefined);
        await stage.query("alter database faults reset default_tablespace").catch(() => undefined);
        await exec("umount", ["-l", folder]);
        await rm(folder, { recursive: true, force: true });
      }
    },
  },
];

/** New tables, the landing ones among them, go to a disk of 1 MiB until there is room. */
async function onFullDisk(stage: FaultStage, dataset: string, folder: string): Promise<string[]> {
  await stage.declare(dataset);
  const rows = Array.from({ length: 60_000 }, (_, i) => ({ k: String(i + 1), v: "1" }));
  const edition: Edition = { mode: "upsert", rows };
  await stage.query(`create tablespace small location '${folder}'`);
  await stage.query("grant create on tablespace small to public");
  await stage.query("alter database faults set default_tablespace = 'small'");
  const runId = await stage.submit(dataset, textOf(edition), edition.mode);
  await stage.startWorker();
  let waited = false;
  for (let turn = 0; turn < 200 && !waited; turn++) {
    waited = (await readRuns(stage, [runId]))[0]!.status === "waiting";
    await pause(0.1);
  }
  const [run] = await readRuns(stage, [runId]);
  const [left] = await stage.query<{ n: number }>(`select count(*)::int as n from store_acme.${dataset}`);
  await exec("mount", ["-o", "remount,size=200m", folder]);
  const faults = await finish(stage, [{ runId, dataset, edition }]);
  await stage.query("alter database faults reset default_tablespace");
  await stage.query("alter table all in tablespace small set tablespace pg_default").catch(() => undefined);
  return [
    ...(waited ? [] : [`with a full disk the run is ${run!.status}: ${JSON.stringify(run!.error)}`]),
    ...(left!.n === 0 ? [] : [`${left!.n} rows were there while it waited`]),
    ...faults,
  ];
}

export const MATRIX: Case[] = [
  ...kills,
  ...freezes,
  ...restarts,
  ...storeFaults,
  ...doubles,
  ...volumes,
  ...DOCUMENT_CASES,
];
