/**
 * The real servers that adapters are held against: those named by TEST_S3_ENDPOINT and TEST_MONGODB_URL, else those
 * that `npm run services -- --build-only` has built; else none, and the reason why.
 */
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Config } from "../../lib/config.ts";
import { findServer, type ServerName } from "../../services/build.ts";
import { type StartedServer, startFerret, startMinio } from "../../services/servers.ts";

export const BUCKET = "cadastre-test";

export type Offer<Settings> =
  | { start: () => Promise<{ settings: Settings; stop: () => Promise<void> }> }
  | { missing: string };

async function temporary<Settings>(
  start: (data: string) => Promise<StartedServer<Settings>>,
): Promise<StartedServer<Settings>> {
  const folder = await mkdtemp(path.join(tmpdir(), "cadastre-service-"));
  // Started by root, PostgreSQL runs as another user.
  await chmod(folder, 0o755);
  const clean = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const server = await start(folder);
    return { ...server, stop: () => server.stop().finally(clean) };
  } catch (error) {
    await clean();
    throw error;
  }
}

async function built(name: ServerName, variable: string): Promise<string | { missing: string }> {
  const file = await findServer(name);
  if (file !== null) return file;
  return { missing: `no ${variable}, and ${name} is not built (npm run services -- --build-only, needs Go)` };
}

export async function offerS3(): Promise<Offer<NonNullable<Config["s3"]>>> {
  const place = { bucket: BUCKET, region: "us-east-1" };
  const { TEST_S3_ENDPOINT: endpoint, TEST_S3_ACCESS_KEY, TEST_S3_SECRET_KEY } = process.env;
  if (endpoint) {
    const settings = {
      ...place,
      endpoint,
      accessKey: TEST_S3_ACCESS_KEY ?? "",
      secretKey: TEST_S3_SECRET_KEY ?? "",
    };
    return { start: async () => ({ settings, stop: async () => undefined }) };
  }
  const file = await built("minio", "TEST_S3_ENDPOINT");
  if (typeof file !== "string") return file;
  return {
    async start() {
      const server = await temporary((data) => startMinio(file, data));
      return { settings: { ...place, ...server.settings }, stop: server.stop };
    },
  };
}

export async function offerMongo(): Promise<Offer<{ url: string }>> {
  const url = process.env.TEST_MONGODB_URL;
  if (url) return { start: async () => ({ settings: { url }, stop: async () => undefined }) };
  const file = await built("ferretdb", "TEST_MONGODB_URL");
  if (typeof file !== "string") return file;
  return { start: () => temporary((data) => startFerret(file, data)) };
}
