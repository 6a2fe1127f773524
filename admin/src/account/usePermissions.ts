import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { useTranslate } from "react-admin";
import { graphql } from "../providers/http.ts";

const MAX_PERMISSIONS = 500;

/** What a permission allows, in the interface's language; the database tells it in English. */
export function usePermissionMeaning(): (key: string, english: string) => string {
  const translate = useTranslate();
  return useCallback((key, english) => translate(`app.permission.${key}`, { _: english }), [translate]);
}

/** The meaning of each permission, by its name. */
export function usePermissions(): Record<string, string> {
  const meaning = usePermissionMeaning();
  const { data } = useQuery({
    queryKey: ["permissions"],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () =>
      graphql<{ list: { nodes: { key: string; description: string }[] } }>(
        "platform",
        "query Permissions($first: Int) { list: permissions(first: $first) { nodes { key description } } }",
        { first: MAX_PERMISSIONS },
      ),
  });
  return Object.fromEntries(
    (data?.list.nodes ?? []).map(({ key, description }) => [key, meaning(key, description)]),
  );
}
