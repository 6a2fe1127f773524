/**
 * Where the raw records of received files are kept beside the database: every record, also those that no schema fits, with
 * what became of it. One contract (tests/contract/document-*.test.ts) for whatever speaks the MongoDB protocol. An
 * installation without a document store has none of this.
 */

/** `key` is the organization's schema key; its database is named from it. */
export interface DocumentOrg {
  id: string;
  key: string;
}

/** A file of a dataset as one of its runs left it. */
export interface RawFile {
  org: DocumentOrg;
  dataset: string;
  fileId: string;
  runId: string;
  fileName: string;
  /** Number of this state of the file: a lower one never takes the place of a higher one. */
  generation: number;
  /** The file's column names. */
  columns: readonly string[];
  /** In whose name rows were written; null: the organization's service, or nothing was. */
  changedBy: string | null;
  changeReason: string | null;
  /** Share of the file's rows that passed the checks, 0 to 1; null: nothing was merged. */
  qualityScore: number | null;
}

/** A version that the merge wrote of a record. */
export interface RawVersion {
  compositeKey: string;
  businessKeys: Record<string, unknown>;
  version: number;
  /** Hexadecimal. */
  dataHash: string;
  changedFields: string[];
  previousVersion: number | null;
}

/**
 * staged: nothing is known against it, and nothing of it was merged. rejected: it could not be split into fields, or was
 * set aside. valid: its run was merged, and it was not set aside.
 */
export type ValidationStatus = "staged" | "rejected" | "valid";

/** What became of a record. */
export interface RawOutcome {
  status: ValidationStatus;
  /** insert, update, restore; unchanged: the table said the same already; duplicate, rejected; null: nothing was merged. */
  changeType: string | null;
  version: RawVersion | null;
}

export interface RawRecord {
  /** 1-based line of the file where the record starts: with the file's id the document's identity. */
  line: number;
  /** The fields by the file's column names; null where the record could not be split. */
  fields: readonly (string | null)[] | null;
  /** Fields that are none of the columns (of a JSON record). */
  extra?: ReadonlyMap<string, string | null>;
  /** The record as it stands, perhaps cut. Kept where there are no fields, or they are too large for a document. */
  raw: string;
  /** Set where `raw` (without fields) or the fields are less than what the file has. */
  partial?: boolean;
  outcome: RawOutcome;
}

/** The client's connections, all organizations together. */
export interface PoolUse {
  open: number;
  inUse: number;
  waiting: number;
  /** Organizations whose database is known to be prepared. */
  handles: number;
}

/** A raw document as it is read back. */
export interface StoredRecord {
  line: number;
  /** By field name, or the record's text. */
  data: Record<string, string | null> | string;
  /** False where the record could not be split into fields. */
  readable: boolean;
  /** The document has less than the file. */
  partial: boolean;
  status: ValidationStatus;
  changeType: string | null;
  version: number | null;
  runId: string;
  ingestedAt: Date;
}

export interface RawCounts {
  records: number;
  unreadable: number;
  rejected: number;
}

/** Records of a file behind a line, in the order of their lines, in batches. */
export type RecordsAfter = (line: number) => AsyncIterable<readonly RawRecord[]>;

export interface DocumentStore {
  readonly kind: "mongodb";
  /**
   * Writes a state of a file: every record as one document, in place of those of earlier states. May be repeated: it goes on
   * where it was broken off, and twice is the same as once. null: a later state is there, and nothing was written. Errors
   * (of every function): AppError STORE_DOWN, which passes; AppError STORE_REFUSED, which does not; what `records` throws.
   */
  put(file: RawFile, records: RecordsAfter): Promise<RawCounts | null>;
  /**
   * Writes what a later run (a replay) made of single lines of a file whose documents are those of the run `of`. Lines
   * without such a document are left. May be repeated. Gives how many were found.
   */
  amend(
    file: Omit<RawFile, "columns">,
    of: string,
    lines: AsyncIterable<readonly (readonly [number, RawOutcome])[]>,
  ): Promise<number>;
  /** Records whose line is within `from` and `to` (inclusive), in order, at most MAX_READ_BACK of them. */
  read(org: DocumentOrg, dataset: string, fileId: string, from: number, to: number): Promise<StoredRecord[]>;
  /** Takes all values of these lines of a file, for good: what is written of them later, by whomever, is not kept. */
  erase(org: DocumentOrg, dataset: string, fileId: string, lines: readonly number[]): Promise<void>;
  /** Removes the documents of files that were written before a moment. Gives how many files there were. */
  expire(org: DocumentOrg, before: Date): Promise<number>;
  /** How much of the connections' pool is in use. */
  poolUse(): PoolUse;
  /** Removes all that an organization has here. */
  drop(org: DocumentOrg): Promise<void>;
  /** Resolves when the store answers. Errors: AppError STORE_DOWN. */
  check(): Promise<void>;
  /** Waits for what is under way and closes all connections. */
  close(): Promise<void>;
}

/** Largest fields of one document, in bytes; MongoDB takes 16 MiB with everything. A longer record is kept as text. */
export const MAX_DATA_BYTES = 12 * 1024 * 1024;
/** Longest text kept of a record that is not split, in characters. The file itself has all of it. */
export const MAX_TEXT = 8192;
/** One request carries at most this many documents and bytes. */
export const MAX_WRITE_DOCUMENTS = 1000;
export const MAX_WRITE_BYTES = 16 * 1024 * 1024;
export const MAX_READ_BACK = 1000;
