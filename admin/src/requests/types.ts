import type { Nodes } from "../access/api.ts";
import type { Interval } from "../access/duration.ts";
import type { Given } from "../access/names.ts";

export interface Decision {
  userId: string;
  approved: boolean;
  note: string;
  decidedAt: string;
}

export interface AccessRequest extends Given {
  id: string;
  userId: string;
  objectKind: string;
  objectId: string | null;
  columns: string[];
  reason: string;
  duration: Interval;
  status: "pending" | "approved" | "refused" | "withdrawn";
  createdAt: string;
  decidedAt: string | null;
  requestDecisions: Nodes<Decision>;
}

export const REQUEST_FIELDS = `id userId permission systemRole ownRole objectKind objectId columns reason
  duration { years months days hours minutes seconds } status createdAt decidedAt
  requestDecisions(first: 10) { nodes { userId approved note decidedAt } }`;
