/** Stage: the file is opened, its dialect found, its dataset found or made, its columns matched with the contract. */
import { Readable } from "node:stream";
import { z } from "zod";
import { AppError } from "../../lib/errors.ts";
import {
  type ByteSource,
  findValueFormats,
  isTyped,
  type OpenFile,
  openFile,
  setValueFormats,
} from "../readers/index.ts";
import { matchColumns, requireColumns } from "./columns.ts";
import { evolutionsOf, followHeader } from "./evolution.ts";
import type { Heart } from "./lease.ts";
import { makeDataset, proposeDataset } from "./new-dataset.ts";
import { GROWING, hasNames, widenColumns } from "./reopen.ts";
import { query } from "./session.ts";
import type { Field, LoadContext, Run, StagedFile } from "./types.ts";

const place = z.number().int().min(0).max(1_000_000);

const optionsShape = z
  .object({
    dialect: z
      .object({
        format: z.enum(["csv", "ndjson", "json", "xml", "parquet", "xlsx", "fixed"]),
        entry: z.string().min(1).max(500),
        records: z.string().max(1000),
        element: z.string().min(1).max(500),
        sheet: z.string().min(1).max(100),
        positions: z
          .array(z.tuple([place, place]))
          .min(1)
          .max(1500),
        locale: z.string().min(2).max(40),
        decimal: z.enum([".", ","]),
        dateOrder: z.enum(["dmy", "mdy", "ymd"]),
        encoding: z.string().min(1).max(40),
        delimiter: z.string().min(1).max(8),
        quote: z.string().length(1).nullable(),
        escape: z.string().length(1).nullable(),
        preambleLines: z.number().int().min(0).max(10_000),
        headerLines: z.number().int().min(0).max(10_000),
        footnoteLines: z.number().int().min(0).max(10_000),
        skipInitialSpace: z.boolean(),
        trailingDelimiter: z.boolean(),
      })
      .partial()
      .strict()
      .default({}),
    ragged: z.enum(["reject", "repair"]).default("reject"),
    // review: a person accepts the contract, or what the file changes of it, before a row is loaded.
    contract: z.enum(["accept", "review"]).default("accept"),
  })
  .strict();

function readOptions(run: Run): z.infer<typeof optionsShape> {
  const parsed = optionsShape.safeParse(run.options ?? {});
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new AppError(
    "IN016",
    `the upload's option ${issue.path.join(".") || "list"} is wrong: ${issue.message}`,
    {
      hint: "Options are {dialect: {format, encoding, delimiter, quote, headerLines, entry, records, ...}, ragged: reject or repair, contract: accept or review}; see docs/reference/formats.md.",
    },
  );
}

/** The stored file as the readers want it; counts what passes. */
export async function storedSource(
  context: Pick<LoadContext, "store">,
  key: string,
  heart: Pick<Heart, "signal" | "bytes">,
): Promise<ByteSource> {
  const size = await context.store.size(key);
  if (size === null) {
    throw new AppError("IN013", "the stored file is gone", { hint: "Upload it again." });
  }
  async function* counted(stream: Readable, start: number): AsyncGenerator<Buffer> {
    let at = start;
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        heart.signal.throwIfAborted();
        at += chunk.length;
        heart.bytes = Math.max(heart.bytes, at);
        yield chunk;
      }
    } finally {
      stream.destroy();
    }
  }
  return {
    size,
    open: async (start = 0, end) =>
      Readable.from(counted(await context.store.open(key, start, end), start), { objectMode: false }),
  };
}

async function fieldsOf(context: LoadContext, run: Run, datasetId: string | null): Promise<Field[]> {
  return query<Field>(
    context,
    run,
    `select name, source_name, source_aliases, position, type, required, null_tokens from data.fields
      where org_id = $1 and dataset_id = $2 and retired_at is null order by position`,
    [run.org_id, datasetId],
  );
}

async function findDataset(context: LoadContext, run: Run): Promise<string | null> {
  if (run.dataset_id !== null) return run.dataset_id;
  // Another file may have made it since this one was queued.
  const rows = await query<{ id: string }>(
    context,
    run,
    "select id from data.datasets where org_id = $1 and name = $2",
    [run.org_id, run.dataset_name],
  );
  return rows[0]?.id ?? null;
}

