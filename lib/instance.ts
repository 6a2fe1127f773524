/**
 * An installation: its home folder, its secrets, its database. Opened by the server, the worker, the command line
 * and the tests; the one place that knows where things are.
 */
import { randomBytes } from "node:crypto";
import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import type { Config } from "./config.ts";
import { type EmbeddedServer, isAlive, startEmbedded } from "./db/embedded.ts";
import { prepareDatabase } from "./db/migrate.ts";
import { loginUrl } from "./db/urls.ts";
import { AppError } from "./errors.ts";
import type { Logger } from "./log.ts";

const secretsShape = z.object({
  superuser: z.string(),
  gateway: z.string(),
  worker: z.string(),
  /** Signs identity claims (hex, 32 bytes). */
  claimKey: z.string().length(64),
});
type Secrets = z.infer<typeof secretsShape>;

export interface Connections {
  /** Superuser or administrator: migrations and the operator only, never a request. */
  adminUrl: string;
  gatewayUrl: string;
  workerUrl: string;
  claimKey: Buffer;
}

export interface Instance extends Connections {
  config: Config;
  /** True when this start made the home's database. */
  fresh: boolean;
  close(): Promise<void>;
}

/** Writes a file that only its owner reads, whole or not at all. */
export async function writePrivate(file: string, content: string): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, content, { mode: 0o600 });
  await rename(temporary, file);
}

const secretsFile = (home: string): string => path.join(home, "secrets.json");

/** The home's secrets; null where no installation has been made there. */
async function readSecrets(home: string): Promise<Secrets | null> {
  const text = await readFile(secretsFile(home), "utf8").catch(() => null);
  return text === null ? null : secretsShape.parse(JSON.parse(text));
}

async function loadSecrets(home: string): Promise<{ secrets: Secrets; fresh: boolean }> {
  const file = secretsFile(home);
  const known = await readSecrets(home);
  if (known) return { secrets: known, fresh: false };
  const password = () => randomBytes(24).toString("base64url");
  const secrets = {
    superuser: password(),
    gateway: password(),
    worker: password(),
    claimKey: randomBytes(32).toString("hex"),
  };
  // Server and worker may start on a new home at the same moment: the first one's secrets count for both.
  const draft = `${file}.${process.pid}.draft`;
  await writeFile(draft, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  const won = await link(draft, file).then(
    () => true,
    () => false,
  );
  await rm(draft, { force: true });
  return won ? { secrets, fresh: true } : loadSecrets(home);
}

function connectionsOf(adminUrl: string, secrets: Secrets): Connections {
  return {
    adminUrl,
    gatewayUrl: loginUrl(adminUrl, "cadastre_gateway", secrets.gateway),
    workerUrl: loginUrl(adminUrl, "cadastre_worker", secrets.worker),
    claimKey: Buffer.from(secrets.claimKey, "hex"),
  };
}

/** Starts the database if it is the embedded one, brings it up to date, and returns the way in. */
export async function openInstance(config: Config, log: Logger): Promise<Instance> {
  await mkdir(config.home, { recursive: true });
  const { secrets, fresh } = await loadSecrets(config.home);
  let embedded: EmbeddedServer | null = null;
  if (!config.databaseUrl) {
    embedded = await startEmbedded({
      directory: path.join(config.home, "postgres"),
      password: secrets.superuser,
      onLost: (how) => log.warn(how),
    });
  }
  const adminUrl = config.databaseUrl ?? embedded!.adminUrl;
  try {
    const connections = connectionsOf(adminUrl, secrets);
    await prepareDatabase(
      adminUrl,
      { gateway: secrets.gateway, worker: secrets.worker, claimKey: connections.claimKey },
      log,
    );
    return { ...connections, config, fresh, close: async () => embedded?.stop() };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

const instanceShape = z.object({ url: z.string(), pid: z.number(), databaseUrl: z.string() });
export type InstanceFile = z.infer<typeof instanceShape>;

/** Tells operators and the command line where the running installation is; readable by the owner only. */
export async function announceInstance(home: string, file: InstanceFile): Promise<() => Promise<void>> {
  const target = path.join(home, "instance.json");
  await writePrivate(target, `${JSON.stringify(file, null, 2)}\n`);
  return () => rm(target, { force: true });
}

/** The running installation of a home. Errors: AppError NOT_RUNNING. */
export async function findRunning(config: Config): Promise<Connections & { url: string | null }> {
  const secrets = await readSecrets(config.home);
  if (secrets && config.databaseUrl)
    return { ...connectionsOf(config.databaseUrl, secrets), url: config.publicUrl };
  const text = await readFile(path.join(config.home, "instance.json"), "utf8").catch(() => null);
  const file = text === null ? null : instanceShape.parse(JSON.parse(text));
  if (!secrets || file === null || !isAlive(file.pid)) {
    throw new AppError("NOT_RUNNING", `no installation runs on ${config.home}`, {
      hint: "Start it with npm start, or point CADASTRE_HOME or DATABASE_URL at one that runs.",
    });
  }
  return { ...connectionsOf(file.databaseUrl, secrets), url: file.url };
}
