/** What is asked of a dataset's history, and how it is undone, over the platform API. */
import { type Nodes, useAccess } from "../access/api.ts";
import { useSession } from "../layout/useSession.ts";
import { graphql } from "../providers/http.ts";
import type { Row } from "../providers/shapes.ts";

/** As many loads as are offered to choose from. */
export const MAX_LOADS = 50;

export type Effect = "insert" | "update" | "delete" | "missing";
export type OnConflict = "abort" | "skip" | "force";

export interface RestoredRow {
  key: Row;
  effect: Effect;
  conflict: boolean;
  version: number | null;
  changedBy: string | null;
  changedAt: string | null;
  changeRun: string | null;
}

/** A rule that refuses rows which would come back. */
export interface Refusal {
  rule: string;
  field: string;
  action: "reject" | "hold";
  rows: number;
  message: string;
}

/** What an undo would do, or did. */
export interface Told {
  dryRun: boolean;
  undoRun?: string | null;
  inserted: number;
  updated: number;
  deleted: number;
  unchanged: number;
  missing: number;
  conflicts: number;
  skipped: number;
  refused: Refusal[];
  rows: RestoredRow[];
}

/** What is to be undone: all that a load wrote, or rows back to a moment. */
export type Target =
  | { kind: "run"; runId: string; datasetId: string }
  | { kind: "rows"; datasetId: string; keys: Row[]; toAt: string };

interface Manner {
  dryRun: boolean;
  onConflict: OnConflict;
  reason: string | null;
  againstRules?: boolean;
}

export async function undo(target: Target, manner: Manner): Promise<Told> {
  const run = target.kind === "run";
  const field = run ? "undoRun" : "undoRows";
  const input = run
    ? { runId: target.runId }
    : { datasetId: target.datasetId, keys: target.keys, toAt: target.toAt };
  const { done } = await graphql<{ done: { result: Told } }>(
    "platform",
    `mutation Undo($input: ${run ? "UndoRunInput" : "UndoRowsInput"}!) { done: ${field}(input: $input) { result } }`,
    { input: { ...input, ...manner } },
  );
  return done.result;
}

export async function momentOfRun(runId: string, before = false): Promise<string> {
  const { at } = await graphql<{ at: string }>(
    "platform",
    "query Moment($runId: UUID!, $before: Boolean) { at: momentOfRun(runId: $runId, before: $before) }",
    { runId, before },
  );
  return at;
}

export interface Load {
  id: string;
  mergedAt: string | null;
  finishedAt: string;
  undoOf: string | null;
  undoneBy: string | null;
  replayOf: string | null;
  insertedRows: string;
  updatedRows: string;
  deletedRows: string;
  file: { fileName: string } | null;
}

const LOADS = `query Loads($datasetId: UUID!) {
  runs(first: ${MAX_LOADS}, orderBy: [FINISHED_AT_DESC],
       filter: { datasetId: { equalTo: $datasetId }, status: { equalTo: "succeeded" } }) {
    nodes { id mergedAt finishedAt undoOf undoneBy replayOf insertedRows updatedRows deletedRows file { fileName } }
  }
}`;

/** The last loads of a dataset, newest first. */
export function useLoads(datasetId: string | undefined) {
  const { data, error } = useAccess<{ runs: Nodes<Load> }>(
    LOADS,
    { datasetId },
    { enabled: Boolean(datasetId) },
  );
  return { loads: data?.runs.nodes, error };
}

const UNDONE = `query Undone($id: UUID!) {
  runs(first: 1, filter: { id: { equalTo: $id } }) { nodes { undoOf undoneBy reason } }
}`;

/** Whether a run undid another, or was undone itself. */
export function useUndone(runId: string) {
  const { data } = useAccess<{
    runs: Nodes<{ undoOf: string | null; undoneBy: string | null; reason: string | null }>;
  }>(UNDONE, { id: runId });
  return data?.runs.nodes[0];
}

const REASONS = `query Reasons($id: UUID!) {
  organizations(first: 1, filter: { id: { equalTo: $id } }) { nodes { reasonsRequired } }
}`;

/** Whether the organization asks for a reason with every change by hand. */
export function useReasonsRequired(): boolean | undefined {
  const id = useSession()?.org?.id;
  const { data } = useAccess<{ organizations: Nodes<{ reasonsRequired: boolean }> }>(
    REASONS,
    { id },
    { enabled: Boolean(id) },
  );
  return data?.organizations.nodes[0]?.reasonsRequired;
}

/** A row's key in one line: names only where there are several. */
export function keyText(key: Row): string {
  const parts = Object.entries(key);
  return parts.length === 1
    ? String(parts[0]![1])
    : parts.map(([name, value]) => `${name} ${String(value)}`).join(", ");
}
