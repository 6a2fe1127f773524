import { useQuery } from "@tanstack/react-query";
import { graphql } from "../providers/http.ts";

export interface Inspected {
  dialect?: Record<string, unknown>;
  columns?: string[];
  /** Why the dialect was chosen, one sentence each. */
  evidence?: string[];
  /** Where the file made the dataset: why each column got its type. */
  contract?: { evidence?: Record<string, { text: string } | undefined> };
}

const QUERY = `query Inspection($id: UUID!) {
  inspections(filter: { runId: { equalTo: $id } }, first: 1) { nodes { content } }
}`;

/** What the loader saw in the file; apart from the run, because it is large and changes once. */
export function useInspection(runId: string): Inspected | null {
  const { data } = useQuery({
    queryKey: ["inspection", runId],
    queryFn: async ({ signal }) => {
      const answer = await graphql<{ inspections: { nodes: { content: Inspected | null }[] } }>(
        "platform",
        QUERY,
        { id: runId },
        signal,
      );
      return answer.inspections.nodes[0]?.content ?? null;
    },
  });
  return data ?? null;
}
