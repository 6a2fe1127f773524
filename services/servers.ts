/** Starts built servers on loopback, with passwords made for this one start, and waits until they answer. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { startEmbedded } from "../lib/db/embedded.ts";

const READY_MS = 60_000;
const POLL_MS = 100;
const STOP_MS = 10_000;
/** The document store's PostgreSQL is a small one. */
const SMALL = ["shared_buffers=64MB", "max_connections=80", "maintenance_work_mem=64MB"];
/** Last words of a server that are kept, in characters. */
const MAX_TOLD = 4000;

export interface StartedServer<Settings> {
  settings: Settings;
  /** SIGSTOP, SIGCONT, SIGKILL: for trials of faults. */
  signal(name: NodeJS.Signals): void;
  stop(): Promise<void>;
}

export interface S3Settings {
  endpoint: string;
  accessKey: string;
  secretKey: string;
}

async function freePort(): Promise<number> {
  const probe = net.createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", resolve);
  });
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

function isEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function end(child: ChildProcess): Promise<void> {
  if (isEnded(child)) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  // A stopped process would not hear the other signal.
  child.kill("SIGCONT");
  child.kill("SIGTERM");
  await ended;
  clearTimeout(timer);
}

/** Starts a process and waits until `answers` says yes. Throws with its last words. */
async function start(
  file: string,
  args: string[],
  env: Record<string, string>,
  answers: () => Promise<boolean>,
): Promise<ChildProcess> {
  const child = spawn(file, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const keep = (chunk: unknown): void => {
    output = (output + String(chunk)).slice(-MAX_TOLD);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  child.once("error", keep);
  const deadline = Date.now() + READY_MS;
  while (!(await answers())) {
    if (isEnded(child) || child.pid === undefined || Date.now() > deadline) {
      await end(child);
      throw new Error(`${path.basename(file)} did not start:\n${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return child;
}

/** MinIO over a folder, on a free port. */
export async function startMinio(file: string, data: string): Promise<StartedServer<S3Settings>> {
  // The folder above stays open: another server under it may run as another user.
  await mkdir(path.dirname(data), { recursive: true });
  await mkdir(data, { recursive: true, mode: 0o700 });
  const endpoint = `http://127.0.0.1:${await freePort()}`;
  const accessKey = "cadastre";
  const secretKey = randomBytes(24).toString("base64url");
  const child = await start(
    file,
    ["server", data, "--quiet", "--address", new URL(endpoint).host],
    {
      MINIO_ROOT_USER: accessKey,
      MINIO_ROOT_PASSWORD: secretKey,
      MINIO_BROWSER: "off",
      MINIO_UPDATE: "off",
      MINIO_CALLHOME_ENABLE: "off",
    },
    // Its health answers 200 while requests are still answered 503: whoever is nobody is refused by a server that is up.
    () =>
      fetch(endpoint).then(
        (response) => response.status === 403,
        () => false,
      ),
  );
  return {
    settings: { endpoint, accessKey, secretKey },
    signal: (name) => void child.kill(name),
    stop: () => end(child),
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.connect(port, "127.0.0.1");
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", () => resolve(false));
  });
}

/**
 * FerretDB on a free port, over an embedded PostgreSQL of its own: over SQLite it asks for no password and looks at
 * every document for each update. Clients log in as that PostgreSQL's user.
 */
export async function startFerret(file: string, data: string): Promise<StartedServer<{ url: string }>> {
  await mkdir(data, { recursive: true });
  const password = randomBytes(24).toString("base64url");
  const database = await startEmbedded({ directory: path.join(data, "postgres"), password, settings: SMALL });
  try {
    const { host, username } = new URL(database.adminUrl);
    const port = await freePort();
    const env = {
      FERRETDB_LISTEN: `127.0.0.1:${port}`,
      // Without a user and a password: each client brings its own.
      FERRETDB_POSTGRESQL_URL: `postgres://${host}/postgres`,
    };
    const child = await start(file, [], env, () => accepts(port));
    return {
      settings: { url: `mongodb://${username}:${password}@127.0.0.1:${port}/?authMechanism=PLAIN` },
      signal: (name) => void child.kill(name),
      async stop() {
        await end(child);
        await database.stop();
      },
    };
  } catch (error) {
    await database.stop();
    throw error;
  }
}
