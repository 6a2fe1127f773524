/** Moments of which versions are archived: brought back to be looked at, over the platform API. */
import { ApiError } from "../providers/errors.ts";
import { graphql } from "../providers/http.ts";

const LOOK_MS = 1000;
/** An archive of 10,000 versions takes less than a second; a busy worker may take its time. */
const MAX_LOOKS = 300;

interface Look {
  /** Archives that are still to come. */
  waiting: number;
  error: { code?: string; message: string; hint?: string } | null;
}

async function look(datasetId: string, moment: string, retry: boolean): Promise<Look> {
  const { done } = await graphql<{ done: { result: Look } }>(
    "platform",
    `mutation Look($datasetId: UUID!, $moment: Datetime!, $retry: Boolean!) {
      done: lookAtMoment(input: { datasetId: $datasetId, moment: $moment, retry: $retry }) { result }
    }`,
    { datasetId, moment, retry },
  );
  return done.result;
}

/** Resolves when the moment is whole; tells meanwhile how many archives of how many are back. Rejects with why one cannot come. */
export async function bringBack(
  datasetId: string,
  moment: string,
  tell: (progress: { done: number; of: number }) => void,
): Promise<void> {
  const first = await look(datasetId, moment, true);
  let now = first;
  for (let looks = 0; looks < MAX_LOOKS; looks++) {
    if (now.error) {
      const { code = null, message, hint = null } = now.error;
      throw new ApiError({ code, message, hint }, 409);
    }
    if (now.waiting === 0) return;
    tell({ done: Math.max(0, first.waiting - now.waiting), of: first.waiting });
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    now = await look(datasetId, moment, false);
  }
  throw new Error("the archives are still being brought back; ask again in a while");
}
