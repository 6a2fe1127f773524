/** A load's raw records in the document store, where the installation has one; elsewhere this does nothing. */
import type { RawFile } from "../../lib/stores/document/index.ts";
import { markRejected, stageRaw } from "../staging/index.ts";
import type { Heart } from "./lease.ts";
import { query } from "./session.ts";
import { type LoadContext, MAX_KEPT_REJECTED, type Run, type StagedFile } from "./types.ts";

/** A run's file as the document store knows it. */
export async function rawFile(context: LoadContext, run: Run): Promise<RawFile> {
  const rows = await query<{ schema_key: string; file_name: string }>(
    context,
    run,
    `select o.schema_key, f.file_name from tenancy.organizations o
       join ingest.files f on f.org_id = o.id where o.id = $1 and f.id = $2`,
    [run.org_id, run.file_id],
  );
  const { schema_key: key, file_name: fileName } = rows[0]!;
  return {
    org: { id: run.org_id, key },
    dataset: run.dataset_name,
    fileId: run.file_id,
    runId: run.id,
    fileName,
  };
}

/** Every record of the file, before anything is checked. Errors: STORE_DOWN parks the run. */
export async function keepRaw(
  context: LoadContext,
  run: Run,
  staged: StagedFile,
  heart: Heart,
): Promise<void> {
  if (!context.documents) return;
  const { source, inspection, columns, ragged } = staged;
  await stageRaw(context.documents, await rawFile(context, run), source, inspection.dialect, columns, {
    signal: heart.signal,
    ragged,
  });
}

/** After the checks: the documents of rejected rows say so (of those that are kept; counts are the run's). */
export async function markRaw(context: LoadContext, run: Run, heart: Pick<Heart, "signal">): Promise<void> {
  if (!context.documents) return;
  const rows = await query<{ line: string }>(
    context,
    run,
    "select line from ingest.rejected_rows where org_id = $1 and run_id = $2 order by line limit $3",
    [run.org_id, run.id, MAX_KEPT_REJECTED],
  );
  const lines = rows.map((row) => Number(row.line));
  await markRejected(context.documents, await rawFile(context, run), lines, heart.signal);
}
