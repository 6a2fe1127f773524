/** Raw documents after their run: what the merge made of them, and their end when they are old. */
import type { AnyBulkWriteOperation } from "mongodb";
import { type RawDocument, STATUS } from "./documents.ts";
import type { Connection } from "./mongodb.ts";
import { documentId } from "./names.ts";
import { type DocumentOrg, MAX_WRITE_DOCUMENTS, type Merge, type MergedRow, type RawFile } from "./types.ts";

/** Files removed at once; more wait for the next time. */
const MAX_EXPIRED = 1000;

function change(file: RawFile, row: MergedRow): AnyBulkWriteOperation<RawDocument> {
  return {
    updateOne: {
      filter: { _id: documentId(file.fileId, row.line) },
      update: {
        $set: {
          composite_key: row.compositeKey,
          business_keys: row.businessKeys,
          version: row.version,
          data_hash: row.dataHash,
          change_type: row.changeType,
          changed_fields: row.changedFields,
          "audit_trail.previous_version": row.previousVersion,
        },
      },
    },
  };
}

/** As DocumentStore.recordMerge says. */
export async function recordMerge(
  connection: Connection,
  file: RawFile,
  merge: Merge,
  rows: AsyncIterable<readonly MergedRow[]>,
): Promise<number> {
  const collection = await connection.raw(file.org, file.dataset);
  await collection.updateMany(
    { file_id: file.fileId, [STATUS]: { $ne: "rejected" } },
    {
      $set: {
        [STATUS]: "valid",
        change_type: "unchanged",
        changed_by_user_id: merge.changedBy,
        "audit_trail.change_reason": merge.reason,
        "audit_trail.quality_score": merge.qualityScore,
      },
    },
  );
  await collection.updateMany(
    { file_id: file.fileId, [STATUS]: "rejected" },
    { $set: { change_type: "rejected", "audit_trail.quality_score": merge.qualityScore } },
  );
  let found = 0;
  for await (const batch of rows) {
    for (let at = 0; at < batch.length; at += MAX_WRITE_DOCUMENTS) {
      const changes = batch.slice(at, at + MAX_WRITE_DOCUMENTS).map((row) => change(file, row));
      found += (await collection.bulkWrite(changes, { ordered: false })).matchedCount;
    }
  }
  return found;
}

/** As DocumentStore.expire says. A file's own record goes last, so that what breaks off is found and done again. */
export async function expire(connection: Connection, org: DocumentOrg, before: Date): Promise<number> {
  const files = await connection.files(org);
  const old = await files
    .find({ started_at: { $lt: before } })
    .limit(MAX_EXPIRED)
    .toArray();
  for (const file of old) {
    await (await connection.raw(org, file.table_name)).deleteMany({ file_id: file._id });
    await files.deleteOne({ _id: file._id });
  }
  return old.length;
}
