/**
 * Faults of the document store, and of the worker while raw records follow their runs. Whatever strikes, loads go on, and in
 * the end the documents say what the tables say.
 */
import { createMongoStore } from "../../lib/stores/document/mongodb.ts";
import { openRoad, type Road } from "../contract/road.ts";
import { offerMongo } from "../contract/servers.ts";
import { broken, rest, type Submitted } from "./invariants.ts";
import type { Case } from "./matrix.ts";
import { createRandom, randomEdition, textOf } from "./model.ts";
import { type FaultStage, setFaultStage } from "./stage.ts";

const ROWS = 4000;
const FOLLOWED_SECONDS = 90;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

interface DocumentStage {
  stage: FaultStage;
  road: Road;
  /** What is wrong with the documents, once all of them followed. */
  compare(submitted: readonly Submitted[]): Promise<string[]>;
}

/** What the tables say of each of a run's lines, in the documents' words. */
async function told(stage: FaultStage, runId: string): Promise<Map<number, string>> {
  const rows = await stage.query<{ line: string; said: string }>(
    `select line, 'rejected/null' as said from ingest.rejected_rows where run_id = $1
     union all
     select source_line, change_type || '/' || version from store_acme.faulty where run_id = $1 and source_line is not null
     union all
     select source_line, change_type || '/' || version from store_acme.faulty_history where run_id = $1 and source_line is not null and change_type <> 'delete'`,
    [runId],
  );
  return new Map(rows.map((row) => [Number(row.line), row.said]));
}

async function onDocuments(work: (on: DocumentStage) => Promise<string[]>): Promise<string[]> {
  const mongo = await offerMongo();
  if (!("start" in mongo)) return [`skipped: ${mongo.missing}`];
  const server = await mongo.start();
  const { hostname, port, username, password, search } = new URL(server.settings.url);
  const road = await openRoad({ host: hostname, port: Number(port) });
  const mongodbUrl = `mongodb://${username}:${password}@127.0.0.1:${road.port}/${search}`;
  const stage = await setFaultStage({ s3: null, mongodbUrl });
  const store = createMongoStore(server.settings.url);
  const compare = async (submitted: readonly Submitted[]): Promise<string[]> => {
    const until = Date.now() + FOLLOWED_SECONDS * 1000;
    for (;;) {
      const [due] = await stage.query<{ n: number; said: string | null }>(
        "select count(*)::int as n, string_agg(error::text, '; ') as said from private.raw_due",
      );
      if (due!.n === 0) break;
      if (Date.now() > until) return [`${due!.n} files do not follow: ${due!.said}`];
      await pause(200);
    }
    const faults: string[] = [];
    for (const { runId } of submitted) {
      const [run] = await stage.query<{ file_id: string; read_rows: number }>(
        "select file_id, read_rows::int from ingest.runs where id = $1",
        [runId],
      );
      const said = await told(stage, runId);
      let count = 0;
      for (let from = 0; from < ROWS * 2; from += 1000) {
        const org = { id: stage.orgId, key: "acme" };
        for (const one of await store.read(org, "faulty", run!.file_id, from, from + 999)) {
          count++;
          const is = `${one.changeType}/${one.version}`;
          const wanted = said.get(one.line);
          if (
            one.runId !== runId ||
            (wanted ?? is) !== is ||
            (wanted === undefined && !/^(unchanged|duplicate)\/null$/.test(is))
          )
            faults.push(`line ${one.line} of run ${runId}: the document says ${is}, the tables ${wanted}`);
        }
      }
      if (count !== run!.read_rows) faults.push(`${count} documents of ${run!.read_rows} rows`);
    }
    return faults;
  };
  try {
    return await work({ stage, road, compare });
  } finally {
    await stage.close();
    await store.close();
    await road.close();
    await server.stop();
  }
}

async function submitTwo(stage: FaultStage, seed: number): Promise<Submitted[]> {
  const random = createRandom(seed);
  await stage.declare("faulty");
  await stage.query("update data.datasets set max_rejected_share = 1 where name = 'faulty'");
  const submitted: Submitted[] = [];
  for (let i = 0; i < 2; i++) {
    const edition = randomEdition(random, ROWS);
    const runId = await stage.submit("faulty", textOf(edition), edition.mode);
    submitted.push({ runId, dataset: "faulty", edition });
  }
  return submitted;
}

async function loaded(stage: FaultStage, submitted: Submitted[]): Promise<string[]> {
  await rest(
    stage,
    submitted.map((one) => one.runId),
  );
  return broken(stage, submitted);
}

const kills: Case[] = (["begin", "batch", "written"] as const).map((at) => ({
  name: `kill -9 of the worker while raw records follow their run: ${at}`,
  isQuick: at === "batch",
  run: () =>
    onDocuments(async ({ stage, compare }) => {
      const submitted = await submitTwo(stage, 21);
      await stage.startWorker({ at: `follow ${at}`, signal: "SIGKILL" });
      return [...(await loaded(stage, submitted)), ...(await compare(submitted))];
    }),
}));

const freezes: Case[] = [
  {
    name: "SIGSTOP while raw records follow, past everybody's patience, then SIGCONT",
    run: () =>
      onDocuments(async ({ stage, compare }) => {
        const submitted = await submitTwo(stage, 22);
        const zombie = await stage.startWorker({ at: "follow batch", signal: "SIGSTOP" });
        await pause(6000);
        await stage.startWorker();
        const faults = [...(await loaded(stage, submitted)), ...(await compare(submitted))];
        process.kill(zombie, "SIGCONT");
        await pause(2000);
        return [...faults, ...(await compare(submitted))];
      }),
  },
];

const stores: Case[] = [
  {
    name: "the document store is down: loads go on, raw records come by themselves",
    run: () =>
      onDocuments(async ({ stage, road, compare }) => {
        road.cut();
        const submitted = await submitTwo(stage, 23);
        await stage.startWorker();
        const faults = await loaded(stage, submitted);
        await pause(2000);
        const [due] = await stage.query<{ n: number }>("select count(*)::int as n from private.raw_due");
        road.mend();
        return [
          ...(due!.n > 0 ? [] : ["nothing waited for the store"]),
          ...faults,
          ...(await compare(submitted)),
        ];
      }),
  },
  {
    name: "the document store resets in the middle of raw records",
    run: () =>
      onDocuments(async ({ stage, road, compare }) => {
        const submitted = await submitTwo(stage, 24);
        const pid = await stage.startWorker({ at: "follow batch", signal: "SIGSTOP" });
        await pause(4000);
        road.cut();
        process.kill(pid, "SIGCONT");
        await pause(1500);
        road.mend();
        return [...(await loaded(stage, submitted)), ...(await compare(submitted))];
      }),
  },
  {
    name: "the document store is slow: it says nothing for a while",
    run: () =>
      onDocuments(async ({ stage, road, compare }) => {
        const submitted = await submitTwo(stage, 25);
        road.stall();
        await stage.startWorker();
        const faults = await loaded(stage, submitted);
        await pause(5000);
        road.mend();
        return [...faults, ...(await compare(submitted))];
      }),
  },
];

export const DOCUMENT_CASES: Case[] = [...kills, ...freezes, ...stores];
