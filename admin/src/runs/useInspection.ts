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
  runs(filter: { id: { equalTo: $id } }, first: 1) { nodes { inspection } }
}`;

/** What the loader saw in the file; apart from the run, because it is large and changes once. */
export function useInspection(runId: string): Inspected | null {
  const { data } = useQuery({
    queryKey: ["inspection", runId],
    queryFn: async ({ signal }) => {
      const answer = await graphql<{ runs: { nodes: { inspection: Inspected | null }[] } }>(
        "platform",
        QUERY,
        { id: runId },
        signal,
      );
      return answer.runs.nodes[0]?.inspection ?? null;
    },
  });
  return data ?? null;
}
