/** Archived versions beside history for a verification's or export's transaction. */
import type pg from "pg";
import { AppError } from "../../lib/errors.ts";
import type { ObjectStore } from "../../lib/stores/object/index.ts";
import { readArchive } from "./parquet-archive.ts";
import type { Archive } from "./retain.ts";

/** Resolves with what is wrong with archives, a name and a message each. */
export function archiveStager(store: ObjectStore) {
  return async (client: pg.ClientBase): Promise<{ name: string; message: string }[]> => {
    const { rows } = await client.query<Archive>(
      "select id, dataset_id, object_key, fields, sha256, size_bytes from data.archives where state = 'archived' order by dataset_id, valid_to_max, id",
    );
    const problems: { name: string; message: string }[] = [];
    for (const archive of rows) {
      try {
        const found = await readArchive(store, archive);
        await client.query("select data.stage_archived($1, $2)", [archive.id, JSON.stringify(found)]);
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== "RT009") throw error;
        problems.push({ name: archive.id, message: error.message });
      }
    }
    return problems;
  };
}
