/** What the parts of a transformation share. */
import type pg from "pg";
import { AppError } from "../../lib/errors.ts";
import type { Column } from "../../lib/expressions/compile.ts";
import type { Output } from "../../lib/pipelines/definition.ts";
import type { Secrets } from "../../lib/secrets.ts";
import type { LoadContext } from "../load/types.ts";
import type { Part } from "./range.ts";

export type TransformContext = Pick<LoadContext, "pool" | "claimKey" | "store" | "log" | "leaseSeconds"> & {
  secrets: Secrets;
  /** Most bytes of the temporary tables of one execution. */
  maxTempBytes?: number;
};

/** Most rows of one step's result. */
export const MAX_STEP_ROWS = 20_000_000;
/** Most bytes of all its steps' tables. */
export const MAX_TEMP_BYTES = 20 * 1024 ** 3;
/** The line of the file that a row came from; kept through the steps, left out of results. */
export const LINE = "_source_line";

export interface Sandbox {
  client: pg.Client;
  /** Its temporary tables by name, each with the select that it is filled from, in the order in which they were made. */
  selects: Map<string, string>;
  /** The organization's schema, quoted. */
  schema: string;
  /** Its name alone, as SQL may write it. */
  schemaName: string;
  /** The part that it runs over, where the definition knows of ranges. */
  part: Part | null;
  /** Key of hash masks: the organization's, and not in PostgreSQL. */
  maskKey: string;
  /** One statement, never several: sent by the extended protocol. */
  run<R extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<pg.QueryResult<R>>;
  /** Its temporary tables grew beyond the bound, for which it was ended. */
  overflown(): boolean;
  close(): Promise<void>;
}

/** A table of the session's own that holds what a step made. */
export interface Table {
  /** Quoted, with pg_temp. */
  name: string;
  columns: Column[];
  rows: number;
}

export interface StepReport {
  /** 0: the input. */
  position: number;
  kind: string;
  label: string;
  rowsIn: number;
  rowsOut: number;
  columns: Column[];
  startedAt: Date;
  before: Table | null;
  after: Table;
}

export interface Result {
  output: Output;
  table: Table;
  /** The step whose second output it is; null: the main one. */
  step: number | null;
}

/** How far a flow has come. */
export interface Reached {
  /** The last step that is done; 0: the input. */
  position: number;
  input: Table;
  /** What it made. */
  table: Table;
  /** Second outputs of splits. */
  results: Result[];
}

/** What stops a transformation: the step, the place in what was written, and apart from it what holds rows' values. */
export class TransformError extends AppError {
  readonly step: number;
  readonly position: number | null;
  /** The database's own words. */
  readonly told: string | null;
  readonly sample: unknown;
  constructor(
    code: string,
    message: string,
    more: {
      step: number;
      hint: string;
      position?: number | null;
      told?: string;
      sample?: unknown;
      cause?: unknown;
    },
  ) {
    super(code, message, { hint: more.hint, cause: more.cause });
    this.name = "TransformError";
    this.step = more.step;
    this.position = more.position ?? null;
    this.told = more.told ?? null;
    this.sample = more.sample ?? null;
  }
}
