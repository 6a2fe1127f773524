/**
 * What became of a run's lines, by pages: nothing stays open in the database while a slow store takes documents, and a page
 * is all that is held of them.
 */
import type { RawOutcome } from "../../lib/stores/document/index.ts";
import { asOrganization } from "../load/session.ts";
import type { LoadContext } from "../load/types.ts";

/** Of a large merge each page costs a look at the dataset's rows (ingest.merged_rows): large, so that there are few. */
const PAGE = 50_000;

interface Row {
  line: string;
  upto: string;
  outcome: string;
  composite_key: string | null;
  business_keys: Record<string, unknown> | null;
  version: number | null;
  data_hash: string | null;
  changed_fields: string[] | null;
  previous_version: number | null;
}

export type OutcomeContext = Pick<LoadContext, "pool" | "claimKey">;

async function readPage(
  context: OutcomeContext,
  orgId: string,
  runId: string,
  after: number,
): Promise<Row[]> {
  return asOrganization(context, orgId, null, async (client) => {
    const { rows } = await client.query<Row>("select * from ingest.raw_outcomes($1, $2, $3)", [
      runId,
      after,
      PAGE,
    ]);
    return rows;
  });
}

function outcomeOf(row: Row): RawOutcome {
  const changeType = row.outcome;
  if (changeType === "rejected") return { status: "rejected", changeType, version: null };
  if (row.version === null) return { status: "valid", changeType, version: null };
  return {
    status: "valid",
    changeType,
    version: {
      compositeKey: row.composite_key!,
      businessKeys: row.business_keys!,
      version: row.version,
      dataHash: row.data_hash!,
      changedFields: row.changed_fields ?? [],
      previousVersion: row.previous_version,
    },
  };
}

const UNTOLD: RawOutcome = { status: "staged", changeType: null, version: null };
const UNCHANGED: RawOutcome = { status: "valid", changeType: "unchanged", version: null };

export interface EndedRun {
  run_id: string;
  /** False: nothing of it was merged. */
  merged: boolean;
  /** From this line on it is not known which were set aside. */
  told_to: string | null;
}

/** Gives outcomes of lines that are asked for in their order. */
export function openOutcomes(
  context: OutcomeContext,
  orgId: string,
  run: EndedRun,
): (lines: readonly number[]) => Promise<RawOutcome[]> {
  const toldTo = run.told_to === null ? Number.POSITIVE_INFINITY : Number(run.told_to);
  let page: Row[] = [];
  let at = 0;
  let last = -1;
  let more = true;
  const find = async (line: number): Promise<Row | null> => {
    for (;;) {
      while (at < page.length && Number(page[at]!.upto) < line) at++;
      if (at < page.length) return Number(page[at]!.line) <= line ? page[at]! : null;
      if (!more) return null;
      // What is before the line is of no use any more.
      page = await readPage(context, orgId, run.run_id, Math.max(last, line - 1));
      at = 0;
      more = page.length === PAGE;
      last = Number(page.at(-1)?.upto ?? last);
    }
  };
  return async (lines) => {
    const outcomes: RawOutcome[] = [];
    for (const line of lines) {
      const row = await find(line);
      if (row !== null && (run.merged || row.outcome === "rejected")) outcomes.push(outcomeOf(row));
      else outcomes.push(run.merged && line < toldTo ? UNCHANGED : UNTOLD);
    }
    return outcomes;
  };
}

/** All that a replay did, line by line: it has not the whole file. */
export async function* replayOutcomes(
  context: OutcomeContext,
  orgId: string,
  runId: string,
  signal: AbortSignal,
): AsyncGenerator<[number, RawOutcome][]> {
  let after = -1;
  for (let more = true; more; ) {
    signal.throwIfAborted();
    const page = await readPage(context, orgId, runId, after);
    more = page.length === PAGE;
    after = Number(page.at(-1)?.upto ?? after);
    const lines: [number, RawOutcome][] = [];
    for (const row of page) {
      const outcome = outcomeOf(row);
      for (let line = Number(row.line); line <= Number(row.upto); line++) lines.push([line, outcome]);
    }
    if (lines.length > 0) yield lines;
  }
}
