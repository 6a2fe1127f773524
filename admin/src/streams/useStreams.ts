import { useEffect } from "react";
import { SOON_MS, useAsked } from "../connectors/useAsked.ts";
import { listen } from "../providers/live.ts";
import type { Run } from "../runs/types.ts";

interface Nodes<T> {
  nodes: T[];
}

export interface StreamState {
  datasetId: string;
  dataset: string;
  waiting: number;
  waitingSince: string | null;
}

export type Batch = Pick<
  Run,
  "id" | "datasetName" | "status" | "readRows" | "insertedRows" | "updatedRows" | "rejectedRows" | "createdAt"
> & { startedAt: string | null; finishedAt: string | null };

export interface Change {
  number: string;
  kind: string;
  runId: string | null;
  insertedRows: string;
  updatedRows: string;
  deletedRows: string;
  changedAt: string;
  dataset: { name: string } | null;
}

// Batches are files that the worker makes of events, and so named.
const LIVE = `query Streams {
  streamStates(first: 500) { nodes { datasetId dataset waiting waitingSince } }
  batches: runs(first: 20, orderBy: [CREATED_AT_DESC],
    filter: { file: { fileName: { startsWith: "events-", endsWith: ".ndjson" } } }) { nodes {
    id datasetName status readRows insertedRows updatedRows rejectedRows createdAt startedAt finishedAt
  } }
  datasetChanges(first: 30, orderBy: [NUMBER_DESC]) { nodes {
    number kind runId insertedRows updatedRows deletedRows changedAt dataset { name }
  } }
}`;
const NEWS = "subscription FeedNews { datasetsChanged { datasetId } }";
const CALM_MS = 3_000;

interface Answer {
  streamStates: Nodes<StreamState>;
  batches: Nodes<Batch>;
  datasetChanges: Nodes<Change>;
}

/** What waits, the last batches, the last changes: asked anew at every change, and while events wait. */
export function useStreams(paused: boolean) {
  const { data, error, refetch } = useAsked<Answer>(
    LIVE,
    {},
    {
      every: (found) => {
        if (paused) return false;
        return found?.streamStates.nodes.length ? SOON_MS : CALM_MS;
      },
    },
  );
  useEffect(() => {
    if (paused) return;
    return listen(NEWS, {}, { onNews: () => refetch(), onState: () => undefined });
  }, [paused, refetch]);
  return { data, error };
}
