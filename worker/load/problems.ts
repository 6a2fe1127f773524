/** What the reader could not make a record of, on its way into the database. */
import type { ReaderProblem } from "../readers/index.ts";
import { query } from "./session.ts";
import { type LoadContext, MAX_KEPT_REJECTED, type Run, STORE_BATCH, type StagedFile } from "./types.ts";

export interface ProblemSink {
  add(problem: ReaderProblem): Promise<void>;
  flush(): Promise<void>;
  /** Records that cost a row, all of them. */
  rejected(): number;
  /** Forgets everything, in the database too: the file is read again. */
  reset(): Promise<void>;
}

/** Stores problems in batches, at most MAX_KEPT_REJECTED of them; counts all. */
export function problemSink(context: LoadContext, run: Run): ProblemSink {
  let rejected = 0;
  let kept = 0;
  let batch: unknown[] = [];
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    const rows = batch;
    batch = [];
    await query(context, run, "select ingest.record_problems($1, $2, $3)", [
      run.id,
      run.lease_generation,
      JSON.stringify(rows),
    ]);
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
    async reset() {
      rejected = 0;
      kept = 0;
      batch = [];
      await query(context, run, "select ingest.clear_problems($1, $2)", [run.id, run.lease_generation]);
    },
  };
}

const MAX_NAMED = 20;

/** Columns that the contract does not have are left out, with a word about it on line 1. */
export async function warnOfColumns(context: LoadContext, run: Run, staged: StagedFile): Promise<void> {
  const unknown = staged.columns.filter((_, i) => staged.mapping[i] === null);
  if (unknown.length === 0 || staged.strict) return;
  const names = unknown.slice(0, MAX_NAMED).join(", ").slice(0, 1000);
  const one = unknown.length === 1;
  const problem = {
    line: 1,
    column: unknown[0]!.slice(0, 200),
    rule: "unknown_column",
    message: `${one ? "the column" : `${unknown.length} columns`} ${names} ${one ? "is" : "are"} not in the dataset's contract and ${one ? "was" : "were"} not loaded`,
    remedy:
      "Add the field to the contract and load the file again (forced), or take the column out of the file.",
    raw: "",
    rejected: false,
  };
  await query(context, run, "select ingest.record_problems($1, $2, $3)", [
    run.id,
    run.lease_generation,
    JSON.stringify([problem]),
  ]);
}
