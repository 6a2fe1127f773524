/**
 * An erasure, step by step: archives, rows of tables and history, lines of files with all that was made of them, what else
 * the database has. Each step may be repeated: what it has done is noted in its own transaction, and what describes
 * the person stays until the last one is over. docs/explanation/decisions/0010-retention.md
 */
import type pg from "pg";
import { AppError, explain, isPgError } from "../../lib/errors.ts";
import type { Logger } from "../../lib/log.ts";
import type { DocumentStore } from "../../lib/stores/document/index.ts";
import type { ObjectStore } from "../../lib/stores/object/index.ts";
import { type ReopenedFile, reopenFile } from "../load/reopen.ts";
import { asOrganization } from "../load/session.ts";
import type { Field } from "../load/types.ts";
import { ReaderError } from "../readers/index.ts";
import { eraseFromArchives } from "./erase-archives.ts";
import { rewriteFile } from "./rewrite-file.ts";
import {
  type Candidate,
  type ErasureFile,
  multirange,
  parseMultirange,
  recordLines,
  scanFile,
} from "./scan-file.ts";

export interface RetentionContext {
  pool: pg.Pool;
  claimKey: Buffer;
  store: ObjectStore;
  documents?: DocumentStore | null;
  log: Logger;
}

export interface Erasure {
  id: string;
  orgId: string;
  dryRun: boolean;
  datasetIds: string[];
  reason: string;
  /** Who asked for it: events name them. */
  by: string | null;
}

/** Files of one erasure; more is a fault. */
const MAX_FILES = 1_000_000;
/** Lines whose raw records are removed at once. */
const MAX_RAW_LINES = 1000;
const WAIT_SECONDS = 30;
const STORE_SECONDS = 60;

export type Ask = <R extends pg.QueryResultRow>(text: string, values: unknown[]) => Promise<R[]>;

export function asker(context: RetentionContext, orgId: string, userId: string | null): Ask {
  return (text, values) =>
    asOrganization(
      context,
      orgId,
      userId,
      async (client) => (await client.query(text, values)).rows as never,
    );
}

/** Thrown where nothing is wrong: something else has to end first. */
class Waits extends AppError {
  readonly seconds: number;
  constructor(code: string, message: string, hint: string, seconds: number) {
    super(code, message, { hint });
    this.seconds = seconds;
  }
}

/** A load's versions cannot be erased before they are committed to. */
export function waitsForSeal(error: unknown): never {
  if (isPgError(error) && error.code === "AU005")
    throw new Waits("AU005", error.message, "It goes on by itself once the load is sealed.", WAIT_SECONDS);
  throw error;
}

async function eraseRows(ask: Ask, erasure: Erasure): Promise<void> {
  const keys = await ask<{ dataset_id: string; key: unknown }>(
    "select dataset_id, key from data.erasure_keys($1)",
    [erasure.id],
  );
  for (const { dataset_id: dataset, key } of keys) {
    try {
      await ask("select data.erase_row($1, $2, $3)", [dataset, JSON.stringify(key), erasure.reason]);
    } catch (error) {
      if (!isPgError(error) || error.code !== "DS013") waitsForSeal(error);
      // Erased already, before this job was stopped and taken up again; or in an archive alone.
    }
  }
}

const FIELDS = `select name, source_name, source_aliases, position, type, required, null_tokens from data.fields
  where dataset_id = $1 and retired_at is null order by position`;

/**
 * The raw records of lines, where there is a document store. Lines that have no document yet are taken too, since their
 * run's records may be on their way from the file as it was. Gives how many had a document.
 */
async function eraseRaw(
  { documents }: RetentionContext,
  erasure: Erasure,
  file: ErasureFile,
  open: ReopenedFile,
  fields: readonly Field[],
  ranges: readonly [number, number][],
): Promise<number> {
  if (!documents || ranges.length === 0) return 0;
  const org = { id: erasure.orgId, key: file.schema_key };
  let found = 0;
  for await (const lines of recordLines(open, fields, ranges, MAX_RAW_LINES)) {
    // Batches are parts of one range at most, so its ends are all that lies between.
    const there = await documents.read(org, file.dataset_name, file.file_id, lines[0]!, lines.at(-1)!);
    found += there.length;
    if (!erasure.dryRun) await documents.erase(org, file.dataset_name, file.file_id, lines);
  }
  return found;
}

async function eraseFile(
  context: RetentionContext,
  ask: Ask,
  erasure: Erasure,
  file: ErasureFile,
): Promise<void> {
  const { signal } = new AbortController();
  const fields = await ask<Field>(FIELDS, [file.dataset_id]);
  const open = await reopenFile(context.store, file, signal);
  try {
    let ranges = file.lines === null ? null : parseMultirange(file.lines);
    if (ranges === null) {
      const match = async (candidates: Candidate[]): Promise<number[]> => {
        const rows = await ask<{ lines: string[] }>(
          "select ingest.match_lines($1, $2, $3, $4, $5) as lines",
          [erasure.id, file.dataset_id, file.file_id, JSON.stringify(candidates), file.is_input],
        );
        return rows[0]!.lines.map(Number);
      };
      const scan = await scanFile(open, fields, match, signal);
      ranges = scan.ranges;
      await ask("select ingest.erase_lines($1, $2, $3, $4)", [
        erasure.id,
        file.file_id,
        multirange(ranges),
        scan.records,
      ]);
      const raw = await eraseRaw(context, erasure, file, open, fields, ranges);
      if (raw > 0)
        await ask("select data.note_erasure($1, 'files', $2)", [
          erasure.id,
          JSON.stringify({ rawRecords: raw }),
        ]);
    } else {
      await ask("select ingest.erase_lines($1, $2, $3, 0)", [erasure.id, file.file_id, multirange(ranges)]);
      await eraseRaw(context, erasure, file, open, fields, ranges);
    }
    if (erasure.dryRun || ranges.length === 0) return;
    // The same key each time: what a stopped job has written is written over.
    const key = `org/${erasure.orgId}/files/${file.file_id}-${erasure.id}`;
    const made = await rewriteFile(context.store, key, open, fields, ranges, signal);
    await ask("select ingest.replace_erased_file($1, $2, $3, $4, $5, $6)", [
      erasure.id,
      file.file_id,
      key,
      made.size,
      made.as,
      made.note,
    ]);
  } finally {
    await open.close();
  }
}

