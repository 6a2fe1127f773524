/** What the home page counts: one question, with only the parts that may be asked. */
import type { Nodes } from "../access/api.ts";
import { NOW_AND_THEN_MS, useAsked } from "../connectors/useAsked.ts";
import { useSession } from "../layout/useSession.ts";

interface Counted {
  totalCount: number;
}

interface Waiting {
  userId: string;
  requestDecisions: Nodes<{ userId: string }>;
}

export interface HomeFigures {
  incidents?: Counted;
  critical?: Counted;
  score?: { score: number | null };
  requests?: Nodes<Waiting>;
  erasures?: Nodes<{ requestedBy: string | null }>;
  late?: Counted;
  rules?: Counted;
  members?: Counted;
  failing?: Counted;
  due?: Nodes<{ name: string; nextDueAt: string }>;
  sealing?: Nodes<{ unsealed: number; oldestAt: string | null; checkpointAt: string | null }>;
}

/** Requests looked through for those that wait for one's own word. */
const MOST_REQUESTS = 200;

const QUERY = `query Home($quality: Boolean!, $decide: Boolean!, $approve: Boolean!, $data: Boolean!, $connect: Boolean!, $plan: Boolean!, $people: Boolean!, $audit: Boolean!) {
  incidents(first: 1, filter: { state: { notEqualTo: "resolved" } }) @include(if: $quality) { totalCount }
  critical: incidents(first: 1, filter: { state: { notEqualTo: "resolved" }, severity: { equalTo: "critical" } }) @include(if: $quality) { totalCount }
  score: rateOrganization @include(if: $quality)
  requests(first: ${MOST_REQUESTS}, orderBy: [CREATED_AT_ASC, PRIMARY_KEY_ASC], filter: { status: { equalTo: "pending" } }) @include(if: $decide) {
    nodes { userId requestDecisions(first: 10) { nodes { userId } } }
  }
  erasures(first: ${MOST_REQUESTS}, filter: { state: { equalTo: "approval" } }) @include(if: $approve) { nodes { requestedBy } }
  rules(first: 1) @include(if: $quality) { totalCount }
  members: memberships(first: 1) @include(if: $people) { totalCount }
  late: freshnesses(first: 1, filter: { lateSince: { isNull: false } }) @include(if: $data) { totalCount }
  failing: connectors(first: 1, filter: { status: { equalTo: "failing" } }) @include(if: $connect) { totalCount }
  due: schedules(first: 1, orderBy: [NEXT_DUE_AT_ASC], filter: { nextDueAt: { isNull: false }, paused: { equalTo: false } }) @include(if: $plan) {
    nodes { name nextDueAt }
  }
  sealing: sealingState(first: 1) @include(if: $audit) { nodes { unsealed oldestAt checkpointAt } }
}`;

export function useHome() {
  const session = useSession();
  const held = new Set(session?.permissions ?? []);
  const { data } = useAsked<HomeFigures>(
    QUERY,
    {
      quality: held.has("quality.view"),
      decide: held.has("role.approve"),
      approve: held.has("compliance.approve") && held.has("compliance.view"),
      data: held.has("dataset.view"),
      connect: held.has("connector.view"),
      people: held.has("member.view"),
      plan: held.has("pipeline.view"),
      audit: held.has("audit.view"),
    },
    { every: () => NOW_AND_THEN_MS },
  );
  const me = session?.user.id ?? "";
  // Nobody decides what they ask for themselves, nor twice.
  const forMe = (data?.requests?.nodes ?? []).filter(
    ({ userId, requestDecisions }) =>
      userId !== me && !requestDecisions.nodes.some((voice) => voice.userId === me),
  ).length;
  const erasures = (data?.erasures?.nodes ?? []).filter(({ requestedBy }) => requestedBy !== me).length;
  return { figures: data, forMe, erasures };
}
