/** Erasures of persons' data, as the platform API tells them: never a value of the person's. */
import { change, type Nodes, useAccess } from "../access/api.ts";
import type { Failure } from "../connectors/types.ts";
import { NOW_AND_THEN_MS, SOON_MS, useAsked } from "../connectors/useAsked.ts";
import { useSession } from "../layout/useSession.ts";
import { graphql } from "../providers/http.ts";

export interface Erasure {
  id: string;
  /** A search, or an erasure that another person has not approved yet. */
  dryRun: boolean;
  needsApproval: boolean;
  datasetIds: string[];
  reason: string;
  state: "queued" | "running" | "waiting" | "approval" | "succeeded" | "failed" | "refused";
  step: string | null;
  /** Numbers by place. */
  found: Record<string, number>;
  notes: { file: string; note: string }[];
  error: Failure | null;
  requestedBy: string | null;
  /** Until when another person may approve it. */
  expiresAt: string | null;
  approved: boolean | null;
  decidedBy: string | null;
  decidedAt: string | null;
  decisionNote: string | null;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
}

/** In the order in which people want to know. */
export const PLACES = [
  "rows",
  "versions",
  "archivedVersions",
  "archives",
  "files",
  "fileLines",
  "rejectedRows",
  "issues",
  "rawRecords",
  "events",
  "failingRows",
  "profiles",
  "samples",
  "changeKeys",
] as const;

export const foundIn = (found: Erasure["found"]): [place: string, count: number][] =>
  PLACES.flatMap((place): [string, number][] => (found[place] ? [[place, found[place]]] : []));

/** Asked for to see what is there, and nothing else. */
export const isSearch = ({ dryRun, needsApproval }: Pick<Erasure, "dryRun" | "needsApproval">): boolean =>
  dryRun && !needsApproval;

export const isUnderWay = ({ state }: Erasure): boolean => ["queued", "running", "waiting"].includes(state);

const ERASURE = `id dryRun needsApproval datasetIds reason state step found notes error requestedBy expiresAt approved
  decidedBy decidedAt decisionNote createdAt startedAt finishedAt`;
const SHOWN = 200;
const LIST = `query Erasures {
  erasures(first: ${SHOWN}, orderBy: [CREATED_AT_DESC, PRIMARY_KEY_ASC]) { nodes { ${ERASURE} } }
}`;

export function useErasures() {
  const { data, error } = useAsked<{ erasures: Nodes<Erasure> }>(
    LIST,
    {},
    { every: (found) => (found?.erasures.nodes.some(isUnderWay) ? SOON_MS : NOW_AND_THEN_MS) },
  );
  return { erasures: data?.erasures.nodes, error };
}

const ONE = `query Erasure($id: UUID!) { erasure(id: $id) { ${ERASURE} } }`;

/** One of them, asked for again while it is under way; null: there is none. */
export function useErasure(id: string | null) {
  const { data, error } = useAsked<{ erasure: Erasure | null }>(
    ONE,
    { id },
    {
      enabled: id !== null,
      every: (found) => (found?.erasure && !isUnderWay(found.erasure) ? NOW_AND_THEN_MS : SOON_MS),
    },
  );
  return { erasure: data?.erasure, error };
}

/** A field of a dataset that has a value of the person's. */
export interface Place {
  dataset: string;
  field: string;
  value: string;
  isKey: boolean;
  rows: number;
  versions: number;
}

export const placeKey = ({ dataset, field, value }: Place): string => JSON.stringify([dataset, field, value]);

/** Where a dataset has the value, field by field. */
export async function locate(dataset: { id: string; name: string }, value: string): Promise<Place[]> {
  const { result } = await change<{ result: Omit<Place, "dataset" | "value">[] }>(
    "locateValue",
    { datasetId: dataset.id, value },
    "result",
  );
  return result.map((place) => ({ ...place, dataset: dataset.name, value: value.trim() }));
}

/** Asks for a search (dryRun) or an erasure; gives its id. */
export async function request(places: Place[], reason: string, dryRun: boolean): Promise<string> {
  const subject = places.map(({ dataset, field, value }) => ({ dataset, values: { [field]: value } }));
  const { result } = await change<{ result: { id: string } }>(
    "requestErasure",
    { subject, reason, dryRun },
    "result { id }",
  );
  return result.id;
}

export const decide = (erasureId: string, approved: boolean, note: string) =>
  change("decideErasure", { erasureId, approved, note });
export const withdraw = (erasureId: string) => change("withdrawErasure", { erasureId });

const APPROVED = `query ErasuresApproved($id: UUID!) {
  organizations(first: 1, filter: { id: { equalTo: $id } }) { nodes { erasuresApproved erasuresAloneFrom } }
}`;

/** Whether another person has to approve erasures, and from when on not any more, where that was switched off. */
export function useApproval() {
  const id = useSession()?.org?.id;
  const { data } = useAccess<{
    organizations: Nodes<{ erasuresApproved: boolean; erasuresAloneFrom: string | null }>;
  }>(APPROVED, { id }, { enabled: Boolean(id) });
  const found = data?.organizations.nodes[0];
  if (!found) return undefined;
  const until = found.erasuresAloneFrom;
  const lasts = until !== null && Date.parse(until) > Date.now();
  return { on: found.erasuresApproved, until: lasts ? until : null, needed: found.erasuresApproved || lasts };
}

export interface TrailEvent {
  id: string;
  at: string;
  action: string;
  outcome: string;
  actorId: string | null;
  actorKind: string;
  detail: Record<string, unknown>;
}

export const EVENTS = `query ErasureEvents($id: String!) {
  events(first: 100, orderBy: [AT_ASC, PRIMARY_KEY_ASC], filter: { objectKind: { equalTo: "erasure" }, objectId: { equalTo: $id } }) {
    nodes { id at action outcome actorId actorKind detail }
  }
}`;

/** The trail's events of one request, for whoever sees the trail. */
export function useTrail(id: string, enabled: boolean) {
  const { data } = useAsked<{ events: Nodes<TrailEvent> }>(
    EVENTS,
    { id },
    { enabled, every: () => NOW_AND_THEN_MS },
  );
  return data?.events.nodes;
}

export const readTrail = async (id: string): Promise<TrailEvent[]> =>
  (await graphql<{ events: Nodes<TrailEvent> }>("platform", EVENTS, { id })).events.nodes;