/** A dataset that came into being meanwhile must be of the kind that this run was promised. */
async function checkMode(context: LoadContext, run: Run, datasetId: string): Promise<void> {
  await query(
    context,
    run,
    "select ingest.check_upload(name, $2, $3) from data.datasets where org_id = $4 and id = $1",
    [datasetId, run.mode, run.dataset_id === null ? run.key_fields : null, run.org_id],
  );
}

/** Opens, inspects and matches the run's file; makes the dataset when there is none. The result is to be closed. */
export async function stageFile(context: LoadContext, run: Run, heart: Heart): Promise<StagedFile> {
  const options = readOptions(run);
  const files = await query<{ object_key: string }>(
    context,
    run,
    "select object_key from ingest.files where org_id = $1 and id = $2",
    [run.org_id, run.file_id],
  );
  const stored = await storedSource(context, files[0]!.object_key, heart);
  const open = await openFile(stored, options.dialect, heart.signal);
  try {
    return await stageOpen(context, run, open, options);
  } catch (error) {
    await open.close();
    throw error;
  }
}

async function stageOpen(
  context: LoadContext,
  run: Run,
  open: OpenFile,
  { ragged, contract }: z.infer<typeof optionsShape>,
): Promise<StagedFile> {
  const { source, inspection, close } = open;
  const found = await findDataset(context, run);
  if (found !== null) await checkMode(context, run, found);
  const review = contract === "review";
  if (found === null && review) await proposeDataset(context, run, open);
  const made = found === null ? await makeDataset(context, run, open) : null;
  const datasetId = found ?? made!.id;
  const evolutions = await evolutionsOf(context, run, datasetId);
  let fields: Field[] = [];
  let columns = inspection.columns;
  let mapping: (string | null)[] = [];
  const match = async (): Promise<void> => {
    fields = await fieldsOf(context, run, datasetId);
    columns = widenColumns(inspection, fields);
    mapping = matchColumns(columns, fields, hasNames(inspection.dialect));
  };
  if (found !== null) {
    await match();
    await readTypedColumns(open, columns, mapping, fields);
    const header = {
      columns: inspection.columns,
      mapping: mapping.slice(0, inspection.columns.length),
      fields,
      keyFields: run.key_fields,
      growing: GROWING.has(inspection.dialect.format),
    };
    if (await followHeader(context, run, open, header, evolutions, review)) {
      await match();
      await readTypedColumns(open, columns, mapping, fields);
    }
  }
  const { sample: _, ...seen } = inspection;
  const kept = made === null ? seen : { ...seen, contract: { evidence: made.evidence } };
  const attached = await query<Run>(context, run, "select * from ingest.attach_dataset($1, $2, $3, $4)", [
    run.id,
    run.lease_generation,
    datasetId,
    JSON.stringify(kept),
  ]);
  run.dataset_id = attached[0]!.dataset_id;
  run.key_fields = attached[0]!.key_fields;
  await match();
  requireColumns(mapping, fields, run.key_fields, columns);
  const strict = evolutions.columns === "discard_row" && mapping.includes(null);
  return { source, inspection, ragged, columns, mapping, fields, strict, close };
}

/** Numbers and dates of the contract's typed columns are read as the file writes them. */
async function readTypedColumns(
  { source, inspection, declared }: OpenFile,
  columns: readonly string[],
  mapping: readonly (string | null)[],
  fields: readonly Field[],
): Promise<void> {
  const types = mapping.map((name) => fields.find((field) => field.name === name)?.type);
  const places = new Set<number>();
  for (const [i, type] of types.entries()) {
    if (isTyped(type, { kind: "number", decimal: "." }) || isTyped(type, { kind: "date", order: "ymd" }))
      places.add(i);
  }
  const found = await findValueFormats(source, inspection, columns, declared, places);
  if (found === null) return;
  setValueFormats(
    inspection,
    found.formats.map((format, i) => (isTyped(types[i], format) ? format : null)),
  );
}

/** A replay's columns are the contract's. */
export async function stageReplay(context: LoadContext, run: Run): Promise<string[]> {
  await query(context, run, "select ingest.attach_dataset($1, $2, $3, null)", [
    run.id,
    run.lease_generation,
    run.dataset_id,
  ]);
  return (await fieldsOf(context, run, run.dataset_id)).map((field) => field.name);
}
