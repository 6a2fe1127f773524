/** One's own rights as the database tells them, and what one does about them. */
import { graphql } from "../providers/http.ts";

const MAX_LISTED = 200;
const MAX_ANSWERS = 1000;

/** A right: one of the three, for the organization or for one object. */
export interface Right {
  permission: string | null;
  systemRole: string | null;
  ownRole: string | null;
  objectKind: string;
  objectId: string | null;
}
export interface Grant extends Right {
  id: string;
  userId: string;
  effect: "allow" | "deny";
  startsAt: string;
  endsAt: string;
  reason: string;
  delegatedBy: string | null;
  grantedBy: string | null;
}
export interface Interval {
  seconds?: number | null;
  minutes?: number | null;
  hours?: number | null;
  days?: number | null;
  months?: number | null;
  years?: number | null;
}
export interface AccessRequest extends Right {
  id: string;
  columns: string[];
  reason: string;
  duration: Interval;
  status: "pending" | "approved" | "refused" | "withdrawn";
  createdAt: string;
  decidedAt: string | null;
  requestDecisions: { nodes: { approved: boolean; note: string }[] };
}
export interface Reason {
  source: string;
  counts: boolean;
  name: string | null;
  via: string | null;
  until: string | null;
}
export interface Verdict {
  permission: string;
  objectKind: string | null;
  objectName: string | null;
  allowed: boolean;
  decidedBy: string;
  reasons: Reason[];
}
export interface MyAccess {
  membership: { roleKey: string } | null;
  ownRoles: { nodes: { roleKey: string; roleKeyOrgRole: { title: string } | null }[] };
  given: { nodes: Grant[] };
  passedOn: { nodes: Grant[] };
  requests: { nodes: AccessRequest[] };
  verdicts: { nodes: Verdict[] };
  datasets: { nodes: { id: string; name: string; title: string }[] } | null;
  people: { nodes: { id: string; email: string; displayName: string }[] } | null;
}

const RIGHT = "permission systemRole ownRole objectKind objectId";
const GRANT = `id userId ${RIGHT} effect startsAt endsAt reason delegatedBy grantedBy`;
const INTERVAL = "seconds minutes hours days months years";

export function readAccess(me: string): Promise<MyAccess> {
  return graphql<MyAccess>(
    "platform",
    `query MyAccess($me: UUID!, $now: Datetime!, $first: Int, $answers: Int) {
       membership(userId: $me) { roleKey }
       ownRoles: membershipRoles(first: $first, filter: { userId: { equalTo: $me } }) {
         nodes { roleKey roleKeyOrgRole { title } }
       }
       given: grants(first: $first, orderBy: [ENDS_AT_ASC],
                     filter: { userId: { equalTo: $me }, revokedAt: { isNull: true }, endsAt: { greaterThan: $now } }) {
         nodes { ${GRANT} }
       }
       passedOn: grants(first: $first, orderBy: [ENDS_AT_ASC],
                        filter: { delegatedBy: { equalTo: $me }, revokedAt: { isNull: true }, endsAt: { greaterThan: $now } }) {
         nodes { ${GRANT} }
       }
       requests(first: $first, orderBy: [CREATED_AT_DESC], filter: { userId: { equalTo: $me } }) {
         nodes { id ${RIGHT} columns reason duration { ${INTERVAL} } status createdAt decidedAt
                 requestDecisions(first: 5) { nodes { approved note } } }
       }
       verdicts: whatCan(first: $answers) {
         nodes { permission objectKind objectName allowed decidedBy reasons }
       }
       datasets(first: $answers, orderBy: [NAME_ASC]) { nodes { id name title } }
       people: users(first: $answers, orderBy: [EMAIL_ASC]) { nodes { id email displayName } }
     }`,
    { me, now: new Date().toISOString(), first: MAX_LISTED, answers: MAX_ANSWERS },
  );
}

export interface Asked {
  permission?: string;
  systemRole?: string;
  ownRole?: string;
  objectKind: string;
  objectId?: string;
  columns?: string[];
  reason: string;
}

export async function requestAccess(asked: Asked, duration: Interval): Promise<void> {
  await graphql(
    "platform",
    "mutation Ask($input: RequestAccessInput!) { requestAccess(input: $input) { result { id } } }",
    { input: { ...asked, duration } },
  );
}

export async function delegateAccess(asked: Asked, lasts: Interval, userId: string): Promise<void> {
  const { columns: _columns, ...right } = asked;
  await graphql(
    "platform",
    "mutation Delegate($input: DelegateAccessInput!) { delegateAccess(input: $input) { result { id } } }",
    { input: { ...right, lasts, userId } },
  );
}

export async function withdrawRequest(id: string): Promise<void> {
  await graphql(
    "platform",
    "mutation Withdraw($id: UUID!) { withdrawRequest(input: { requestId: $id }) { result { id } } }",
    { id },
  );
}

export async function revokeGrant(id: string): Promise<void> {
  await graphql(
    "platform",
    "mutation RevokeGrant($id: UUID!) { revokeGrant(input: { grantId: $id }) { result { id } } }",
    { id },
  );
}
