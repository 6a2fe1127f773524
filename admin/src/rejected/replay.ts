import { type Fixes, replayRejected } from "../providers/operations.ts";
import type { Row } from "../providers/shapes.ts";
import type { OpenRow } from "./useWorkbench.ts";

/** One replay a run; more runs than this are replayed at the next press. */
const MOST_RUNS = 50;

/** Starts a replay for each run that the rows came from, with the corrections made; returns how many rows went. */
export async function replayMany(rows: OpenRow[], fixes: Map<string, Row>): Promise<number> {
  const byRun = [...Map.groupBy(rows, ({ runId }) => runId)].slice(0, MOST_RUNS);
  let sent = 0;
  for (const [runId, of] of byRun) {
    const wanted: Fixes = Object.fromEntries(of.map((row) => [row.line, fixes.get(String(row.id)) ?? {}]));
    await replayRejected(runId, wanted);
    sent += of.length;
  }
  return sent;
}
