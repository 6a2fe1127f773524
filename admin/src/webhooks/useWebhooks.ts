import { NOW_AND_THEN_MS, SOON_MS, useAsked } from "../connectors/useAsked.ts";

export interface Webhook {
  id: string;
  url: string;
  title: string;
  eventKinds: string[];
  datasetIds: string[];
  active: boolean;
  disabledReason: string | null;
  failingSince: string | null;
}

export interface Delivery {
  id: string;
  eventKind: string;
  status: "pending" | "delivered" | "failed" | "cancelled";
  attempts: number;
  responseStatus: number | null;
  error: string | null;
  replayOf: string | null;
  createdAt: string;
  dueAt: string;
  finishedAt: string | null;
}

const WEBHOOK = "id url title eventKinds datasetIds active disabledReason failingSince";

interface Nodes<T> {
  nodes: T[];
}

export function useWebhooks() {
  const { data, error } = useAsked<{ webhooks: Nodes<Webhook> }>(
    `query Webhooks { webhooks(first: 200, orderBy: [CREATED_AT_ASC]) { nodes { ${WEBHOOK} } } }`,
    {},
    { every: () => NOW_AND_THEN_MS },
  );
  return { webhooks: data?.webhooks.nodes, error };
}

const ONE = `query WebhookPage($id: UUID!) {
  webhooks(first: 1, filter: { id: { equalTo: $id } }) { nodes {
    ${WEBHOOK}
    webhookDeliveries(first: 100, orderBy: [NUMBER_DESC]) { nodes {
      id eventKind status attempts responseStatus error replayOf createdAt dueAt finishedAt
    } }
  } }
}`;

export function useWebhook(id: string) {
  const { data, error } = useAsked<{ webhooks: Nodes<Webhook & { webhookDeliveries: Nodes<Delivery> }> }>(
    ONE,
    { id },
    {
      every: (found) =>
        found?.webhooks.nodes[0]?.webhookDeliveries.nodes.some(({ status }) => status === "pending")
          ? SOON_MS
          : NOW_AND_THEN_MS,
    },
  );
  const webhook = data ? (data.webhooks.nodes[0] ?? null) : undefined;
  return { webhook, deliveries: webhook?.webhookDeliveries.nodes, error };
}
