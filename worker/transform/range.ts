/** The part that a pipeline runs over: its edges as names in what people write, and as the bounds of its input. */
import { type Column, quoteName, quoteText } from "../../lib/expressions/compile.ts";
import type { Definition, RangeType } from "../../lib/pipelines/definition.ts";

/** As executions keep it: from inclusive, to exclusive. */
export interface Range {
  from: string;
  to: string;
}

export interface Part extends Range {
  type: RangeType;
  /** No part was asked for: the edges hold every value. */
  open: boolean;
}

const ALIAS = '"cadastre range"';
const NAMES = ["_range_from", "_range_to"] as const;
const OPEN: Record<RangeType, Range> = {
  date: { from: "-infinity", to: "infinity" },
  timestamptz: { from: "-infinity", to: "infinity" },
  bigint: { from: "-9223372036854775808", to: "9223372036854775807" },
};

/** null: the definition knows of no range. */
export function partOf(definition: Definition, range: Range | null): Part | null {
  if (!definition.range) return null;
  const { type } = definition.range;
  return { type, ...(range ?? OPEN[type]), open: range === null };
}

const edge = (part: Part, value: string): string => `${quoteText(value)}::${part.type}`;

/** A relation of one row beside whatever stands in a from clause; the planner makes constants of it. */
export function edgesOf(part: Part | null): string {
  if (part === null) return "";
  return `(select ${edge(part, part.from)} as ${NAMES[0]}, ${edge(part, part.to)} as ${NAMES[1]}) ${ALIAS}`;
}

/** What people write as a select, where the edges' names are known; `before` stands before it. */
export function withEdges(part: Part | null): { before: string; after: string } {
  if (part === null) return { before: "select * from (", after: "\n) q" };
  return { before: `select q.* from ${edgesOf(part)} cross join lateral (`, after: "\n) q" };
}

/** The edges as columns of the expression language. */
export function edgeColumns(part: Part | null): Column[] {
  if (part === null) return [];
  const type = part.type === "timestamptz" ? "timestamp with time zone" : part.type;
  return NAMES.map((name) => ({ name, type, alias: ALIAS }));
}

/** Rows of which a field lies within the part; all of them where none was asked for. */
export function within(part: Part | null, field: string | undefined): string {
  if (part === null || part.open || field === undefined) return "";
  const name = quoteName(field);
  return ` where ${name} >= ${edge(part, part.from)} and ${name} < ${edge(part, part.to)}`;
}
