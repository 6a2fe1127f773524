/** What the steps of a load share. */
import type pg from "pg";
import type { Logger } from "../../lib/log.ts";
import type { DocumentStore } from "../../lib/stores/document/index.ts";
import type { ObjectStore } from "../../lib/stores/object/index.ts";
import type { ByteSource, Inspection } from "../readers/index.ts";

export interface LoadContext {
  /** The worker's own connections (role cadastre_worker). */
  pool: pg.Pool;
  claimKey: Buffer;
  store: ObjectStore;
  /** Where raw records follow their run; null or absent: nowhere. */
  documents?: DocumentStore | null;
  log: Logger;
  /** Seconds a lease lasts without a beat. */
  leaseSeconds?: number;
  /** The road to take where more than one is open; by default the fastest. */
  road?: Road;
  /** Called before each step; tests stop a load here. */
  onStep?: (step: Step) => void | Promise<void>;
}

/**
 * How a file's bytes reach typed columns. plain: as they are, straight into COPY over two connections. stream: through
 * the reader into COPY. text: through the reader as text, typed in SQL; slowest, stands anything.
 */
export type Road = "plain" | "stream" | "text";

export type Step = "stage" | "land" | "check" | "gate" | "merge" | "record";

/** A leased run, as ingest.lease_run returns it. */
export interface Run {
  org_id: string;
  id: string;
  file_id: string;
  dataset_id: string | null;
  dataset_name: string;
  mode: "upsert" | "snapshot" | "append";
  key_fields: string[];
  options: unknown;
  status: string;
  attempts: number;
  /** Errors so far that nobody foresaw. */
  faults: number;
  lease_generation: number;
  replay_of: string | null;
  requested_by: string | null;
  released_by: string | null;
  bytes_total: string | null;
}

/** A field of the contract in force, as data.fields has it. */
export interface Field {
  name: string;
  source_name: string;
  source_aliases: string[];
  position: number;
  type: string;
  required: boolean;
  null_tokens: string[] | null;
}

export interface StagedFile {
  source: ByteSource;
  inspection: Inspection;
  ragged: "reject" | "repair";
  /** The file's columns; those of the contract that a JSON file may bring later are among them. */
  columns: string[];
  /** Per column the field it fills, null where it is none of the contract's. */
  mapping: (string | null)[];
  fields: Field[];
  /** Rows with values in columns that are none of the contract's are set aside, which SQL finds. */
  strict: boolean;
  /** Gives back what unpacking took; the source cannot be read afterwards. */
  close(): Promise<void>;
}

/** Most rejected rows and problems kept of one run; counts go on beyond it, and the file itself stays. */
export const MAX_KEPT_REJECTED = 10_000;
/** Rows a statement takes when rejected rows are stored. */
export const STORE_BATCH = 500;
