import { CHECKS_BACK, type Check, CONNECTOR, type Connector, type Kind, underWay } from "./types.ts";
import { NOW_AND_THEN_MS, SOON_MS, useAsked } from "./useAsked.ts";

interface Nodes<T> {
  nodes: T[];
}

const KINDS = `query ConnectorKinds {
  connectorKinds(first: 100) { nodes { kind title settings secret selection hows } }
}`;

export function useKinds(): Kind[] {
  const { data } = useAsked<{ connectorKinds: Nodes<Kind> }>(KINDS);
  return data?.connectorKinds.nodes ?? [];
}

export interface Listed extends Connector {
  connectorChecks: Nodes<Pick<Check, "status" | "finishedAt">>;
  sources: { totalCount: number };
}

const LIST = `query Connectors {
  connectors(first: 500, orderBy: [NAME_ASC]) { nodes {
    ${CONNECTOR}
    connectorChecks(first: ${CHECKS_BACK}, orderBy: [CREATED_AT_DESC]) { nodes { status finishedAt } }
    sources { totalCount }
  } }
}`;

export function useConnectors() {
  const { data, error } = useAsked<{ connectors: Nodes<Listed> }>(LIST, {}, { every: () => NOW_AND_THEN_MS });
  return { connectors: data?.connectors.nodes, error };
}

const ONE = `query ConnectorPage($name: String!) {
  connectors(first: 1, filter: { name: { equalTo: $name } }) { nodes {
    ${CONNECTOR}
    connectorChecks(first: ${CHECKS_BACK}, orderBy: [CREATED_AT_DESC]) { nodes {
      id kind status result error requestedBy createdAt finishedAt
    } }
  } }
}`;

type Whole = Connector & { connectorChecks: Nodes<Check> };

/** A connector and its latest checks, followed while one is under way. `connector` is null where there is none. */
export function useConnector(name: string) {
  const { data, error } = useAsked<{ connectors: Nodes<Whole> }>(
    ONE,
    { name },
    {
      every: (found) =>
        found?.connectors.nodes[0]?.connectorChecks.nodes.some(underWay) ? SOON_MS : NOW_AND_THEN_MS,
    },
  );
  const connector = data ? (data.connectors.nodes[0] ?? null) : undefined;
  return { connector, checks: connector?.connectorChecks.nodes ?? [], error };
}
