import { useQuery } from "@tanstack/react-query";
import { graphql } from "../../providers/http.ts";
import type { Proposal } from "./types.ts";

const QUERY = `query Proposal($id: UUID!) {
  contractProposals(filter: { runId: { equalTo: $id }, status: { equalTo: "open" } }, first: 1) {
    nodes { runId datasetName kind isAdvice status contractVersion fields keyFields changes effect }
  }
}`;

/** The open proposal of a held run; null: none, undefined: not known yet. */
export function useProposal(runId: string, enabled: boolean): Proposal | null | undefined {
  const { data } = useQuery({
    queryKey: ["proposal", runId],
    queryFn: async ({ signal }) => {
      const answer = await graphql<{ contractProposals: { nodes: Proposal[] } }>(
        "platform",
        QUERY,
        { id: runId },
        signal,
      );
      return answer.contractProposals.nodes[0] ?? null;
    },
    enabled,
  });
  return enabled ? data : null;
}
