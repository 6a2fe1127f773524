/**
 * Job ingest__describe_raw {orgId, runId}: after a merge, the raw records in the document store say what became of them.
 * `stage`: they are written there first, of a batch of events, which is not held up for that.
 * Queued in the merge's own transaction where the installation has a document store; a store that is down makes the job
 * come back later, and nothing of the load waits for it.
 */
import type pg from "pg";
import { z } from "zod";
import type { DocumentStore, MergedRow } from "../../lib/stores/document/index.ts";
import { markRaw, rawFile } from "../load/documents.ts";
import { asOrganization } from "../load/session.ts";
import { storedSource } from "../load/stage.ts";
import type { Run } from "../load/types.ts";
import { openFile } from "../readers/index.ts";
import { stageRaw } from "../staging/index.ts";
import type { WorkerContext } from "./index.ts";

const payloadShape = z.object({ orgId: z.uuid(), runId: z.uuid(), stage: z.boolean().default(false) });
const BATCH = 1000;

interface Row {
  line: string;
  composite_key: string;
  business_keys: Record<string, unknown>;
  version: number;
  data_hash: string;
  change_type: string;
  changed_fields: string[];
  previous_version: number | null;
}

async function* merged(client: pg.PoolClient, runId: string): AsyncGenerator<MergedRow[]> {
  await client.query(`declare merged no scroll cursor for select * from ingest.merged_rows('${runId}')`);
  for (;;) {
    const { rows } = await client.query<Row>(`fetch ${BATCH} from merged`);
    if (rows.length === 0) return;
    yield rows.map((row) => ({
      line: Number(row.line),
      compositeKey: row.composite_key,
      businessKeys: row.business_keys,
      version: row.version,
      dataHash: row.data_hash,
      changeType: row.change_type,
      changedFields: row.changed_fields,
      previousVersion: row.previous_version,
    }));
  }
}

/** Every event of a batch as it was sent, and which of them were rejected. Repeated, it is the same. */
async function stageEvents(
  context: DescribeContext,
  documents: DocumentStore,
  orgId: string,
  runId: string,
): Promise<void> {
  const found = await asOrganization(context, orgId, null, async (client) => {
    const { rows } = await client.query<Run & { object_key: string }>(
      "select r.*, f.object_key from ingest.runs r join ingest.files f on f.org_id = r.org_id and f.id = r.file_id where r.org_id = $1 and r.id = $2",
      [orgId, runId],
    );
    return rows[0];
  });
  if (found === undefined) return;
  const heart = { signal: new AbortController().signal, bytes: 0 };
  const source = await storedSource(context, found.object_key, heart);
  const open = await openFile(source, { format: "ndjson" }, heart.signal);
  try {
    const { dialect, columns } = open.inspection;
    await stageRaw(documents, await rawFile(context, found), open.source, dialect, columns, heart);
    await markRaw(context, found, heart);
  } finally {
    await open.close();
  }
}

type DescribeContext = Pick<WorkerContext, "pool" | "claimKey" | "documents" | "store" | "log">;

export function createDescribeRawTask(context: DescribeContext): (payload: unknown) => Promise<void> {
  return async (payload) => {
    const { orgId, runId, stage } = payloadShape.parse(payload);
    const { documents } = context;
    if (!documents) return;
    if (stage) await stageEvents(context, documents, orgId, runId);
    await asOrganization(context, orgId, null, async (client) => {
      const { rows } = await client.query<Run & { read_rows: string; rejected_rows: string }>(
        "select * from ingest.runs where org_id = $1 and id = $2 and status = 'succeeded' and replay_of is null",
        [orgId, runId],
      );
      const run = rows[0];
      if (!run) return;
      const read = Number(run.read_rows);
      const qualityScore = read === 0 ? 1 : 1 - Number(run.rejected_rows) / read;
      const merge = { changedBy: run.requested_by, reason: null, qualityScore };
      await documents.recordMerge(await rawFile(context, run), merge, merged(client, run.id));
    });
  };
}
