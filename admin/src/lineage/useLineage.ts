/** Lineage around datasets, as the platform API tells it: per name that was opened, one step up and one down. */
import { useQueries, useQuery } from "@tanstack/react-query";
import { graphql } from "../providers/http.ts";

export interface Edge {
  fromKind: string;
  fromName: string;
  fromColumn: string;
  toKind: string;
  toName: string;
  toColumn: string;
  type: string;
  subtype: string;
  source: string;
  since: string;
}

const MAX_EDGES = 1000;
const TRACE_DEPTH = 20;
const QUERY = `query Lineage($name: String!, $column: String, $depth: Int!) {
  up: lineageGraph(dataset: $name, columnName: $column, direction: "up", depth: $depth, first: ${MAX_EDGES}) { nodes { ...Edge } }
  down: lineageGraph(dataset: $name, columnName: $column, direction: "down", depth: $depth, first: ${MAX_EDGES}) { nodes { ...Edge } }
}
fragment Edge on LineageGraphRecord { fromKind fromName fromColumn toKind toName toColumn type subtype source since }`;

interface Answer {
  up: { nodes: Edge[] };
  down: { nodes: Edge[] };
}

const keyOf = (edge: Edge): string => Object.values(edge).join("\u0001");

/** Every edge once: what is up of one is down of the other. */
function distinct(answers: (Answer | undefined)[]): Edge[] {
  const edges = answers.flatMap((answer) => (answer ? [...answer.up.nodes, ...answer.down.nodes] : []));
  return [...new Map(edges.map((edge) => [keyOf(edge), edge])).values()];
}

/** A column's whole way, else the neighbours of each opened name. */
export function useLineage(opened: string[], column: string | null) {
  const traced = opened[0]!;
  const ask = (name: string, only: string | null, depth: number) => ({
    queryKey: ["lineage", name, only, depth],
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      graphql<Answer>("platform", QUERY, { name, column: only, depth }, signal),
  });
  const steps = useQueries({ queries: (column ? [] : opened).map((name) => ask(name, null, 1)) });
  const trace = useQuery({ ...ask(traced, column, TRACE_DEPTH), enabled: column !== null });
  const all = column ? [trace] : steps;
  return {
    edges: distinct(all.map((one) => one.data)),
    isLoading: all.some((one) => one.isLoading),
    error: all.find((one) => one.error)?.error ?? null,
  };
}
