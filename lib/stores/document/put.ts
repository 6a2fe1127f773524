/**
 * A state of a file into the document store. No transaction spans two stores, and whoever writes may be stopped, frozen or
 * repeated at any moment: so every document and the file's own record carry the number of their state, and nothing is
 * replaced by a lower one.
 */
import { documentMaker, requests } from "./documents.ts";
import { isDuplicate } from "./failures.ts";
import type { Connection, FileDocument } from "./mongodb.ts";
import { fieldNames, storable } from "./names.ts";
import { place } from "./place.ts";
import type { RawCounts, RawFile, RawRecord, RecordsAfter } from "./types.ts";

/** Requests that may be on their way while the next is read. */
const WRITES_AHEAD = 2;
/** How far it is, is written down so often: what was stopped goes on from there. */
const PROGRESS_DOCUMENTS = 5000;
/** Others that begin the same file at the same time. */
const MAX_MEETINGS = 20;
/** Longest column name kept as the file spells it, in characters; 1,500 of them fit a document. */
const MAX_SPELLED = 1000;

interface Begun extends RawCounts {
  isDone: boolean;
  /** Everything up to this line is there. */
  line: number;
}

function freshRecord(file: RawFile, names: readonly string[]): FileDocument {
  return {
    _id: file.fileId,
    org_id: file.org.id,
    table_name: file.dataset,
    source_file: file.fileName,
    run_id: file.runId,
    generation: file.generation,
    columns: names.map((field, i) => ({
      name: storable(file.columns[i]!.slice(0, MAX_SPELLED)),
      field,
    })),
    status: "writing",
    line: 0,
    records: 0,
    unreadable: 0,
    rejected: 0,
    started_at: new Date(),
    written_at: null,
  };
}

/** The file's record comes before any of its documents. null: a later state has begun. */
async function begin(connection: Connection, file: RawFile, names: readonly string[]): Promise<Begun | null> {
  const files = await connection.files(file.org);
  const { _id, ...fresh } = freshRecord(file, names);
  for (let turn = 0; turn < MAX_MEETINGS; turn++) {
    const before = await files.findOne({ _id });
    if (before === null) {
      try {
        await files.insertOne({ _id, ...fresh });
        return { ...fresh, isDone: false };
      } catch (error) {
        if (!isDuplicate(error)) throw error;
      }
    } else if (before.generation > file.generation) {
      return null;
    } else if (before.generation === file.generation) {
      return { ...before, isDone: before.status === "written" };
    } else {
      // Before the record tells of the new state, so that what breaks off is done again.
      const collection = await connection.raw(file.org, before.table_name);
      await collection.deleteMany({ file_id: file.fileId, generation: { $lt: file.generation } });
      const taken = await files.updateOne({ _id, generation: before.generation }, { $set: fresh });
      if (taken.matchedCount === 1) return { ...fresh, isDone: false };
    }
  }
  return null;
}

function count(counts: RawCounts, batch: readonly RawRecord[]): void {
  counts.records += batch.length;
  for (const { fields, outcome } of batch) {
    if (fields === null) counts.unreadable++;
    if (outcome.status === "rejected") counts.rejected++;
  }
}

/** As DocumentStore.put says. */
export async function put(
  connection: Connection,
  file: RawFile,
  records: RecordsAfter,
): Promise<RawCounts | null> {
  const names = fieldNames(file.columns);
  const begun = await begin(connection, file, names);
  if (begun === null) return null;
  const counts: RawCounts = {
    records: begun.records,
    unreadable: begun.unreadable,
    rejected: begun.rejected,
  };
  if (begun.isDone) return counts;
  const files = await connection.files(file.org);
  const collection = await connection.raw(file.org, file.dataset);
  const make = documentMaker(file, names, new Date());
  const note = (more: Partial<FileDocument>) =>
    files.updateOne({ _id: file.fileId, generation: file.generation }, { $set: { ...counts, ...more } });
  const writes: Promise<void>[] = [];
  let noted = counts.records;
  try {
    for await (const batch of records(begun.line)) {
      for (const documents of requests(batch, make)) {
        const writing = place(collection, documents);
        // Seen when its turn comes; until then it must not count as unhandled.
        writing.catch(() => undefined);
        writes.push(writing);
        if (writes.length > WRITES_AHEAD) await writes.shift();
      }
      count(counts, batch);
      if (counts.records - noted < PROGRESS_DOCUMENTS) continue;
      await Promise.all(writes.splice(0));
      const { matchedCount } = await note({ line: batch.at(-1)!.line });
      if (matchedCount === 0) return null;
      noted = counts.records;
    }
    await Promise.all(writes);
  } finally {
    // Nothing of this call is still being written when it returns, whatever ended it.
    await Promise.allSettled(writes);
  }
  const { matchedCount } = await note({ status: "written", written_at: new Date() });
  return matchedCount === 0 ? null : counts;
}
