import type { Problem } from "../providers/errors.ts";

/** What one setting, part of a secret, or part of a selection is, as the server tells it. */
export interface Spec {
  type: "text" | "host" | "url" | "integer" | "number" | "choice" | "list" | "object";
  required?: boolean;
  min?: number;
  max?: number;
  choices?: string[];
  title?: string;
  /** A change decides where the secret is sent, and so takes the secret away. */
  target?: boolean;
}
export type Specs = Record<string, Spec>;

export interface Kind {
  kind: string;
  title: string;
  settings: Specs;
  secret: Specs;
  selection: Specs;
  hows: string[];
}

/** Why a check or a pull failed; `retry_at`: when it is tried again by itself. */
export type Failure = Problem & { transient?: boolean; retry_at?: string | null };

export interface Find {
  name: string;
  selection: Record<string, unknown>;
  columns?: { name: string; type: string }[];
  key?: string[];
  rows?: number;
  bytes?: number;
}

export interface Check {
  id: string;
  kind: "test" | "discover";
  status: "queued" | "running" | "succeeded" | "failed";
  result: { message?: string; fingerprint?: string; found?: Find[] } | null;
  error: Failure | null;
  requestedBy: string | null;
  createdAt: string;
  finishedAt: string | null;
}

export interface Connector {
  id: string;
  name: string;
  kind: string;
  settings: Record<string, unknown>;
  hasSecret: boolean;
  status: "unknown" | "ok" | "failing";
  error: Failure | null;
  checkedAt: string | null;
  nextCheckAt: string | null;
  pinned: string | null;
}

export const CONNECTOR = "id name kind settings hasSecret status error checkedAt nextCheckAt pinned";

export const underWay = (check: Check): boolean => check.status === "queued" || check.status === "running";

/** How many checks back the beginning of a failure is looked for. */
export const CHECKS_BACK = 30;

/** When the present failure began: the first failed check since the last good one. */
export function failingSince(checks: Pick<Check, "status" | "finishedAt">[]): string | null {
  let since: string | null = null;
  for (const check of checks) {
    if (check.status === "succeeded") break;
    if (check.status === "failed") since = check.finishedAt;
  }
  return since;
}
