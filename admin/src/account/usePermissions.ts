import { useQuery } from "@tanstack/react-query";
import { graphql } from "../providers/http.ts";

const MAX_PERMISSIONS = 500;

/** The meaning of each permission, by its name. */
export function usePermissions(): Record<string, string> {
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
  return Object.fromEntries((data?.list.nodes ?? []).map(({ key, description }) => [key, description]));
}
