/** Functions of the platform API that are no plain list or change of a record. */
import { graphql, request } from "./http.ts";
import { forgetDescriptions } from "./records.ts";
import { currentSession } from "./session.ts";
import type { Row } from "./shapes.ts";

export interface Organization {
  slug: string;
  name: string;
  roleKey: string;
}

export async function myOrganizations(): Promise<Organization[]> {
  const { list } = await graphql<{ list: { nodes: Organization[] } }>(
    "platform",
    "query MyOrganizations { list: myOrganizations { nodes { slug name roleKey } } }",
  );
  return list.nodes;
}

/** Lets a held run go on to the merge. */
export async function releaseRun(runId: string): Promise<void> {
  await graphql(
    "platform",
    "mutation Release($runId: UUID!) { releaseRun(input: { runId: $runId }) { clientMutationId } }",
    { runId },
  );
}

/** Ends a held run without loading anything. */
export async function rejectRun(runId: string): Promise<void> {
  await graphql(
    "platform",
    "mutation Reject($runId: UUID!) { rejectRun(input: { runId: $runId }) { clientMutationId } }",
    { runId },
  );
}

export interface ContractDecision {
  fields?: Row[];
  keyFields?: string[];
  changes?: unknown[];
  reason: string;
}

/** Accepts the contract, or the changes of one, that a held run waits for, as decided; the run goes on. */
export async function acceptContract(runId: string, decision: ContractDecision): Promise<void> {
  await graphql(
    "platform",
    `mutation AcceptContract($runId: UUID!, $fields: JSON, $keyFields: [String], $changes: JSON, $reason: String) {
       acceptContract(input: { runId: $runId, fields: $fields, keyFields: $keyFields, changes: $changes, reason: $reason }) {
         clientMutationId
       }
     }`,
    { runId, ...decision },
  );
  forgetDescriptions();
}

/** Refuses it; the run ends without loading anything. */
export async function refuseContract(runId: string, reason: string): Promise<void> {
  await graphql(
    "platform",
    `mutation RefuseContract($runId: UUID!, $reason: String) {
       refuseContract(input: { runId: $runId, reason: $reason }) { clientMutationId }
     }`,
    { runId, reason },
  );
}

/** Ends a run that is not finished. */
export async function cancelRun(runId: string): Promise<void> {
  await graphql(
    "platform",
    "mutation Cancel($runId: UUID!) { cancelRun(input: { runId: $runId }) { clientMutationId } }",
    { runId },
  );
}

/** Corrected values by line and field. */
export type Fixes = Record<string, Row>;

/** Loads rejected rows again as a run of their own (with fixes: only those lines); returns its id. */
export async function replayRejected(runId: string, fixes: Fixes | null): Promise<string> {
  const { replay } = await graphql<{ replay: { result: { id: string } } }>(
    "platform",
    `mutation Replay($runId: UUID!, $fixes: JSON) {
       replay: replayRejected(input: { runId: $runId, fixes: $fixes }) { result { id } }
     }`,
    { runId, fixes },
  );
  return replay.result.id;
}

/** Brings a row back to an earlier version; returns the new version's number. */
export async function restoreRow(
  datasetId: string,
  key: Row,
  version: number,
  reason: string,
): Promise<number> {
  const { restore } = await graphql<{ restore: { result: number } }>(
    "platform",
    `mutation Restore($datasetId: UUID!, $key: JSON!, $version: Int!) {
       restore: restoreRow(input: { datasetId: $datasetId, key: $key, version: $version }) { result }
     }`,
    { datasetId, key, version },
    undefined,
    reason,
  );
  return restore.result;
}

/** Tells the audit trail that rows leave as a file. */
export async function recordExport(datasetId: string, rowCount: number): Promise<void> {
  await graphql(
    "platform",
    `mutation Export($datasetId: UUID!, $rowCount: BigInt!) {
       recordExport(input: { datasetId: $datasetId, rowCount: $rowCount }) { result }
     }`,
    { datasetId, rowCount: String(rowCount) },
  );
}

/** Changes a dataset's contract: one new version. */
export async function alterDataset(datasetId: string, changes: Row[], reason: string): Promise<void> {
  await graphql(
    "platform",
    `mutation Alter($datasetId: UUID!, $changes: JSON!, $reason: String) {
       alterDataset(input: { datasetId: $datasetId, changes: $changes, reason: $reason }) { clientMutationId }
     }`,
    { datasetId, changes, reason },
  );
  forgetDescriptions();
}

/** Saves a protected download under a name. */
export async function download(path: string, fileName: string): Promise<void> {
  const response = await request(path);
  if (!response.ok) throw new Error(response.statusText);
  const address = URL.createObjectURL(await response.blob());
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.download = fileName;
  anchor.click();
  URL.revokeObjectURL(address);
}

export const organizationPath = (rest: string): string =>
  `/orgs/${currentSession()?.org?.slug ?? "-"}/${rest}`;
