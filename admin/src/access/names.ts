/** Names for what the database knows by key. */
import { useCallback } from "react";
import { useTranslate } from "react-admin";
import type { Catalog } from "./useCatalog.ts";

export function useRoleName(): (key: string, catalog?: Catalog | null) => string {
  const translate = useTranslate();
  return useCallback(
    (key, catalog) =>
      catalog?.ownRoles.find((role) => role.key === key)?.title ?? translate(`app.roles.${key}`, { _: key }),
    [translate],
  );
}

/** What a grant or request gives: a permission, a system role or an own one. */
export interface Given {
  permission: string | null;
  systemRole: string | null;
  ownRole: string | null;
}

export function useGivenName(): (given: Given, catalog?: Catalog | null) => string {
  const roleName = useRoleName();
  const translate = useTranslate();
  return useCallback(
    ({ permission, systemRole, ownRole }, catalog) =>
      permission ??
      translate("app.access.role_named", { role: roleName(systemRole ?? ownRole ?? "", catalog) }),
    [roleName, translate],
  );
}
