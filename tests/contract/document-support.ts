/** What the tests of document stores share: one server a file, organizations that are gone after each test. */
import { randomBytes, randomUUID } from "node:crypto";
import { type Collection, MongoClient } from "mongodb";
import { afterAll, afterEach, beforeAll } from "vitest";
import type { RawDocument } from "../../lib/stores/document/documents.ts";
import type {
  DocumentOrg,
  DocumentStore,
  RawFile,
  RawOutcome,
  RawRecord,
  RecordsAfter,
} from "../../lib/stores/document/index.ts";
import { createMongoStore } from "../../lib/stores/document/mongodb.ts";
import { offerMongo } from "./servers.ts";

export const MIB = 1024 * 1024;
export const mongo = await offerMongo();
export const STAGED: RawOutcome = { status: "staged", changeType: null, version: null };

export interface Stage {
  store: DocumentStore;
  client: MongoClient;
  url: string;
  newOrg(): DocumentOrg;
  newFile(org?: DocumentOrg, more?: Partial<RawFile>): RawFile;
  rawOf(file: RawFile): Collection<RawDocument>;
  all(file: RawFile): ReturnType<DocumentStore["read"]>;
}

let generations = 0;

/** Starts the server before this file's tests and stops it behind them. To be called within a describe. */
export function useStage(): Stage {
  const stage = {} as Stage;
  const orgs: DocumentOrg[] = [];
  let stop = async (): Promise<void> => undefined;
  stage.newOrg = () => {
    const org = { id: randomUUID(), key: `t${randomBytes(6).toString("hex")}` };
    orgs.push(org);
    return org;
  };
  stage.newFile = (org = stage.newOrg(), more = {}) => ({
    org,
    dataset: "orders",
    fileId: randomUUID(),
    runId: randomUUID(),
    fileName: "orders.csv",
    generation: ++generations,
    columns: ["id", "name"],
    changedBy: null,
    changeReason: null,
    qualityScore: null,
    ...more,
  });
  stage.rawOf = (file) =>
    stage.client.db(`org_${file.org.key}`).collection<RawDocument>(`raw_${file.dataset}`);
  stage.all = (file) => stage.store.read(file.org, file.dataset, file.fileId, 0, Number.MAX_SAFE_INTEGER);
  beforeAll(async () => {
    if (!("start" in mongo)) return;
    const server = await mongo.start();
    stop = server.stop;
    stage.url = server.settings.url;
    stage.store = createMongoStore(stage.url);
    stage.client = new MongoClient(stage.url);
    await stage.store.check();
  });
  afterEach(async () => {
    for (const org of orgs.splice(0)) await stage.store.drop(org);
  });
  afterAll(async () => {
    await stage.store?.close();
    await stage.client?.close();
    await stop();
  });
  return stage;
}

/** The next state of a file. */
export const later = (file: RawFile, more: Partial<RawFile> = {}): RawFile => ({
  ...file,
  runId: randomUUID(),
  generation: ++generations,
  ...more,
});

export function recordsFrom(first: number, count: number, outcome = STAGED): RawRecord[] {
  return Array.from({ length: count }, (_, i) => ({
    line: first + i,
    fields: [`${first + i}`, i % 3 === 0 ? null : "ä name"],
    raw: "",
    outcome,
  }));
}

const BATCH = 500;

/** These records, in batches, behind the line that is asked for. */
export function given(records: readonly RawRecord[], onBatch?: () => void | Promise<void>): RecordsAfter {
  return async function* (after) {
    const wanted = records.filter((record) => record.line > after);
    for (let at = 0; at < wanted.length; at += BATCH) {
      yield wanted.slice(at, at + BATCH);
      await onBatch?.();
    }
  };
}
