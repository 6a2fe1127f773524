import { change } from "../access/api.ts";
import { NOW_AND_THEN_MS, useAsked } from "../connectors/useAsked.ts";
import { ApiError, readProblem } from "../providers/errors.ts";
import { call, request } from "../providers/http.ts";
import { organizationPath } from "../providers/operations.ts";

export const SCHEMES = ["standard", "github", "stripe", "shopify", "hmac", "token"] as const;
export type Scheme = (typeof SCHEMES)[number];

/** What of a webhook is chosen. */
export interface Chosen {
  title: string;
  dataset: string;
  scheme: Scheme;
  recordPath: string;
  mapping: Record<string, string> | null;
  keyPath: string | null;
}

export interface Incoming extends Omit<Chosen, "dataset"> {
  id: string;
  dataset: { id: string; name: string } | null;
  active: boolean;
  actsFor: string | null;
  lastReceivedAt: string | null;
  lastRefusal: string | null;
  lastRefusedAt: string | null;
}

/** What is told once of one that was made. */
export interface Made {
  id: string;
  url?: string;
  secret?: string;
}

/** As many as an organization may have. */
const MAX_WEBHOOKS = 100;

const LIST = `query IncomingWebhooks {
  incomingWebhooks(first: ${MAX_WEBHOOKS}, orderBy: [CREATED_AT_ASC]) { nodes {
    id title scheme recordPath mapping keyPath active actsFor lastReceivedAt lastRefusal lastRefusedAt
    dataset { id name }
  } }
}`;

export function useIncoming() {
  const { data, error } = useAsked<{ incomingWebhooks: { nodes: Incoming[] } }>(
    LIST,
    {},
    { every: () => NOW_AND_THEN_MS },
  );
  return { webhooks: data?.incomingWebhooks.nodes, error };
}

/** Makes one, or changes the one of that id. */
export async function putIncoming(id: string | null, body: Chosen & { secret?: string }): Promise<Made> {
  if (id === null) return call<Made>(organizationPath("incoming-webhooks"), body);
  const response = await request(organizationPath(`incoming-webhooks/${id}`), {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw new ApiError(readProblem(answer, response.statusText), response.status);
  return answer as Made;
}

export const rotateIncoming = (id: string, secret: string, overlapHours: number): Promise<Made> =>
  call<Made>(organizationPath(`incoming-webhooks/${id}/secret`), {
    overlapHours,
    ...(secret ? { secret } : {}),
  });

export const switchIncoming = (webhookId: string, active: boolean): Promise<unknown> =>
  change("switchIncomingWebhook", { webhookId, active });

export const removeIncoming = (webhookId: string): Promise<unknown> =>
  change("removeIncomingWebhook", { webhookId });

/** Where other systems deliver to. */
export const addressOf = (id: string): string => `${window.location.origin}/hooks/${id}`;
