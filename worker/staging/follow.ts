/**
 * Raw records follow their run into the document store: read from the object store once more, as the run read them, and written
 * once, as the run left them. docs/explanation/decisions/0011-raw-documents.md
 */
import { explain } from "../../lib/errors.ts";
import type { DocumentStore, RawFile } from "../../lib/stores/document/index.ts";
import { judge, tellError } from "../load/failures.ts";
import { type KnownFile, reopenFile, widenColumns } from "../load/reopen.ts";
import { asOrganization } from "../load/session.ts";
import type { Field, LoadContext } from "../load/types.ts";
import { ReaderError } from "../readers/index.ts";
import { openOutcomes, replayOutcomes } from "./outcomes.ts";
import { type RawReading, rawRecords } from "./raw-records.ts";

/** States of one file that one job writes; what comes meanwhile is of the next. */
const MAX_STATES = 1000;
/** Pauses double up to here, in seconds: a store that is down is asked again for as long as it takes. */
const MAX_PAUSE = 300;
const JITTER = 0.25;
/** What nobody foresaw is tried this often. */
const UNKNOWN_ATTEMPTS = 10;

export type FollowPoint = "begin" | "batch" | "written";

export interface FollowContext extends Pick<LoadContext, "pool" | "claimKey" | "store" | "log"> {
  documents: DocumentStore | null;
  /** Called on the way; tests stop it there. */
  onFollow?: (at: FollowPoint) => void | Promise<void>;
}

interface Due extends KnownFile {
  run_id: string;
  generation: string;
  attempts: number;
  superseded: boolean;
  is_replay: boolean;
  root_run: string | null;
  dataset_id: string | null;
  dataset_name: string;
  merged: boolean;
  changed_by: string | null;
  reason: string | null;
  quality_score: number | null;
  told_to: string | null;
  file_name: string;
  schema_key: string;
}

async function ask<R extends object>(
  context: FollowContext,
  orgId: string,
  text: string,
  values: unknown[],
): Promise<R[]> {
  return asOrganization(
    context,
    orgId,
    null,
    async (client) => (await client.query(text, values)).rows as R[],
  );
}

/** Up to the first record that no reader can read: the run ended there too. */
async function* untilUnreadable<T>(records: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* records;
  } catch (error) {
    if (!(error instanceof ReaderError) || error.code === "unreadable") throw error;
  }
}

function stateOf(orgId: string, fileId: string, due: Due): Omit<RawFile, "columns"> {
  return {
    org: { id: orgId, key: due.schema_key },
    dataset: due.dataset_name,
    fileId,
    runId: due.run_id,
    fileName: due.file_name,
    generation: Number(due.generation),
    changedBy: due.changed_by,
    changeReason: due.reason,
    qualityScore: due.quality_score,
  };
}

const raggedOf = (reading: unknown): "reject" | "repair" =>
  (reading as { ragged?: unknown } | null)?.ragged === "repair" ? "repair" : "reject";

async function writeFile(
  context: FollowContext,
  documents: DocumentStore,
  file: Omit<RawFile, "columns">,
  due: Due,
  signal: AbortSignal,
): Promise<void> {
  const fields = await ask<Field>(
    context,
    file.org.id,
    `select name, source_name, source_aliases, position, type, required, null_tokens from data.fields
      where org_id = $1 and dataset_id = $2 and retired_at is null order by position`,
    [file.org.id, due.dataset_id],
  );
  const open = await reopenFile(context.store, due, signal);
  try {
    const columns = widenColumns(open, fields);
    const reading: RawReading = { ...open, columns, ragged: raggedOf(due.reading), signal };
    const outcomesOf = openOutcomes(context, file.org.id, due);
    await documents.put({ ...file, columns }, async function* (after) {
      for await (const batch of untilUnreadable(rawRecords(reading, after, outcomesOf))) {
        yield batch;
        await context.onFollow?.("batch");
      }
    });
  } finally {
    await open.close();
  }
}

async function write(
  context: FollowContext,
  documents: DocumentStore,
  file: Omit<RawFile, "columns">,
  due: Due,
  signal: AbortSignal,
): Promise<void> {
  if (due.superseded) return;
  if (!due.is_replay) return writeFile(context, documents, file, due, signal);
  const lines = replayOutcomes(context, file.org.id, due.run_id, signal);
  await documents.amend(file, due.root_run ?? due.run_id, lines);
}

/** What went wrong, and when it is tried again; null: that does not help. */
function putOff(error: unknown, attempts: number): { told: string; seconds: number | null } {
  const verdict = judge(error);
  // A file that was rewritten meanwhile is read under its new key.
  const gone = error instanceof Error && "code" in error && error.code === "IN013";
  const foreseen = verdict === "wait" || verdict === "redo";
  const seconds =
    foreseen || attempts + 1 < UNKNOWN_ATTEMPTS ? Math.min(MAX_PAUSE, 2 ** Math.min(attempts + 1, 10)) : null;
  const hopeless = verdict === "final" && !gone;
  return {
    told: JSON.stringify(tellError(error)),
    seconds: seconds === null || hopeless ? null : seconds * (1 - JITTER + 2 * JITTER * Math.random()),
  };
}

/** Writes all states of a file that are due, one after the other. */
export async function followFile(
  context: FollowContext,
  orgId: string,
  fileId: string,
  signal: AbortSignal,
): Promise<void> {
  const { documents, log } = context;
  if (!documents) return;
  for (let turn = 0; turn < MAX_STATES; turn++) {
    const [due] = await ask<Due>(context, orgId, "select * from ingest.next_raw($1)", [fileId]);
    if (due === undefined) return;
    const settled = [due.run_id, due.generation];
    try {
      await context.onFollow?.("begin");
      await write(context, documents, stateOf(orgId, fileId, due), due, signal);
      await context.onFollow?.("written");
    } catch (error) {
      signal.throwIfAborted();
      const { told, seconds } = putOff(error, due.attempts);
      log.warn(
        { org_id: orgId, run_id: due.run_id, err: explain(error), pause: seconds },
        seconds === null ? "raw records could not be written" : "raw records wait",
      );
      await ask(
        context,
        orgId,
        "select ingest.settle_raw($1, $2, $3, clock_timestamp() + make_interval(secs => $4))",
        [...settled, told, seconds],
      );
      return;
    }
    await ask(context, orgId, "select ingest.settle_raw($1, $2)", settled);
  }
}
