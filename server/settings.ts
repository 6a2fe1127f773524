/** Settings that only the server has, read from the environment once. docs/reference/settings.md lists them. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { AppError } from "../lib/errors.ts";

const MAX_OPERATIONS = 5000;

export interface ServerSettings {
  /** Accept the operations of GRAPHQL_OPERATIONS alone (GRAPHQL_PERSISTED_ONLY=1). */
  persistedOnly: boolean;
  /** Persisted operations by the SHA-256 of their text. */
  operations: ReadonlyMap<string, string>;
}

/** Reads `*.graphql` of a folder; a client names an operation by its text's SHA-256, as Apollo's clients do. */
async function readOperations(folder: string): Promise<Map<string, string>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".graphql"));
  if (names.length > MAX_OPERATIONS) {
    throw new AppError("CONFIG", `${folder} has more than ${MAX_OPERATIONS} operations`, {
      hint: "Keep those in use.",
    });
  }
  const operations = new Map<string, string>();
  for (const name of names) {
    const text = await readFile(path.join(folder, name), "utf8");
    operations.set(createHash("sha256").update(text).digest("hex"), text);
  }
  return operations;
}

export async function readServerSettings(env: NodeJS.ProcessEnv = process.env): Promise<ServerSettings> {
  const folder = env.GRAPHQL_OPERATIONS;
  return {
    persistedOnly: env.GRAPHQL_PERSISTED_ONLY === "1" || env.GRAPHQL_PERSISTED_ONLY === "true",
    operations: folder ? await readOperations(folder) : new Map(),
  };
}
