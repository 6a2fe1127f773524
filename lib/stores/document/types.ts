/**
 * Where the raw records of received files are kept beside the database: every record, also those that no schema fits.
 * One contract (tests/contract/document-store.test.ts) for whatever speaks the MongoDB protocol. An installation
 * without a document store has none of this: there the landing tables are the staging.
 */

/** `key` is the organization's schema key; its database is named from it. */
export interface DocumentOrg {
  id: string;
  key: string;
}

/** A file of a dataset, and the run that reads it. */
export interface RawFile {
  org: DocumentOrg;
  dataset: string;
  fileId: string;
  runId: string;
  fileName: string;
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
}

/** What the records of a file are split into; another reading of the same file replaces the first. */
export interface Reading {
  columns: readonly string[];
  /** Tells this reading from others: dialect, options. At most MAX_READING characters. */
  how: string;
}

/**
 * staged: nothing is known against it. rejected: it could not be split into fields, or did not pass the checks. valid: its
 * run was merged, and it was not set aside.
 */
export type ValidationStatus = "staged" | "rejected" | "valid";

/** What became of a record in the merge. */
export interface MergedRow {
  line: number;
  compositeKey: string;
  businessKeys: Record<string, unknown>;
  version: number;
  /** Hexadecimal. */
  dataHash: string;
  changeType: string;
  changedFields: string[];
  previousVersion: number | null;
}

/** What is the same for all records of a merge. */
export interface Merge {
  /** Who asked for it; null: the organization's service. */
  changedBy: string | null;
  reason: string | null;
  /** Share of the file's rows that passed the checks, 0 to 1. */
  qualityScore: number;
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
  runId: string;
  ingestedAt: Date;
}

export interface StagedCounts {
  records: number;
  unreadable: number;
}

export interface DocumentStore {
  readonly kind: "mongodb";
  /**
   * Begins a file. Gives the counts where this run has staged it to its end already: then there is nothing to do.
   * Documents of another run, or of another reading of the file, are removed. Errors (of every function): AppError STORE_DOWN, which
   * passes; AppError STORE_REFUSED, which does not.
   */
  begin(file: RawFile, reading: Reading): Promise<StagedCounts | null>;
  /** Writes records of a file that was begun. May be repeated, in any order and partly: a line is one document. */
  write(file: RawFile, reading: Reading, records: readonly RawRecord[]): Promise<void>;
  /** Ends a file: from now on `begin` of the same run finds it staged. */
  finish(file: RawFile, counts: StagedCounts): Promise<void>;
  /**
   * Marks these lines of a file as rejected, beside those that could not be read, and takes the mark from others that
   * had it. Gives how many of the lines have a document.
   */
  markRejected(file: RawFile, lines: Iterable<number> | AsyncIterable<number>): Promise<number>;
  /**
   * Writes down what the merge made of a file's records: first that all that were not rejected say what the table says,
   * then the versions that were written. May be repeated. Gives how many versions found their document.
   */
  recordMerge(file: RawFile, merge: Merge, rows: AsyncIterable<readonly MergedRow[]>): Promise<number>;
  /** Removes the documents of files that were staged before a moment. Gives how many files there were. */
  expire(org: DocumentOrg, before: Date): Promise<number>;
  /** How much of the connections' pool is in use. */
  poolUse(): PoolUse;
  /** Records whose line is within `from` and `to` (inclusive), in order, at most MAX_READ_BACK of them. */
  read(org: DocumentOrg, dataset: string, fileId: string, from: number, to: number): Promise<StoredRecord[]>;
  /** Removes a file's documents; none there is no error. Gives how many there were. */
  remove(org: DocumentOrg, dataset: string, fileId: string): Promise<number>;
  /** Removes the documents of these lines of a file; those that have none are no error. Gives how many there were. */
  removeLines(org: DocumentOrg, dataset: string, fileId: string, lines: readonly number[]): Promise<number>;
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
/** Longest description of a reading, in characters. */
export const MAX_READING = 4096;
