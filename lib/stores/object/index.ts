import path from "node:path";
import type { Config } from "../../config.ts";
import { createFileStore } from "./files.ts";
import { createS3Store } from "./s3.ts";
import type { ObjectStore } from "./types.ts";

export type { DirectUploads, ObjectStore, StoredObject } from "./types.ts";

/** The store that the settings name: S3 where S3_ENDPOINT is set, else files under the home folder. */
export function createObjectStore(config: Pick<Config, "home" | "s3">): ObjectStore {
  return config.s3 ? createS3Store(config.s3) : createFileStore(path.join(config.home, "objects"));
}
