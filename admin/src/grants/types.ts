import type { Given } from "../access/names.ts";

export interface Grant extends Given {
  id: string;
  userId: string;
  effect: "allow" | "deny";
  objectKind: string;
  objectId: string | null;
  startsAt: string;
  endsAt: string;
  reason: string;
  grantedBy: string | null;
  delegatedBy: string | null;
  revokedAt: string | null;
}

export const GRANT_FIELDS = `id userId permission systemRole ownRole effect objectKind objectId startsAt endsAt reason
  grantedBy delegatedBy revokedAt`;

export type GrantState = "in_force" | "coming" | "ended";

export function stateOf(grant: Grant, now = Date.now()): GrantState {
  if (grant.revokedAt || new Date(grant.endsAt).getTime() <= now) return "ended";
  return new Date(grant.startsAt).getTime() > now ? "coming" : "in_force";
}
