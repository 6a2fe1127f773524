/** Permissions, system roles and the organization's own roles, with what each has and from where. */
import { useMemo } from "react";
import { usePermissionMeaning } from "../account/usePermissions.ts";
import { type Nodes, useAccess } from "./api.ts";
import { useRoleMeaning } from "./systemTexts.ts";

export interface Permission {
  key: string;
  description: string;
}

export interface SystemRole {
  key: string;
  inherits: string | null;
  rank: number;
  description: string;
}

export interface OwnRole {
  key: string;
  title: string;
  description: string;
}

export interface Parent {
  roleKey: string;
  systemParent: string | null;
  ownParent: string | null;
}

interface Answer {
  permissions: Nodes<Permission>;
  roles: Nodes<SystemRole>;
  rolePermissions: Nodes<{ roleKey: string; permission: string }>;
  orgRoles: Nodes<OwnRole>;
  orgRoleParents: Nodes<Parent>;
  orgRolePermissions: Nodes<{ roleKey: string; permission: string }>;
}

const CATALOG = `query Catalog {
  permissions(first: 1000) { nodes { key description } }
  roles(first: 100, orderBy: [RANK_ASC, KEY_ASC]) { nodes { key inherits rank description } }
  rolePermissions(first: 1000) { nodes { roleKey permission } }
  orgRoles(first: 500, orderBy: [TITLE_ASC]) { nodes { key title description } }
  orgRoleParents(first: 1000) { nodes { roleKey systemParent ownParent } }
  orgRolePermissions(first: 1000) { nodes { roleKey permission } }
}`;

/** A role among both kinds: system roles are `system:<key>`, own ones `own:<key>`. */
export type RoleId = `system:${string}` | `own:${string}`;

export interface Catalog {
  permissions: Permission[];
  groups: string[];
  roles: SystemRole[];
  ownRoles: OwnRole[];
  parentsOf: (role: RoleId) => RoleId[];
  /** Which role a permission of this one comes from; null where it has it not. */
  sourceOf: (role: RoleId, permission: string) => RoleId | null;
}

function gather(
  rows: { roleKey: string; permission: string }[],
  kind: "system" | "own",
  into: Map<string, Set<string>>,
) {
  for (const { roleKey, permission } of rows) {
    const id = `${kind}:${roleKey}`;
    const held = into.get(id) ?? new Set();
    into.set(id, held.add(permission));
  }
}

function makeCatalog(answer: Answer): Catalog {
  const direct = new Map<string, Set<string>>();
  gather(answer.rolePermissions.nodes, "system", direct);
  gather(answer.orgRolePermissions.nodes, "own", direct);
  const parents = new Map<string, RoleId[]>();
  for (const { key, inherits } of answer.roles.nodes)
    parents.set(`system:${key}`, inherits ? [`system:${inherits}`] : []);
  for (const { roleKey, systemParent, ownParent } of answer.orgRoleParents.nodes) {
    const parent: RoleId = systemParent ? `system:${systemParent}` : `own:${ownParent ?? ""}`;
    parents.set(`own:${roleKey}`, [...(parents.get(`own:${roleKey}`) ?? []), parent]);
  }
  const parentsOf = (role: RoleId): RoleId[] => parents.get(role) ?? [];
  const known = new Map<string, Map<string, RoleId>>();
  // Nearest first, so that a permission is said to come from the role that is the shortest way up.
  const sources = (role: RoleId): Map<string, RoleId> => {
    const before = known.get(role);
    if (before) return before;
    const found = new Map<string, RoleId>();
    let level: RoleId[] = [role];
    const seen = new Set<RoleId>(level);
    while (level.length > 0) {
      for (const one of level)
        for (const permission of direct.get(one) ?? [])
          if (!found.has(permission)) found.set(permission, one);
      level = [...new Set(level.flatMap(parentsOf))].filter((one) => !seen.has(one));
      for (const one of level) seen.add(one);
    }
    known.set(role, found);
    return found;
  };
  const permissions = answer.permissions.nodes
    .filter(({ key }) => !key.startsWith("platform."))
    .sort((a, b) => a.key.localeCompare(b.key));
  return {
    permissions,
    groups: [...new Set(permissions.map(({ key }) => groupOf(key)))],
    roles: answer.roles.nodes,
    ownRoles: answer.orgRoles.nodes,
    parentsOf,
    sourceOf: (role, permission) => sources(role).get(permission) ?? null,
  };
}

export const groupOf = (permission: string): string => permission.split(".")[0] ?? permission;

export function useCatalog(): { catalog: Catalog | null; error: unknown } {
  const { data, error } = useAccess<Answer>(CATALOG);
  const meaning = usePermissionMeaning();
  const roleMeaning = useRoleMeaning();
  const catalog = useMemo(() => {
    if (!data) return null;
    const made = makeCatalog(data);
    return {
      ...made,
      roles: made.roles.map((role) => ({ ...role, description: roleMeaning(role.key, role.description) })),
      permissions: made.permissions.map(({ key, description }) => ({
        key,
        description: meaning(key, description),
      })),
    };
  }, [data, meaning, roleMeaning]);
  return { catalog, error };
}
