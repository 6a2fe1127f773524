/** The audit trail as the platform API tells it. */
import type { Nodes } from "../access/api.ts";
import { typedMoment } from "../components/zone.ts";
import { NOW_AND_THEN_MS, useAsked } from "../connectors/useAsked.ts";

export interface Event {
  id: string;
  at: string;
  actorId: string | null;
  actorKind: string;
  action: string;
  objectKind: string | null;
  objectId: string | null;
  outcome: "done" | "refused";
  subjectId: string | null;
  ip: string | null;
  requestId: string | null;
  detail: Record<string, unknown>;
}

const EVENT = "id at actorId actorKind action objectKind objectId outcome subjectId ip requestId detail";
export const PAGE = 50;

/** What is looked for; empty texts look for everything. */
export interface Search {
  who: string;
  what: string;
  object: string;
  from: string;
  to: string;
  outcome: string;
}

export const NOTHING: Search = { who: "", what: "", object: "", from: "", to: "", outcome: "" };

/** People write `dataset.` or `edit`, and of an object its kind, its id, or the beginning of either. */
export function filterOf({ who, what, object, from, to, outcome }: Search): object | undefined {
  const parts: object[] = [];
  if (who) parts.push({ actorId: { equalTo: who } });
  if (what.trim()) parts.push({ action: { includesInsensitive: what.trim() } });
  if (object.trim()) {
    const text = object.trim();
    parts.push({ or: [{ objectKind: { includesInsensitive: text } }, { objectId: { startsWith: text } }] });
  }
  if (from) parts.push({ at: { greaterThanOrEqualTo: typedMoment(from)?.toISOString() } });
  if (to) parts.push({ at: { lessThan: typedMoment(to)?.toISOString() } });
  if (outcome) parts.push({ outcome: { equalTo: outcome } });
  return parts.length > 0 ? { and: parts } : undefined;
}

const LIST = `query AuditEvents($first: Int!, $offset: Int!, $filter: EventFilter) {
  events(first: $first, offset: $offset, orderBy: [AT_DESC, PRIMARY_KEY_ASC], filter: $filter) { nodes { ${EVENT} } }
}`;

export function useEvents(search: Search, page: number) {
  const { data, error } = useAsked<{ events: Nodes<Event> }>(LIST, {
    first: PAGE,
    offset: page * PAGE,
    filter: filterOf(search),
  });
  return { events: data?.events.nodes, error };
}

const ONE = `query AuditEvent($id: UUID!) { events(first: 1, filter: { id: { equalTo: $id } }) { nodes { ${EVENT} } } }`;

export function useEvent(id: string) {
  const { data, error } = useAsked<{ events: Nodes<Event> }>(ONE, { id });
  return { event: data ? (data.events.nodes[0] ?? null) : undefined, error };
}

export interface DataChange {
  id: string;
  at: string;
  datasetId: string;
  contractVersion: number;
  operation: string;
  runId: string | null;
  rowCount: string;
}

const CHANGES = `query DataChanges($first: Int!, $offset: Int!) {
  dataChanges(first: $first, offset: $offset, orderBy: [AT_DESC, PRIMARY_KEY_ASC]) {
    nodes { id at datasetId contractVersion operation runId rowCount }
  }
  datasets(first: 1000) { nodes { id name } }
}`;

export function useDataChanges(page: number) {
  const { data, error } = useAsked<{
    dataChanges: Nodes<DataChange>;
    datasets: Nodes<{ id: string; name: string }>;
  }>(CHANGES, { first: PAGE, offset: page * PAGE });
  const names = new Map((data?.datasets.nodes ?? []).map(({ id, name }) => [id, name]));
  return { changes: data?.dataChanges.nodes, names, error };
}

export interface Sealing {
  unsealed: number;
  oldestAt: string | null;
  size: string;
  checkpointAt: string | null;
  alarmedAt: string | null;
}

export interface Checkpoint {
  size: string;
  at: string;
  keyId: string;
  jws: string;
}

const SEALING = `query Sealing {
  sealingState(first: 1) { nodes { unsealed oldestAt size checkpointAt alarmedAt } }
  checkpoints(first: 1, orderBy: [SIZE_DESC]) { nodes { size at keyId jws } }
}`;
const EVERY_MS = 5_000;

/** How far sealing is, looked at again every few seconds, as often as it is sealed. */
export function useSealing() {
  const { data, error } = useAsked<{ sealingState: Nodes<Sealing>; checkpoints: Nodes<Checkpoint> }>(
    SEALING,
    {},
    { every: (found) => (found ? EVERY_MS : NOW_AND_THEN_MS) },
  );
  return { sealing: data?.sealingState.nodes[0], checkpoint: data?.checkpoints.nodes[0], error };
}
