import { useQuery } from "@tanstack/react-query";
import { graphql } from "../providers/http.ts";
import type { Row } from "../providers/shapes.ts";

/** What the timeline tells of a version beside its values. */
export interface Told {
  version: number;
  author: string | null;
  reason: string | null;
  runKind: "edit" | "load" | "replay" | "undo";
  fileName: string | null;
  issues: { column: string; rule: string; severity: string; message: string }[];
}

/** Who, why, from which file, and what the rules said, by version; empty where it may not be told. */
export function useTimeline(
  dataset: string,
  key: Row | undefined,
  newest: number,
  first: number,
): Map<number, Told> {
  const { data } = useQuery({
    queryKey: ["timeline", dataset, key, newest],
    queryFn: async ({ signal }) => {
      const { timeline } = await graphql<{ timeline: { nodes: Told[] } }>(
        "platform",
        `query Timeline($dataset: String!, $key: JSON!, $first: Int) {
           timeline: rowTimeline(dataset: $dataset, key: $key, first: $first) {
             nodes { version author reason runKind fileName issues }
           }
         }`,
        { dataset, key, first },
        signal,
      );
      return new Map(timeline.nodes.map((told) => [told.version, told]));
    },
    enabled: key !== undefined,
  });
  return data ?? new Map();
}
