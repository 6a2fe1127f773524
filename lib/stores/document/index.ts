import type { Config } from "../../config.ts";
import { createMongoStore } from "./mongodb.ts";
import type { DocumentStore } from "./types.ts";

export type {
  DocumentOrg,
  DocumentStore,
  RawCounts,
  RawFile,
  RawOutcome,
  RawRecord,
  RawVersion,
  RecordsAfter,
  StoredRecord,
} from "./types.ts";

/** The store that the settings name: MongoDB where MONGODB_URL is set; else none, and the landing tables stage. */
export function createDocumentStore(config: Pick<Config, "mongodbUrl">): DocumentStore | null {
  return config.mongodbUrl === null ? null : createMongoStore(config.mongodbUrl);
}
