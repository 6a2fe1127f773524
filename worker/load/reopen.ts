/** A stored file read once more, the way that its run read it: for whatever follows a load. */
import { z } from "zod";
import type { ObjectStore } from "../../lib/stores/object/index.ts";
import { type ByteSource, type Dialect, openFile, type Reading } from "../readers/index.ts";
import { matchColumns } from "./columns.ts";
import { storedSource } from "./stage.ts";
import type { Field } from "./types.ts";

/** What the database tells of a file and its run. */
export interface KnownFile {
  object_key: string;
  /** How an erasure left it. */
  rewritten_as: string | null;
  /** The upload's options. */
  reading: unknown;
  /** What the run found out, as ingest.inspections has it; null: it did not look (a batch of events). */
  inspection: unknown;
}

export interface ReopenedFile {
  source: ByteSource;
  stored: ByteSource;
  dialect: Dialect;
  columns: string[];
  close(): Promise<void>;
}

const inspectionShape = z.looseObject({
  dialect: z.looseObject({ format: z.string(), encoding: z.string(), recordTerminator: z.string() }),
  columns: z.array(z.string()),
});
const optionsShape = z.looseObject({ dialect: z.looseObject({}).optional() });

/** One that was rewritten as JSON is what it is now. */
export async function reopenFile(
  store: ObjectStore,
  file: KnownFile,
  signal: AbortSignal,
): Promise<ReopenedFile> {
  const stored = await storedSource({ store }, file.object_key, { signal, bytes: 0 });
  const given = optionsShape.safeParse(file.reading).data?.dialect ?? {};
  const reading = file.rewritten_as === "ndjson" ? ({ format: "ndjson" } as const) : (given as Reading);
  const open = await openFile(stored, reading, signal);
  const known = inspectionShape.safeParse(file.inspection).data;
  const { dialect, columns } = open.inspection;
  // What the run found out beats what the file looks like with lines of it empty.
  const same =
    known !== undefined && file.rewritten_as !== "ndjson" && known.dialect.format === dialect.format;
  return {
    source: open.source,
    stored,
    dialect: same ? (known.dialect as unknown as Dialect) : dialect,
    columns: same ? known.columns : columns,
    close: open.close,
  };
}

/** Whether columns have names of the file's own. */
export function hasNames({ format, headerLines }: Dialect): boolean {
  return headerLines > 0 || !["csv", "fixed", "xlsx"].includes(format);
}

/** Formats whose records may have fields that the first ones did not. */
export const GROWING: ReadonlySet<string> = new Set(["ndjson", "json", "xml"]);

/** A field that the first records of a JSON or XML file do not have may come later. */
export function widenColumns(
  { dialect, columns }: { dialect: Dialect; columns: string[] },
  fields: readonly Field[],
): string[] {
  if (!GROWING.has(dialect.format)) return columns;
  const present = new Set(matchColumns(columns, fields, true));
  return [
    ...columns,
    ...fields.filter((field) => !present.has(field.name)).map((field) => field.source_name),
  ];
}
