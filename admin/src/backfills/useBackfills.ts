import type { Nodes } from "../access/api.ts";
import type { Failure } from "../connectors/types.ts";
import { NOW_AND_THEN_MS, SOON_MS, useAsked } from "../connectors/useAsked.ts";

export interface Backfill {
  id: string;
  rangeFrom: string;
  rangeTo: string;
  step: string;
  state: "running" | "paused" | "succeeded" | "failed" | "cancelled";
  slices: number;
  done: number;
  reason: string | null;
  error: Failure | null;
  createdAt: string;
  endedAt: string | null;
  /** Of a pipeline alone: parts under way at once, and whether the newest come first. */
  atOnce: number;
  newestFirst: boolean;
  source: { name: string } | null;
  pipeline: { name: string } | null;
}

export interface Slice {
  position: number;
  rangeFrom: string;
  rangeTo: string;
  state: "waiting" | "running" | "succeeded" | "failed";
  error: Failure | null;
  startedAt: string | null;
  endedAt: string | null;
  pull: { runIds: string[] } | null;
  pipelineRun: { runId: string | null } | null;
}

const BACKFILL = `id rangeFrom rangeTo step state slices done reason error createdAt endedAt atOnce newestFirst
  source { name } pipeline { name }`;
const SHOWN = 200;
const LIST = `query Backfills {
  backfills(first: ${SHOWN}, orderBy: [CREATED_AT_DESC, PRIMARY_KEY_ASC]) { nodes { ${BACKFILL} } }
}`;

export function useBackfills() {
  const { data, error } = useAsked<{ backfills: Nodes<Backfill> }>(
    LIST,
    {},
    {
      every: (found) =>
        found?.backfills.nodes.some(({ state }) => state === "running") ? SOON_MS : NOW_AND_THEN_MS,
    },
  );
  return { backfills: data?.backfills.nodes, error };
}

export const SLICES = 100;
const ONE = `query Backfill($id: UUID!, $offset: Int!) {
  backfill(id: $id) { ${BACKFILL}
    backfillSlice(first: ${SLICES}, offset: $offset, orderBy: [POSITION_ASC]) {
      nodes { position rangeFrom rangeTo state error startedAt endedAt pull { runIds } pipelineRun { runId } }
    }
  }
}`;

/** One backfill and a page of its slices; null: there is none. */
export function useBackfill(id: string, page: number) {
  const { data, error } = useAsked<{ backfill: (Backfill & { backfillSlice: Nodes<Slice> }) | null }>(
    ONE,
    { id, offset: page * SLICES },
    { every: (found) => (found?.backfill?.state === "running" ? SOON_MS : NOW_AND_THEN_MS) },
  );
  return { backfill: data?.backfill, slices: data?.backfill?.backfillSlice.nodes, error };
}

const TARGETS = `query BackfillTargets {
  sources(first: 1000, orderBy: [NAME_ASC]) { nodes { name selection } }
  pipelines(first: 1000, orderBy: [NAME_ASC]) { nodes {
    name pipelineVersions(first: 1, orderBy: [VERSION_DESC]) { nodes { definition } }
  } }
}`;

/** The field that a range of a source is one of; null: it has none, and can only be read as a whole. */
export const cursorOf = (selection: Record<string, unknown>): string | null => {
  const field = selection.cursorField ?? selection.cursor;
  return typeof field === "string" ? field : null;
};

/** What can be read or run over a range. */
export interface Target {
  kind: "source" | "pipeline";
  name: string;
  /** What the range is one of: a source's field, or the type of a pipeline's edges. */
  by: string;
}

interface Found {
  sources: Nodes<{ name: string; selection: Record<string, unknown> }>;
  pipelines: Nodes<{
    name: string;
    pipelineVersions: Nodes<{ definition: { range?: { type: string; field?: string } | null } }>;
  }>;
}

/** Sources with a field to read by, and pipelines whose definition has a range, each where one may start it. */
export function useTargets(may: { source: boolean; pipeline: boolean }) {
  const { data, error } = useAsked<Found>(TARGETS);
  const sources = data?.sources.nodes.flatMap(({ name, selection }): Target[] => {
    const by = cursorOf(selection);
    return by === null || !may.source ? [] : [{ kind: "source", name, by }];
  });
  const pipelines = data?.pipelines.nodes.flatMap(({ name, pipelineVersions }): Target[] => {
    const range = pipelineVersions.nodes[0]?.definition.range;
    return !range || !may.pipeline ? [] : [{ kind: "pipeline", name, by: range.field ?? range.type }];
  });
  return { targets: sources && pipelines && [...sources, ...pipelines], error };
}