async function eraseFiles(context: RetentionContext, ask: Ask, erasure: Erasure): Promise<void> {
  for (let turn = 0; turn < MAX_FILES; turn++) {
    const [file] = await ask<ErasureFile>("select * from ingest.next_erasure_file($1)", [erasure.id]);
    if (file === undefined) return;
    try {
      await eraseFile(context, ask, erasure, file);
    } catch (error) {
      // One that no reader understands holds no row that was loaded; whether it holds the person is for people to see.
      const unreadable = error instanceof ReaderError && error.code !== "unreadable";
      const gone = error instanceof AppError && error.code === "IN013";
      if (!unreadable && !gone) throw error;
      const note = gone
        ? "its bytes are not in the store"
        : `it cannot be read (${error.code}): look at it yourself`;
      await ask("select ingest.replace_erased_file($1, $2, null, null, null, $3)", [
        erasure.id,
        file.file_id,
        note,
      ]);
    }
  }
}

async function runSteps(context: RetentionContext, ask: Ask, erasure: Erasure): Promise<void> {
  const waits = await ask<{ run_id: string; dataset: string; status: string }>(
    "select * from ingest.erasure_waits_for($1)",
    [erasure.id],
  );
  if (waits.length > 0 && !erasure.dryRun) {
    const { run_id: run, dataset, status } = waits[0]!;
    const hint =
      status === "held" ? "Release or reject that load; then it goes on by itself." : "It goes on by itself.";
    throw new Waits("RT004", `a load of ${dataset} is ${status} (run ${run})`, hint, WAIT_SECONDS);
  }
  // Archives first: what they alone tell of a person is then looked for everywhere else.
  await eraseFromArchives(context, ask, erasure);
  if (!erasure.dryRun) await eraseRows(ask, erasure);
  await eraseFiles(context, ask, erasure);
  for (const dataset of erasure.datasetIds) {
    await asOrganization(context, erasure.orgId, erasure.by, async (client) => {
      const { rows } = await client.query<{ counts: unknown }>(
        "select ingest.erase_others($1, $2) as counts",
        [erasure.id, dataset],
      );
      // In one transaction, so that counts are of the first time.
      await client.query("select data.note_erasure($1, 'others', $2)", [
        erasure.id,
        JSON.stringify(rows[0]!.counts),
      ]);
    });
  }
}

interface BegunRow {
  id: string | null;
  dry_run: boolean;
  dataset_ids: string[];
  reason: string;
  by: string | null;
}

/** null: it is over, or there is none. */
async function beginErasure(ask: Ask, orgId: string, id: string): Promise<Erasure | null> {
  const [row] = await ask<BegunRow>(
    "select id, dry_run, dataset_ids, reason, requested_by as by from data.begin_erasure($1)",
    [id],
  );
  if (!row?.id) return null;
  return { id, orgId, dryRun: row.dry_run, datasetIds: row.dataset_ids, reason: row.reason, by: row.by };
}

/** Runs an erasure to its end, or to what it has to wait for. Throws where not even that could be noted. */
export async function runErasure(
  context: RetentionContext,
  orgId: string,
  erasureId: string,
): Promise<string> {
  const begin = asker(context, orgId, null);
  const settle = (ask: Ask, state: string, error: AppError | null, seconds: number | null = null) =>
    ask("select data.settle_erasure($1, $2, $3, $4)", [
      erasureId,
      state,
      error && JSON.stringify({ code: error.code, message: error.message, hint: error.hint }),
      seconds,
    ]);
  let ask = begin;
  try {
    const erasure = await beginErasure(begin, orgId, erasureId);
    if (erasure === null) return "nothing";
    ask = asker(context, orgId, erasure.by);
    await runSteps(context, ask, erasure);
    await settle(ask, "succeeded", null);
    return "succeeded";
  } catch (error) {
    if (error instanceof Waits) {
      await settle(ask, "waiting", error, error.seconds);
      return "waiting";
    }
    if (error instanceof AppError && error.code === "STORE_DOWN") {
      await settle(ask, "waiting", error, STORE_SECONDS);
      return "waiting";
    }
    const told = isPgError(error) && /^(RT|DS|42501)/.test(error.code);
    if (!told && !(error instanceof AppError)) throw error;
    context.log.warn({ org_id: orgId, erasure_id: erasureId, err: explain(error) }, "an erasure ended early");
    const known =
      error instanceof AppError ? error : new AppError((error as { code: string }).code, error.message);
    await settle(ask, "failed", known);
    return "failed";
  }
}
