import type { Failure } from "../connectors/types.ts";
import { NOW_AND_THEN_MS, SOON_MS, useAsked } from "../connectors/useAsked.ts";
import type { Run } from "../runs/types.ts";

export type PullStatus = "queued" | "running" | "waiting" | "succeeded" | "failed" | "cancelled";

export interface Pull {
  id: string;
  status: PullStatus;
  files: number;
  bytes: string;
  attempts: number;
  error: Failure | null;
  range: { from?: string; to?: string } | null;
  runIds: string[];
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
}

export interface Source {
  id: string;
  name: string;
  datasetName: string;
  selection: Record<string, unknown>;
  how: string;
  mode: string | null;
  keyFields: string[] | null;
  cursor: unknown;
  paused: boolean;
  lastPulledAt: string | null;
  connector: { id: string; name: string; kind: string } | null;
  lastPull: Pull | null;
}

const PULL = "id status files bytes attempts error range runIds createdAt startedAt finishedAt";
const SOURCE = `id name datasetName selection how mode keyFields cursor paused lastPulledAt
  connector { id name kind } lastPull { ${PULL} }`;

export const goesOn = (pull: Pull | null | undefined): boolean =>
  pull !== null && pull !== undefined && ["queued", "running", "waiting"].includes(pull.status);

interface Nodes<T> {
  nodes: T[];
}

const LIST = `query Sources($filter: SourceFilter) {
  sources(first: 500, orderBy: [NAME_ASC], filter: $filter) { nodes { ${SOURCE} } }
}`;

export function useSources(connectorId?: string) {
  const { data, error } = useAsked<{ sources: Nodes<Source> }>(
    LIST,
    { filter: connectorId ? { connectorId: { equalTo: connectorId } } : undefined },
    {
      every: (found) =>
        found?.sources.nodes.some(({ lastPull }) => goesOn(lastPull)) ? SOON_MS : NOW_AND_THEN_MS,
    },
  );
  return { sources: data?.sources.nodes, error };
}

const PULLS = 50;
const ONE = `query SourcePage($name: String!) {
  sources(first: 1, filter: { name: { equalTo: $name } }) { nodes {
    ${SOURCE}
    sourcePulls(first: ${PULLS}, orderBy: [CREATED_AT_DESC]) { nodes { ${PULL} } }
  } }
}`;

export function useSource(name: string) {
  const { data, error } = useAsked<{ sources: Nodes<Source & { sourcePulls: Nodes<Pull> }> }>(
    ONE,
    { name },
    {
      every: (found) => (found?.sources.nodes[0]?.sourcePulls.nodes.some(goesOn) ? SOON_MS : NOW_AND_THEN_MS),
    },
  );
  const source = data ? (data.sources.nodes[0] ?? null) : undefined;
  return { source, pulls: source?.sourcePulls.nodes, error };
}

export type Loaded = Pick<
  Run,
  "id" | "status" | "insertedRows" | "updatedRows" | "deletedRows" | "rejectedRows" | "readRows"
>;
const RUNS = `query RunsOfPulls($ids: [UUID!]!) {
  runs(first: 1000, filter: { id: { in: $ids } }) { nodes {
    id status insertedRows updatedRows deletedRows rejectedRows readRows
  } }
}`;
const OPEN = new Set(["queued", "running", "waiting"]);
const MAX_RUNS = 1000;

/** What became of the files that pulls brought, by run. */
export function useLoads(pulls: Pull[]): Map<string, Loaded> {
  const ids = [...new Set(pulls.flatMap(({ runIds }) => runIds))].slice(0, MAX_RUNS);
  const { data } = useAsked<{ runs: Nodes<Loaded> }>(
    RUNS,
    { ids },
    {
      enabled: ids.length > 0,
      every: (found) => (found?.runs.nodes.some(({ status }) => OPEN.has(status)) ? SOON_MS : false),
    },
  );
  return new Map((data?.runs.nodes ?? []).map((run) => [run.id, run]));
}
