/** Land: the file's records into a table of the run's own, what cannot be a record set aside with its reason. */
import { pipeline } from "node:stream/promises";
import { from as copyFrom } from "pg-copy-streams";
import { copyStream, type ReaderProblem } from "../readers/index.ts";
import type { Heart } from "./lease.ts";
import { query } from "./session.ts";
import { type LoadContext, MAX_KEPT_REJECTED, type Run, type StagedFile, STORE_BATCH } from "./types.ts";

export interface Landed {
  /** Records that the reader set aside. */
  problems: number;
}

/** Stores problems in batches, at most MAX_KEPT_REJECTED of them; counts all that cost a row. */
export function problemSink(
  context: LoadContext,
  run: Run,
): { add(problem: ReaderProblem): Promise<void>; flush(): Promise<void>; rejected(): number } {
  let rejected = 0;
  let kept = 0;
  let batch: unknown[] = [];
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    const rows = batch;
    batch = [];
    await query(context, run, "select ingest.record_problems($1, $2, $3)", [run.id, run.lease_generation, JSON.stringify(rows)]);
  };
  return {
    rejected: () => rejected,
    flush,
    async add(problem) {
      const costs = problem.rule !== "unknown_field";
      if (costs) rejected++;
      if (kept >= MAX_KEPT_REJECTED) return;
      kept++;
      batch.push({ ...problem, rejected: costs });
      if (batch.length >= STORE_BATCH) await flush();
    },
  };
}

/** Columns that the contract does not have are left out, with a word about it on line 1. */
export async function warnOfColumns(context: LoadContext, run: Run, staged: StagedFile): Promise<void> {
  const unknown = staged.columns.filter((_, i) => staged.mapping[i] === null);
  if (unknown.length === 0) return;
  const names = unknown.slice(0, 20).join(", ").slice(0, 1000);
  const problem = {
    line: 1,
    column: unknown[0]!.slice(0, 200),
    rule: "unknown_column",
    message: `${unknown.length === 1 ? "the column" : `${unknown.length} columns`} ${names} ${unknown.length === 1 ? "is" : "are"} not in the dataset's contract and ${unknown.length === 1 ? "was" : "were"} not loaded`,
    remedy: "Add the field to the contract and load the file again (forced), or take the column out of the file.",
    raw: "",
    rejected: false,
  };
  await query(context, run, "select ingest.record_problems($1, $2, $3)", [
    run.id,
    run.lease_generation,
    JSON.stringify([problem]),
  ]);
}

/** The tolerant road: every dialect, through the reader, as text; types are found out in SQL afterwards. */
export async function landText(context: LoadContext, run: Run, staged: StagedFile, heart: Heart): Promise<Landed> {
  const rows = await query<{ name: string }>(context, run, "select ingest.create_landing($1, $2, $3, 'raw') as name", [
    run.id,
    run.lease_generation,
    staged.mapping,
  ]);
  const sink = problemSink(context, run);
  const stream = copyStream(staged.source, staged.inspection.dialect, staged.columns, {
    ragged: staged.ragged,
    onProblem: sink.add,
    signal: heart.signal,
  });
  const client = await context.pool.connect();
  let broken: Error | undefined;
  try {
    await pipeline(stream, client.query(copyFrom(`copy ${rows[0]!.name} from stdin (format text, encoding 'UTF8')`)));
  } catch (error) {
    // A COPY that was cut off leaves its connection in an unknown state.
    broken = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    client.release(broken);
  }
  await sink.flush();
  return { problems: sink.rejected() };
}
