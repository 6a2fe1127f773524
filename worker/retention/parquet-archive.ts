/**
 * Versions as Parquet and back, value for value. Whole numbers and booleans have types of their own; everything else is
 * the text that PostgreSQL writes (UTC, ISO dates), since that is what it reads the same again.
 */
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { parquetMetadataAsync, parquetRead } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { parquetWriteBuffer } from "hyparquet-writer";
import { AppError } from "../../lib/errors.ts";
import type { ObjectStore } from "../../lib/stores/object/index.ts";

export interface ArchiveField {
  name: string;
  position: number;
  type: string;
}

export type ArchiveRow = (string | null)[];

/** An archive is held in memory while it is written or read. */
export const MAX_ARCHIVE_BYTES = 256 * 1024 * 1024;
const ROW_GROUP = 10_000;

/** What every version has behind its fields, in the order of data.archive_columns. */
const SYSTEM: [string, string][] = [
  ["file_id", "uuid"],
  ["version", "integer"],
  ["change_type", "text"],
  ["change_mask", "text"],
  ["valid_from", "timestamptz"],
  ["valid_to", "timestamptz"],
  ["changed_by", "uuid"],
  ["run_id", "uuid"],
  ["source_line", "bigint"],
  ["change_reason", "text"],
];

const inOrder = (fields: readonly ArchiveField[]): ArchiveField[] =>
  [...fields].sort((a, b) => a.position - b.position);

function columnsOf(fields: readonly ArchiveField[]): { name: string; type: string }[] {
  const own = inOrder(fields);
  const taken = new Set(own.map((field) => field.name));
  // A field of the dataset may be called like one of ours.
  const ours = SYSTEM.map(([name, type]) => ({ name: taken.has(name) ? `${name}$` : name, type }));
  return [...own.map(({ name, type }) => ({ name, type })), ...ours];
}

export function encodeArchive(fields: readonly ArchiveField[], rows: readonly ArchiveRow[]): Buffer {
  const columnData = columnsOf(fields).map(({ name, type }, i) => {
    const texts = rows.map((row) => row[i] ?? null);
    if (type === "integer")
      return {
        name,
        type: "INT32" as const,
        data: texts.map((text) => (text === null ? null : Number(text))),
      };
    if (type === "bigint")
      return {
        name,
        type: "INT64" as const,
        data: texts.map((text) => (text === null ? null : BigInt(text))),
      };
    if (type === "boolean")
      return {
        name,
        type: "BOOLEAN" as const,
        data: texts.map((text) => (text === null ? null : text === "true")),
      };
    return { name, type: "STRING" as const, data: texts };
  });
  const kvMetadata = [
    { key: "cadastre.v", value: "1" },
    { key: "cadastre.fields", value: JSON.stringify(fields) },
  ];
  return Buffer.from(
    parquetWriteBuffer({ columnData, rowGroupSize: ROW_GROUP, statistics: false, kvMetadata }),
  );
}

const textOf = (value: unknown): string | null =>
  value === null || value === undefined ? null : String(value);

export async function decodeArchive(fields: readonly ArchiveField[], bytes: Buffer): Promise<ArchiveRow[]> {
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  const file = {
    byteLength: buffer.byteLength,
    slice: (start: number, end?: number) => buffer.slice(start, end),
  };
  const metadata = await parquetMetadataAsync(file);
  const names = metadata.schema.slice(1).map((element) => element.name);
  const columns = columnsOf(fields);
  const places = columns.map(({ name }) => names.indexOf(name));
  if (places.includes(-1)) throw new Error("the archive's columns are not those of its manifest");
  let found: unknown[][] = [];
  await parquetRead({
    file,
    metadata,
    compressors,
    onComplete: (rows) => {
      found = rows as unknown[][];
    },
  });
  return found.map((row) => places.map((place) => textOf(row[place])));
}

export const digestOf = (bytes: Buffer): Buffer => createHash("sha256").update(bytes).digest();

export const asStream = (bytes: Buffer): Readable => Readable.from([bytes], { objectMode: false });

/** An archive's rows from the store. Errors: AppError RT009 where the file is gone or not what was written; STORE_DOWN. */
export async function readArchive(
  store: ObjectStore,
  archive: {
    id: string;
    object_key: string;
    sha256: Buffer | null;
    size_bytes: string;
    fields: ArchiveField[];
  },
): Promise<ArchiveRow[]> {
  const damaged = (message: string, cause?: unknown): AppError =>
    new AppError("RT009", `the archive ${archive.id} ${message}`, {
      hint: "Restore the file from a backup of the object store.",
      cause,
    });
  const size = await store.size(archive.object_key);
  if (size === null) throw damaged("is not in the store");
  if (size > MAX_ARCHIVE_BYTES || String(size) !== archive.size_bytes)
    throw damaged("is not as large as it was");
  const parts: Buffer[] = [];
  for await (const part of await store.open(archive.object_key)) parts.push(part as Buffer);
  const bytes = Buffer.concat(parts);
  if (archive.sha256 === null || !digestOf(bytes).equals(archive.sha256))
    throw damaged("is not what was written");
  try {
    return await decodeArchive(archive.fields, bytes);
  } catch (error) {
    throw damaged("cannot be read", error);
  }
}
