/**
 * The kinds of connectors by name; ingest.connector_kinds() tells the same to forms. Each brings a driver of its own, so
 * it is loaded when it is first needed.
 */
import { SourceError } from "./failures.ts";
import type { Connector } from "./types.ts";

const KINDS: Readonly<Record<string, () => Promise<Connector>>> = {
  s3: async () => (await import("./s3.ts")).s3,
  gcs: async () => (await import("./gcs.ts")).gcs,
  postgres: async () => (await import("./postgres.ts")).postgres,
  mysql: async () => (await import("./mysql.ts")).mysql,
  mongodb: async () => (await import("./mongodb.ts")).mongodb,
  sftp: async () => (await import("./sftp.ts")).sftp,
  http: async () => (await import("./http.ts")).http,
  rest: async () => (await import("./rest.ts")).rest,
  redis: async () => (await import("./redis.ts")).redis,
  kafka: async () => (await import("./kafka.ts")).kafka,
};
export const KIND_NAMES: readonly string[] = Object.keys(KINDS);

/** Errors: SourceError settings. */
export async function loadKind(name: string): Promise<Connector> {
  const load = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  if (load) return load();
  throw new SourceError(
    "settings",
    `this worker knows no connectors of kind ${name}`,
    "Bring the worker up to date.",
  );
}
