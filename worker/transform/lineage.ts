/** What a result's columns are made from: its steps as views over one another, followed by lib/lineage. */
import { RESERVED_FIELD_NAMES } from "../../lib/contract/names.ts";
import { explain } from "../../lib/errors.ts";
import {
  type LineageSource,
  lineageOf,
  type StatementLineage,
  schemaFromJson,
} from "../../lib/lineage/index.ts";
import { INPUT } from "./input.ts";
import { LINE, type Sandbox, type TransformContext } from "./types.ts";

/** A dataset's mappings, as lineage.record_pipeline_columns takes them. */
export interface Mappings {
  dataset: string;
  columns: StatementLineage["columns"];
  influences: LineageSource[];
  sql?: string;
}

export interface Followed {
  dataset: string;
  /** The temporary table, quoted, with pg_temp. */
  table: string;
  /** A model's. */
  sql?: string;
}

/** lineage.put_columns takes as many of one target. */
const MAX_MAPPINGS = 50_000;
const MAX_RELATIONS = 10_000;
const INPUT_NAME = INPUT.replaceAll('"', "");

/** The organization's views, and the input where it is a file. */
async function relations(sandbox: Sandbox): Promise<Record<string, string[]>> {
  const { rows } = await sandbox.run<{ name: string; is_input: boolean; columns: string[] }>(
    `select c.relname::text as name, c.relkind = 'r' as is_input, array_agg(a.attname::text order by a.attnum) as columns
       from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relnamespace = to_regnamespace($1) and c.relkind = 'v' or c.oid = to_regclass($2)
      group by 1, 2 order by 2 desc, 1 limit ${MAX_RELATIONS}`,
    [sandbox.schema, INPUT],
  );
  const known: Record<string, string[]> = {};
  for (const { name, is_input, columns } of rows) {
    if (is_input) known[INPUT_NAME] = columns;
    else {
      known[`${sandbox.schemaName}.${name}`] = columns;
      known[`${sandbox.schemaName}.${name}_as_of()`] = columns;
    }
  }
  return known;
}

/** The input's file is known as the pipeline; a row's line is no column of it. */
function named(sources: LineageSource[], pipeline: string): LineageSource[] {
  return sources
    .filter((s) => s.table !== INPUT_NAME || s.column !== LINE)
    .map((s) => (s.table === INPUT_NAME ? { ...s, table: `pipeline:${pipeline}` } : s));
}

const count = (sources: LineageSource[]): number =>
  sources.reduce((sum, source) => sum + source.transformations.length, 0);

/**
 * The mappings of results. Lineage is told beside the rows: where it cannot be followed, that is logged, and the
 * execution goes on without.
 */
export async function followResults(
  context: TransformContext,
  sandbox: Sandbox,
  pipeline: string,
  results: readonly Followed[],
): Promise<Mappings[]> {
  try {
    const schema = schemaFromJson(await relations(sandbox));
    const views = [...sandbox.selects].map(([name, sql]) => `create view ${name} as ${sql};\n`).join("");
    const told: Mappings[] = [];
    for (const { dataset, table, sql } of results) {
      const found = (await lineageOf(`${views}select * from ${table}`, schema)).at(-1)!;
      const columns = found.columns
        .filter((c) => c.name !== LINE && !RESERVED_FIELD_NAMES.has(c.name))
        .map((c) => ({ ...c, sources: named(c.sources, pipeline) }));
      const influences = named(found.influences, pipeline);
      if (columns.reduce((sum, c) => sum + count(c.sources), count(influences)) > MAX_MAPPINGS) continue;
      told.push({ dataset, columns, influences, ...(sql === undefined ? {} : { sql }) });
    }
    return told;
  } catch (error) {
    context.log.warn({ err: explain(error) }, "what a pipeline's columns are made from cannot be followed");
    return [];
  }
}
