/** Documents from raw records, and back; and requests of bounded size. */
import type { Document } from "mongodb";
import { documentId, fieldNames } from "./names.ts";
import {
  MAX_DATA_BYTES,
  MAX_TEXT,
  MAX_WRITE_BYTES,
  MAX_WRITE_DOCUMENTS,
  type RawFile,
  type RawOutcome,
  type RawRecord,
  type StoredRecord,
  type ValidationStatus,
} from "./types.ts";

export type FieldData = Map<string, string | null> | string;

/** A raw document. Its fields are what the data model of the platform calls them. */
export interface RawDocument {
  _id: string;
  org_id: string;
  table_name: string;
  source_file: string;
  file_id: string;
  run_id: string;
  /** State of the file that the document is of. */
  generation: number;
  line: number;
  data: FieldData;
  /** False: the record could not be split. */
  readable: boolean;
  /** The document has less than the file. */
  partial: boolean;
  ingested_at: Date;
  composite_key: string | null;
  business_keys: Record<string, unknown> | null;
  version: number | null;
  data_hash: string | null;
  /** insert, update, restore, unchanged, duplicate, rejected; null: nothing was merged. */
  change_type: string | null;
  changed_fields: string[];
  changed_by_user_id: string | null;
  audit_trail: {
    previous_version: number | null;
    change_reason: string | null;
    validation_status: ValidationStatus;
    quality_score: number | null;
  };
}

/** What is left of a line that was erased: its number. No state of the file comes after it. */
export interface ErasedDocument {
  _id: string;
  org_id: string;
  file_id: string;
  line: number;
  generation: number;
}

export const ERASED = Number.MAX_SAFE_INTEGER;

/** Bytes that BSON adds to each field, at most: type, name's end, length, text's end; and to each document. */
const FIELD_BYTES = 12;
const DOCUMENT_BYTES = 1024;

/** Upper bound of the bytes: a character of a JavaScript string is at most three bytes of UTF-8. */
function bound(data: FieldData): number {
  if (typeof data === "string") return data.length * 3 + DOCUMENT_BYTES;
  let chars = 0;
  for (const [name, value] of data) chars += name.length + (value?.length ?? 0);
  return chars * 3 + data.size * FIELD_BYTES + DOCUMENT_BYTES;
}

function exactBytes(data: ReadonlyMap<string, string | null>): number {
  let bytes = DOCUMENT_BYTES + data.size * FIELD_BYTES;
  for (const [name, value] of data) bytes += Buffer.byteLength(name) + (value ? Buffer.byteLength(value) : 0);
  return bytes;
}

function fieldsOf(record: RawRecord, names: readonly string[]): Map<string, string | null> | null {
  if (record.fields === null) return null;
  const data = new Map<string, string | null>();
  for (let i = 0; i < names.length; i++) data.set(names[i]!, record.fields[i] ?? null);
  if (record.extra === undefined || record.extra.size === 0) return data;
  const more = fieldNames([...names, ...record.extra.keys()]).slice(names.length);
  for (const [i, value] of [...record.extra.values()].entries()) data.set(more[i]!, value);
  return data;
}

type Described = Pick<
  RawDocument,
  | "composite_key"
  | "business_keys"
  | "version"
  | "data_hash"
  | "change_type"
  | "changed_fields"
  | "changed_by_user_id"
  | "audit_trail"
>;

/** What became of a record, as its document says it. */
export function described(
  file: Pick<RawFile, "changedBy" | "changeReason" | "qualityScore">,
  { status, changeType, version }: RawOutcome,
): Described {
  const isValid = status === "valid";
  return {
    composite_key: version?.compositeKey ?? null,
    business_keys: version?.businessKeys ?? null,
    version: version?.version ?? null,
    data_hash: version?.dataHash ?? null,
    change_type: changeType,
    changed_fields: version?.changedFields ?? [],
    changed_by_user_id: isValid ? file.changedBy : null,
    audit_trail: {
      previous_version: version?.previousVersion ?? null,
      change_reason: isValid ? file.changeReason : null,
      validation_status: status,
      quality_score: file.qualityScore,
    },
  };
}

/** Makes documents of a file's records. `names` are its columns as fieldNames gives them. */
export function documentMaker(
  file: RawFile,
  names: readonly string[],
  now: Date,
): (record: RawRecord) => { document: RawDocument; bytes: number } {
  return (record) => {
    const fields = fieldsOf(record, names);
    let partial = record.partial === true;
    let data: FieldData = fields ?? record.raw;
    let bytes = bound(data);
    if (fields !== null && bytes > MAX_DATA_BYTES) {
      bytes = exactBytes(fields);
      if (bytes > MAX_DATA_BYTES) {
        data = record.raw;
        partial = true;
      }
    }
    if (typeof data === "string") {
      partial ||= data.length > MAX_TEXT;
      data = data.slice(0, MAX_TEXT).toWellFormed();
      bytes = bound(data);
    }
    const document: RawDocument = {
      _id: documentId(file.fileId, record.line),
      org_id: file.org.id,
      table_name: file.dataset,
      source_file: file.fileName,
      file_id: file.fileId,
      run_id: file.runId,
      generation: file.generation,
      line: record.line,
      data,
      readable: record.fields !== null,
      partial,
      ingested_at: now,
      ...described(file, record.outcome),
    };
    return { document, bytes };
  };
}

/** Records as requests' worth of documents, in count and in bytes. */
export function* requests(
  records: readonly RawRecord[],
  make: ReturnType<typeof documentMaker>,
): Generator<RawDocument[]> {
  let batch: RawDocument[] = [];
  let total = 0;
  for (const record of records) {
    const { document, bytes } = make(record);
    if (batch.length > 0 && (batch.length >= MAX_WRITE_DOCUMENTS || total + bytes > MAX_WRITE_BYTES)) {
      yield batch;
      batch = [];
      total = 0;
    }
    batch.push(document);
    total += bytes;
  }
  if (batch.length > 0) yield batch;
}

/** A document as others want it. */
export function storedRecord(document: Document): StoredRecord {
  const { line, data, readable, partial, audit_trail, change_type, version, run_id, ingested_at } =
    document as RawDocument;
  return {
    line,
    data: data as unknown as StoredRecord["data"],
    readable,
    partial,
    status: audit_trail.validation_status,
    changeType: change_type,
    version,
    runId: run_id,
    ingestedAt: ingested_at,
  };
}
