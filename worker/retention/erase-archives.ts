/** A person's versions in archives: each that has some is written anew without them. */
import { asOrganization } from "../load/session.ts";
import { type Ask, type Erasure, type RetentionContext, waitsForSeal } from "./erase.ts";
import {
  type ArchiveRow,
  asStream,
  digestOf,
  encodeArchive,
  MAX_ARCHIVE_BYTES,
  readArchive,
} from "./parquet-archive.ts";
import { archivesOf } from "./retain.ts";

export async function eraseFromArchives(
  context: RetentionContext,
  ask: Ask,
  erasure: Erasure,
): Promise<void> {
  for (const archive of await archivesOf(ask, erasure.datasetIds)) {
    const rows = await readArchive(context.store, archive);
    await asOrganization(context, erasure.orgId, erasure.by, async (client) => {
      const { rows: answers } = await client
        .query<{ found: string | null; kept: ArchiveRow[] | null }>(
          "select person_versions as found, kept from data.erase_archived($1, $2, $3)",
          [erasure.id, archive.id, JSON.stringify(rows)],
        )
        .catch(waitsForSeal);
      const { found, kept } = answers[0]!;
      if (!found || found === "0") return;
      const counts = { archives: 1, archivedVersions: Number(found) };
      await client.query("select data.note_erasure($1, 'archives', $2)", [
        erasure.id,
        JSON.stringify(counts),
      ]);
      if (kept === null) return;
      // Written before the transaction ends, under a key that repeats: what a stopped job has left is written over.
      const key = `org/${erasure.orgId}/archives/${archive.dataset_id}/${archive.id}-${erasure.id}.parquet`;
      const bytes = encodeArchive(archive.fields, kept);
      if (kept.length > 0) await context.store.put(key, asStream(bytes), { maxBytes: MAX_ARCHIVE_BYTES });
      await client.query("select data.replace_archive($1, $2, $3, $4, $5)", [
        archive.id,
        key,
        kept.length,
        bytes.length,
        digestOf(bytes),
      ]);
    });
  }
}
