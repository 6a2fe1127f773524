import type { RaRecord } from "react-admin";
import type { Problem } from "../providers/errors.ts";

export type RunStatus =
  | "queued"
  | "running"
  | "waiting"
  | "held"
  | "succeeded"
  | "failed"
  | "cancelled"
  | "duplicate";

/** Statuses that no one but the worker moves on from, so that the page keeps looking. */
export const MOVING: ReadonlySet<string> = new Set<RunStatus>(["queued", "running", "waiting"]);

export const STEPS = ["stage", "land", "check", "gate", "merge", "record"] as const;
export type StepName = (typeof STEPS)[number];

export interface Run extends RaRecord {
  id: string;
  fileId: string;
  datasetId: string | null;
  datasetName: string;
  mode: string | null;
  keyFields: string[] | null;
  status: RunStatus;
  step: StepName | null;
  contractVersion: number | null;
  bytesTotal: string | null;
  bytesDone: string;
  readRows: string;
  insertedRows: string;
  updatedRows: string;
  unchangedRows: string;
  deletedRows: string;
  rejectedRows: string;
  duplicateRows: string;
  /** `retry_at`: when a waiting run is tried again by itself. */
  error: (Problem & { line?: number | null; column?: string | null; retry_at?: string | null }) | null;
  attempts: number;
  replayOf: string | null;
  requestedBy: string | null;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
}

export interface RunStep extends RaRecord {
  step: StepName;
  attempt: number;
  status: "running" | "succeeded" | "failed" | "skipped";
  startedAt: string;
  finishedAt: string | null;
  detail: Record<string, unknown>;
}

export interface RejectedRow extends RaRecord {
  runId: string;
  line: string;
  datasetId: string | null;
  raw: string;
  record: Record<string, unknown> | null;
  status: "open" | "replayed" | "dismissed";
  replayRun: string | null;
}

export interface RowIssue extends RaRecord {
  line: string;
  columnName: string;
  rule: string;
  severity: "info" | "warning" | "error" | "critical";
  rejected: boolean;
  value: string | null;
  message: string;
  remedy: string;
}
