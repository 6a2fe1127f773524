/** What a file's header changes against the contract: columns renamed, added, dropped. */
import { fieldNames } from "../../lib/contract/names.ts";
import { type OpenFile, proposeContract, readRecords } from "../readers/index.ts";
import { type Compared, type Likeness, likeness, pairUp } from "./likeness.ts";
import { INFER_ROWS } from "./new-dataset.ts";
import type { Retyped } from "./retyped.ts";
import { query } from "./session.ts";
import type { Field, LoadContext, Run } from "./types.ts";

export type Change =
  | { change: "renamed"; field: string; column: string; likeness: Likeness; evidence: string }
  | {
      change: "added";
      column: string;
      field: { name: string; sourceName: string; type: string };
      evidence: string;
    }
  | { change: "dropped"; field: string; evidence: string }
  | Retyped;

export interface Effect {
  /** Rows of the file that were compared. */
  sampledRows: number;
  /** Those of them whose key the dataset has. */
  matchedRows: number;
  currentRows: number;
}

export interface HeaderChanges {
  changes: Change[];
  effect: Effect;
}

/** Rows that are compared with the dataset's, fewer where there are many columns. */
const SAMPLE_ROWS = 2000;
const MAX_SAMPLE_VALUES = 200_000;
/** Columns that are compared by content; further ones by name. */
const MAX_COMPARED_COLUMNS = 200;
const MAX_NAME_TRIES = 1000;

interface Comparison extends Effect {
  fields: Record<string, { present: number; columns: Compared[] }>;
}

/** The file against the contract, as matchColumns has matched them. */
export interface Header {
  /** The file's own columns. */
  columns: readonly string[];
  mapping: readonly (string | null)[];
  fields: readonly Field[];
  keyFields: readonly string[];
  /** Records may leave fields out, as in JSON: what the first ones do not have is not dropped. */
  growing: boolean;
}

async function compare(
  context: LoadContext,
  run: Run,
  open: OpenFile,
  { columns, mapping, keyFields }: Header,
  absent: readonly Field[],
  unknown: readonly number[],
): Promise<Comparison> {
  const keys = keyFields.filter((name) => mapping.includes(name));
  const places = keys.map((name) => mapping.indexOf(name));
  const compared = unknown.slice(0, MAX_COMPARED_COLUMNS);
  const most = Math.min(SAMPLE_ROWS, Math.floor(MAX_SAMPLE_VALUES / Math.max(1, compared.length)));
  const sample: { k: (string | null)[]; v: (string | null)[] }[] = [];
  for await (const batch of readRecords(open.source, open.inspection.dialect, columns, { raw: false })) {
    for (const { fields, problem } of batch) {
      if (problem !== undefined || sample.length >= most) continue;
      sample.push({
        k: places.map((at) => fields[at] ?? null),
        v: compared.map((at) => fields[at] ?? null),
      });
    }
    if (sample.length >= most) break;
  }
  const rows = await query<{ found: Comparison }>(
    context,
    run,
    "select ingest.compare_columns($1, $2, $3, $4, $5) as found",
    [run.id, run.lease_generation, absent.map((field) => field.name), keys, JSON.stringify(sample)],
  );
  return rows[0]!.found;
}

/** Types of new columns from their values, under names that no field has or had. */
async function describeAdded(
  context: LoadContext,
  run: Run,
  open: OpenFile,
  columns: readonly string[],
  added: readonly number[],
): Promise<Change[]> {
  if (added.length === 0) return [];
  // A copy: what inference learns of the other columns' formats is not the contract's reading of them.
  const inspection = structuredClone(open.inspection);
  const { contract } = await proposeContract(open.source, inspection, {
    maxRows: INFER_ROWS,
    declared: open.declared,
  });
  const rows = await query<{ name: string }>(
    context,
    run,
    "select f.name from data.fields f join data.datasets d on d.org_id = f.org_id and d.id = f.dataset_id where d.org_id = $1 and d.name = $2",
    [run.org_id, run.dataset_name],
  );
  const taken = new Set(rows.map((row) => row.name));
  const names = fieldNames(columns);
  return added.map((at) => {
    let name = names[at]!;
    for (let n = 2; taken.has(name) && n < MAX_NAME_TRIES; n++) name = `${names[at]!.slice(0, 50)}_${n}`;
    taken.add(name);
    const field = contract.fields[at]!;
    return {
      change: "added",
      column: columns[at]!,
      field: { name, sourceName: columns[at]!, type: field.type },
      evidence: contract.evidence[field.name]?.text ?? "",
    };
  });
}

/** Renamed, added and dropped columns, with how much of the data they touch. */
export async function findHeaderChanges(
  context: LoadContext,
  run: Run,
  open: OpenFile,
  header: Header,
): Promise<HeaderChanges> {
  const { columns, mapping, fields, growing } = header;
  const unknown = columns.map((_, i) => i).filter((i) => mapping[i] === null);
  const absent = fields.filter((field) => !mapping.includes(field.name));
  const none = { sampledRows: 0, matchedRows: 0, currentRows: 0 };
  if (unknown.length === 0 && (growing || absent.length === 0)) return { changes: [], effect: none };
  const found = await compare(context, run, open, header, absent, unknown);
  const pairs = pairUp(absent, unknown, (field, at) =>
    likeness(
      [field.name, field.source_name, ...field.source_aliases],
      columns[at]!,
      field.type === "text",
      found.fields[field.name]?.columns.find((one) => one.place === unknown.indexOf(at)),
    ),
  );
  const renamed = pairs.map(
    ({ field, column, likeness: like }): Change => ({
      change: "renamed",
      field: field.name,
      column: columns[column]!,
      likeness: like,
      evidence: like.evidence,
    }),
  );
  const left = growing ? [] : absent.filter((field) => !pairs.some((pair) => pair.field === field));
  // Without these the file cannot be loaded at all, and matching says so better.
  if (left.some((field) => field.required)) return { changes: [], effect: none };
  const dropped = left.map((field): Change => {
    const present = found.fields[field.name]?.present ?? 0;
    return {
      change: "dropped",
      field: field.name,
      evidence: `${present} of ${found.currentRows} rows have a value and keep it; new rows of this file have none`,
    };
  });
  const added = await describeAdded(
    context,
    run,
    open,
    columns,
    unknown.filter((at) => !pairs.some((pair) => pair.column === at)),
  );
  const { sampledRows, matchedRows, currentRows } = found;
  return { changes: [...renamed, ...dropped, ...added], effect: { sampledRows, matchedRows, currentRows } };
}
