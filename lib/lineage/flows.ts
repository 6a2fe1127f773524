/**
 * What a value is made from: per base column, how it takes part, in the words of OpenLineage's columnLineage facet.
 * DIRECT: the value goes into the result. INDIRECT: it decides which value, or whether there is a row at all.
 */
export type Direct = "IDENTITY" | "TRANSFORMATION" | "AGGREGATION";
export type Indirect = "JOIN" | "GROUP_BY" | "FILTER" | "SORT" | "WINDOW" | "CONDITIONAL";
export type How = `DIRECT:${Direct}` | `INDIRECT:${Indirect}`;

/** Base columns by key (see `keyOf`) and the ways in which each takes part. */
export type Flow = Map<string, Set<How>>;

const SEPARATOR = "\u0001";
const RANK: Direct[] = ["IDENTITY", "TRANSFORMATION", "AGGREGATION"];

export const keyOf = (table: string, column: string): string => `${table}${SEPARATOR}${column}`;

export function splitKey(key: string): { table: string; column: string } {
  const [table = "", column = ""] = key.split(SEPARATOR);
  return { table, column };
}

export const flowOfKey = (key: string): Flow => new Map([[key, new Set<How>(["DIRECT:IDENTITY"])]]);

/** Adds `from` to `into`. */
export function addFlow(into: Flow, from: Flow): Flow {
  for (const [key, hows] of from) {
    const known = into.get(key);
    if (known) for (const how of hows) known.add(how);
    else into.set(key, new Set(hows));
  }
  return into;
}

export function union(flows: Iterable<Flow>): Flow {
  const all: Flow = new Map();
  for (const flow of flows) addFlow(all, flow);
  return all;
}

function compose(inner: How, outer: How): How {
  if (outer.startsWith("INDIRECT")) return outer;
  if (inner.startsWith("INDIRECT")) return inner;
  const rank = (how: How): number => RANK.indexOf(how.slice("DIRECT:".length) as Direct);
  return rank(inner) > rank(outer) ? inner : outer;
}

/** The flow of an expression that takes `flow` in this way: the stronger change counts, indirect stays indirect. */
export function through(flow: Flow, how: How): Flow {
  const result: Flow = new Map();
  for (const [key, hows] of flow) result.set(key, new Set([...hows].map((inner) => compose(inner, how))));
  return result;
}
