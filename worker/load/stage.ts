/** Stage: the file is opened, its dialect found, its dataset found or made, its columns matched with the contract. */
import { Readable } from "node:stream";
import { z } from "zod";
import { inferContract } from "../../lib/contract/infer.ts";
import type { ContractProposal } from "../../lib/contract/types.ts";
import { AppError } from "../../lib/errors.ts";
import {
  type ByteSource,
  type Inspection,
  inspect,
  type ReaderRecord,
  readRecords,
} from "../readers/index.ts";
import { matchColumns, matchKey, requireColumns } from "./columns.ts";
import type { Heart } from "./lease.ts";
import { asRun, query } from "./session.ts";
import type { Field, LoadContext, Run, StagedFile } from "./types.ts";

/** Rows that a new dataset's types are inferred from. */
const INFER_ROWS = 200_000;

const optionsShape = z
  .object({
    dialect: z
      .object({
        format: z.enum(["csv", "ndjson"]),
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
      hint: "Options are {dialect: {encoding, delimiter, quote, escape, headerLines, ...}, ragged: reject or repair}.",
    },
  );
}

/** The stored file as the readers want it; counts what passes. */
export async function storedSource(context: LoadContext, key: string, heart: Heart): Promise<ByteSource> {
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

async function fieldsOf(context: LoadContext, run: Run): Promise<Field[]> {
  return query<Field>(
    context,
    run,
    `select name, source_name, position, type, required, null_tokens from data.fields
      where org_id = $1 and dataset_id = $2 and retired_at is null order by position`,
    [run.org_id, run.dataset_id],
  );
}

async function* goodRecords(batches: AsyncIterable<ReaderRecord[]>): AsyncGenerator<ReaderRecord[]> {
  for await (const batch of batches) yield batch.filter((record) => record.problem === undefined);
}

interface MadeDataset {
  id: string;
  /** What the types were proposed on, for the person who looks at the run. */
  evidence: ContractProposal["evidence"];
}

/** The first file makes the dataset: types from its values, required only what is in the key. */
async function makeDataset(
  context: LoadContext,
  run: Run,
  source: ByteSource,
  found: Inspection,
): Promise<MadeDataset> {
  const key = matchKey(run.key_fields, found.columns);
  const records = goodRecords(readRecords(source, found.dialect, found.columns));
  const proposal = await inferContract(records, found.columns, { maxRows: INFER_ROWS });
  const fields = proposal.fields.map((field) => ({
    name: field.name,
    sourceName: field.sourceName,
    // A key of a type that cannot be one (jsonb) stays text.
    type:
      key.includes(field.name) && (field.type === "jsonb" || field.type === "text[]") ? "text" : field.type,
    required: key.includes(field.name),
    description: "",
  }));
  return asRun(context, run, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      "select id from data.create_dataset($1, $2, $3, $4)",
      [run.dataset_name, JSON.stringify(fields), key, run.mode],
    );
    return { id: rows[0]!.id, evidence: proposal.evidence };
  });
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

/** Opens, inspects and matches the run's file; makes the dataset when there is none. */
export async function stageFile(context: LoadContext, run: Run, heart: Heart): Promise<StagedFile> {
  const options = readOptions(run);
  const files = await query<{ object_key: string }>(
    context,
    run,
    "select object_key from ingest.files where org_id = $1 and id = $2",
    [run.org_id, run.file_id],
  );
  const source = await storedSource(context, files[0]!.object_key, heart);
  const inspection = await inspect(source, options.dialect);
  const found = await findDataset(context, run);
  if (found !== null) await checkMode(context, run, found);
  const made = found === null ? await makeDataset(context, run, source, inspection) : null;
  const datasetId = found ?? made!.id;
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
  const fields = await fieldsOf(context, run);
  const columns = widen(inspection, fields);
  const header = inspection.dialect.format === "ndjson" || inspection.dialect.headerLines > 0;
  const mapping = matchColumns(columns, fields, header);
  requireColumns(mapping, fields, run.key_fields, columns);
  return { source, inspection, ragged: options.ragged, columns, mapping, fields };
}

/** A field that the first lines of a JSON file do not have may come later. */
function widen(inspection: Inspection, fields: readonly Field[]): string[] {
  if (inspection.dialect.format !== "ndjson") return inspection.columns;
  const present = new Set(matchColumns(inspection.columns, fields, true));
  return [
    ...inspection.columns,
    ...fields.filter((field) => !present.has(field.name)).map((field) => field.source_name),
  ];
}

/** A replay's columns are the contract's. */
export async function stageReplay(context: LoadContext, run: Run): Promise<string[]> {
  await query(context, run, "select ingest.attach_dataset($1, $2, $3, null)", [
    run.id,
    run.lease_generation,
    run.dataset_id,
  ]);
  return (await fieldsOf(context, run)).map((field) => field.name);
}
