/** What a verification finds, and the state that it carries from line to line. */
import type { Tree } from "./merkle.ts";
import type { Removed } from "./removed.ts";

/** Problems that are told one by one; beyond that they are counted. */
const MAX_PROBLEMS = 1000;

export interface Problem {
  kind: "event" | "change" | "version" | "leaf" | "checkpoint" | "archive" | "export";
  /** altered, missing, added, unsigned, forked, ... */
  what: string;
  dataset: string | null;
  /** What it is about: an event's id, a version's number and key, the size of a checkpoint. */
  name: string;
  message: string;
}

export interface Verdict {
  ok: boolean;
  org: string | null;
  leaves: number;
  events: number;
  changes: number;
  versions: number;
  checkpoints: number;
  /** Leaves after the last checkpoint. */
  uncovered: number;
  /** Versions that were erased, each with an event that says so. */
  erased: number;
  /** Versions that retention removed, each with an event that says so. */
  removed: number;
  /** Versions that went with their dataset, each dataset with an event that says so. */
  dropped: number;
  problems: Problem[];
  /** All of them, also those beyond the first 1,000. */
  problemCount: number;
}

export interface OpenChange {
  id: string;
  dataset: string;
  /** Versions that there were when it was made, and sha256 over what it committed to. */
  expected: number;
  digest: string;
  file: string | null;
  parts: Buffer[];
  entries: number;
  /** Commitments of the part under way that no row has been held against yet, by number. */
  open: Map<number, { commitment: Buffer; name: string | null }[]>;
}

export interface State {
  tree: Tree;
  org: string | null;
  values: boolean;
  /** Leaves that the header promised; leaves under the last checkpoint. */
  announced: number;
  covered: number;
  previous: string | null;
  rootsBroken: boolean;
  ended: boolean;
  change: OpenChange | null;
  /** Names by id of the datasets that are there. */
  datasets: Map<string, string>;
  /** What sealed events account for: deleted datasets, erased versions (change/number). */
  deleted: Set<string>;
  erased: Set<string>;
  removed: Removed;
  /** What is not there, until the last event has been heard. */
  missing: { of: string; problem: Problem }[];
  absent: Map<string, number>;
  counts: Record<
    "events" | "changes" | "versions" | "checkpoints" | "erased" | "removed" | "dropped",
    number
  >;
  problems: Problem[];
  problemCount: number;
}

export function add(state: State, problem: Problem): void {
  state.problemCount++;
  if (state.problems.length < MAX_PROBLEMS) state.problems.push(problem);
}

export function tell(
  state: State,
  kind: Problem["kind"],
  what: string,
  name: string,
  message: string,
  dataset: string | null = null,
): void {
  add(state, { kind, what, dataset, name, message });
}
