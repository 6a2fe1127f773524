/** Archives of a dataset's history, over the platform API. */
import { ApiError } from "../providers/errors.ts";
import { graphql } from "../providers/http.ts";

/** As many are brought back by one click; a moment needs all that span it. */
const MAX_ARCHIVES = 200;
const LOOK_MS = 1000;
/** An archive of 10,000 versions takes less than a second; a busy worker may take its time. */
const MAX_LOOKS = 300;

interface Archive {
  id: string;
  state: "archived" | "attached";
  attachError: { message: string; hint?: string } | null;
}

async function archivesOf(datasetId: string, moment: string): Promise<Archive[]> {
  const { list } = await graphql<{ list: { nodes: Archive[] } }>(
    "platform",
    `query Archives($datasetId: UUID!, $moment: Datetime!, $first: Int!) {
      list: archives(first: $first, filter: { datasetId: { equalTo: $datasetId }, state: { equalTo: "archived" },
        validFromMin: { lessThanOrEqualTo: $moment }, validToMax: { greaterThan: $moment } }) {
        nodes { id state attachError }
      }
    }`,
    { datasetId, moment, first: MAX_ARCHIVES },
  );
  return list.nodes;
}

/** Brings back what the moment needs; how many archives there were. Rejects with why one could not be brought back. */
export async function attachArchives(datasetId: string, moment: string, days: number): Promise<number> {
  const wanted = await archivesOf(datasetId, moment);
  for (const { id } of wanted) {
    await graphql(
      "platform",
      "mutation Attach($archiveId: UUID!, $days: Int!) { attachArchive(input: { archiveId: $archiveId, days: $days }) { clientMutationId } }",
      { archiveId: id, days },
    );
  }
  for (let look = 0; look < MAX_LOOKS; look++) {
    const open = await archivesOf(datasetId, moment);
    const failed = open.find((archive) => archive.attachError !== null)?.attachError;
    if (failed) throw new ApiError({ message: failed.message, hint: failed.hint ?? null }, 409);
    if (open.length === 0) return wanted.length;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  throw new Error("the archives are still being brought back");
}
