/** Raw documents after they were written: what replays made of them, values that must go, and their end when they are old. */
import { described, ERASED, type ErasedDocument, type RawDocument } from "./documents.ts";
import type { Connection } from "./mongodb.ts";
import { documentId } from "./names.ts";
import { place } from "./place.ts";
import { type DocumentOrg, type DocumentStore, MAX_WRITE_DOCUMENTS } from "./types.ts";

/** Files removed at once; more wait for the next time. */
const MAX_EXPIRED = 1000;
/** Servers that are MongoDB by protocol only may need a connection for each update of a request. */
const UPDATES_AT_ONCE = 10;

type Amend = Parameters<DocumentStore["amend"]>;

/** As DocumentStore.amend says. */
export async function amend(
  connection: Connection,
  file: Amend[0],
  of: Amend[1],
  lines: Amend[2],
): Promise<number> {
  const collection = await connection.raw(file.org, file.dataset);
  let found = 0;
  for await (const batch of lines) {
    const changes = batch.map(([line, outcome]) => {
      const { audit_trail, ...rest } = described(file, outcome);
      const { quality_score: _, ...trail } = audit_trail;
      const told = Object.entries(trail).map(([name, value]) => [`audit_trail.${name}`, value]);
      return {
        updateOne: {
          filter: {
            _id: documentId(file.fileId, line),
            run_id: of,
            generation: { $lte: file.generation },
          },
          update: { $set: { ...rest, ...Object.fromEntries(told), generation: file.generation } },
        },
      };
    });
    for (let at = 0; at < changes.length; at += UPDATES_AT_ONCE) {
      const part = changes.slice(at, at + UPDATES_AT_ONCE);
      found += (await collection.bulkWrite(part, { ordered: false })).matchedCount;
    }
  }
  return found;
}

/** As DocumentStore.erase says: an empty document in each line's place, which no state of the file is later than. */
export async function erase(
  connection: Connection,
  org: DocumentOrg,
  dataset: string,
  fileId: string,
  lines: readonly number[],
): Promise<void> {
  const collection = await connection.raw(org, dataset);
  for (let at = 0; at < lines.length; at += MAX_WRITE_DOCUMENTS) {
    const empty = lines.slice(at, at + MAX_WRITE_DOCUMENTS).map(
      (line): ErasedDocument => ({
        _id: documentId(fileId, line),
        org_id: org.id,
        file_id: fileId,
        line,
        generation: ERASED,
      }),
    );
    await place(collection, empty as RawDocument[]);
  }
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
