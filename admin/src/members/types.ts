import type { RaRecord } from "react-admin";
import { type Nodes, useAccess } from "../access/api.ts";

export interface Member extends RaRecord {
  userId: string;
  email: string;
  displayName: string;
  roleKey: string;
  roleRank: number;
  ownRoles: string[];
  attributes: Record<string, unknown>;
  status: "active" | "suspended";
  source: string;
  createdAt: string;
}

export interface MemberAccount {
  userId: string;
  lastSeenAt: string | null;
  totp: boolean;
  passkeys: number;
}

const ACCOUNTS = `query MemberAccounts($id: UUID) {
  memberAccounts(userId: $id, first: 1000) { nodes { userId lastSeenAt totp passkeys } }
}`;

/** When members were last here and their factors; empty for those who may not know. */
export function useMemberAccounts(enabled: boolean, id: string | null = null): Map<string, MemberAccount> {
  const variables = id ? { id } : {};
  const { data } = useAccess<{ memberAccounts: Nodes<MemberAccount> }>(ACCOUNTS, variables, { enabled });
  return new Map((data?.memberAccounts.nodes ?? []).map((account) => [account.userId, account]));
}
