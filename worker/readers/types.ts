/** What the readers share with the loader: sources, dialects, records, problems and their bounds. */
import type { Readable } from "node:stream";
import type { ValueFormat } from "../../lib/contract/locales.ts";
import type { FieldType } from "../../lib/contract/types.ts";

/** A file that can be opened again and again. `end` is exclusive; offsets are bytes of the stored file. */
export interface ByteSource {
  size: number | null;
  open(start?: number, end?: number): Promise<Readable> | Readable;
}

export type RecordTerminator = "\n" | "\r\n" | "\r" | "mixed";

/**
 * csv: delimited text of any dialect. ndjson: one object per line. json: a document with the records at a path. xml:
 * repeated elements. xlsx: a workbook's sheet. fixed: columns at fixed places of each line.
 */
export type Format = "csv" | "ndjson" | "json" | "xml" | "parquet" | "xlsx" | "fixed";

export interface Dialect {
  format: Format;
  /** A label that TextDecoder knows, lower case: "utf-8", "utf-16le", "windows-1252", ... */
  encoding: string;
  /** The file begins with a byte order mark, which is no part of the first field. */
  bom: boolean;
  /** One or more characters. */
  delimiter: string;
  quote: string | null;
  /**
   * Equal to `quote`: a quote inside a quoted field is doubled. Another character (backslash): it stands before
   * a quote or before itself. null: quotes inside are not escaped, only one before a delimiter or the end of the
   * record closes.
   */
  escape: string | null;
  /** What ends most records. The reader takes LF, CRLF and (in "\r" and "mixed") CR wherever they stand. */
  recordTerminator: RecordTerminator;
  /** Physical lines before the header. */
  preambleLines: number;
  /** Header records; 0 for none. Several are joined per column with a space. */
  headerLines: number;
  /** Physical lines at the end that are no records. */
  footnoteLines: number;
  /** Spaces after a delimiter are no part of the field. */
  skipInitialSpace: boolean;
  /** Every record ends with a delimiter that starts no further field. */
  trailingDelimiter: boolean;
  /** Records may leave out their last fields; these are null. */
  shortRows: boolean;
  /** json: the path to the array of records, `data.items`; empty: the document itself. */
  records?: string;
  /** xml: the record element, by name or by path from the root (`rss/channel/item`). */
  element?: string;
  /** xml: columns that hold arrays, because their element is repeated in some record. */
  arrays?: string[];
  /** xlsx: the sheet's name. */
  sheet?: string;
  /** fixed: per column the first character and the one behind the last, counted from 0. */
  positions?: [number, number][];
  /** Per column how it writes numbers or dates, where PostgreSQL would not read them so. */
  valueFormats?: (ValueFormat | null)[];
}

export interface ReaderProblem {
  /** 1-based physical line where the record starts; 0 where the problem is the file's. */
  line: number;
  column: string | null;
  rule: ReaderRule;
  message: string;
  remedy: string;
  /** The record as it stands, cut to MAX_RAW characters. */
  raw: string;
}

export type ReaderRule =
  | "ragged_row"
  | "encoding"
  | "unclosed_quote"
  | "nul_byte"
  | "too_long"
  | "json"
  | "unknown_field"
  | "repeated_header"
  | "empty_file"
  | "wide_file";

export interface ReaderRecord {
  /** 1-based physical line where the record starts; of json, xml and parquet the record's number, of xlsx the row's. */
  line: number;
  /** One per column. null: the field was empty and unquoted. */
  fields: (string | null)[];
  /** The record as it stands, cut to MAX_RAW characters. */
  raw: string;
  /** Set: the record cannot be loaded as it is; `fields` is what could be read of it. */
  problem?: ReaderProblem;
  /** Set: the record is good, but something of it is no column and left out (rule unknown_field). */
  warning?: ReaderProblem;
}

export interface Inspection {
  dialect: Dialect;
  /** Header names as the file spells them, or column_N. */
  columns: string[];
  /** The bytes may go straight into COPY (FORMAT csv), as far as the sample tells; scanPlain tells for all. */
  plain: boolean;
  /** Why the dialect was chosen, one sentence each. */
  evidence: string[];
  problems: ReaderProblem[];
  /** The first records after the header, at most SAMPLE_RECORDS. */
  sample: (string | null)[][];
  /** Per column the type that the file itself declares; absent where files of the format declare none. */
  types?: (FieldType | null)[];
}

/** What becomes of a record with too few or too many fields. */
export type RaggedPolicy = "reject" | "repair";

export interface ReadOptions {
  /** Default "reject". */
  ragged?: RaggedPolicy;
  /** Default: all records. Ascending line numbers of the only records wanted. */
  onlyLines?: readonly number[];
  /** Default true. False: `raw` stays empty where there is no problem, and formats that would make it up save the work. */
  raw?: boolean;
  signal?: AbortSignal;
}

export interface CopyOptions {
  ragged?: RaggedPolicy;
  /**
   * Per column, tokens (beside the empty unquoted field and \N) that are sent as NULL where they stand unquoted.
   * At most MAX_NULL_TOKENS of at most MAX_NULL_TOKEN_BYTES each.
   */
  nullTokens?: readonly (readonly string[] | null)[];
  /** Called, and awaited, for every record that is not sent; nothing is read meanwhile. */
  onProblem: (problem: ReaderProblem) => void | Promise<void>;
  signal?: AbortSignal;
}

/** Counts of a finished read: read = sent + problems, warnings apart. */
export interface ReadStats {
  /** Records seen, blank lines apart. */
  records: number;
  sent: number;
  problems: number;
  /** Physical lines seen. */
  lines: number;
}

/** The file as a whole cannot be read. `code` is stable; `remedy` says what the person can do. */
export class ReaderError extends Error {
  readonly code: ReaderErrorCode;
  readonly remedy: string;
  constructor(code: ReaderErrorCode, message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ReaderError";
    this.code = code;
    this.remedy = remedy;
  }
}

export type ReaderErrorCode =
  | "empty_file"
  | "unreadable"
  | "unsupported_format"
  | "unsupported_encoding"
  | "bad_dialect"
  | "too_wide"
  /** Broken off, wrong checksum, not well-formed. */
  | "damaged"
  /** Beyond a bound: unpacked size, ratio, entries, row groups. */
  | "too_large"
  /** Refused for safety: encrypted, nested archives, DOCTYPE. */
  | "refused"
  /** Several things could be meant; the remedy says how to choose. */
  | "needs_choice";

/** Longest record, in bytes of UTF-8. */
export const MAX_RECORD_BYTES = 16 * 1024 * 1024;
/** Longest `raw` kept of a record, in characters. */
export const MAX_RAW = 8192;
/** PostgreSQL allows 1,600 columns; the platform's own take some. */
export const MAX_COLUMNS = 1500;
export const SAMPLE_RECORDS = 100;
export const MAX_NULL_TOKENS = 16;
export const MAX_NULL_TOKEN_BYTES = 32;
/** Longest delimiter, in characters. */
export const MAX_DELIMITER = 8;
