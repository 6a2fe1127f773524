/**
 * Real servers for trials and tests, built by Go where it is on the machine: MinIO as the S3 store, FerretDB as the
 * document store. What is built once stays in a cache folder that all checkouts share.
 */
import { spawn } from "node:child_process";
import { access, mkdir, mkdtemp, constants as modes, rename, rm } from "node:fs/promises";
import { constants, homedir, setPriority } from "node:os";
import path from "node:path";

export type ServerName = "minio" | "ferretdb";

/** The last release of MinIO's community edition, and the FerretDB that needs no extension of PostgreSQL. */
const MINIO = "github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c";
const VERSIONS: Record<ServerName, string> = { minio: MINIO.split("@")[1]!, ferretdb: "v1.24.2" };

/** MinIO takes ten minutes on two busy cores. */
const BUILD_MS = 45 * 60_000;
/** Last words of a failed build that are shown, in characters. */
const MAX_TOLD = 4000;

/** Where built servers are: CADASTRE_SERVICES, else a folder of the user's cache. */
export function servicesFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.CADASTRE_SERVICES) return path.resolve(env.CADASTRE_SERVICES);
  return path.join(env.XDG_CACHE_HOME ?? path.join(homedir(), ".cache"), "cadastre", "services");
}

function binary(name: ServerName): string {
  return path.join(servicesFolder(), `${name}-${VERSIONS[name]}`);
}

/** A built server's path, or null. */
export async function findServer(name: ServerName): Promise<string | null> {
  const file = binary(name);
  return access(file, modes.X_OK).then(
    () => file,
    () => null,
  );
}

interface Ended {
  code: number | null;
  output: string;
}

function runGo(args: string[], options: { cwd: string; env: Record<string, string> }): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn("go", args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    // Spawn's own limit would hold the process for as long where there is no Go.
    setTimeout(() => child.kill(), BUILD_MS).unref();
    let output = "";
    const keep = (chunk: unknown): void => {
      output = (output + String(chunk)).slice(-MAX_TOLD);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output }));
    // Others work on this machine too.
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  });
}

/** What `go version` says, or null where there is no Go. */
export async function findGo(): Promise<string | null> {
  const ended = await runGo(["version"], { cwd: process.cwd(), env: {} }).catch(() => null);
  return ended?.code === 0 ? ended.output.trim() : null;
}

async function compile(name: ServerName, folder: string): Promise<Ended> {
  const source = path.join(import.meta.dirname, "ferretdb");
  return name === "minio"
    ? runGo(["install", MINIO], { cwd: folder, env: { GOBIN: folder, GOFLAGS: "-mod=mod" } })
    : runGo(["build", "-trimpath", "-o", path.join(folder, name), "."], {
        cwd: source,
        env: { GOFLAGS: "-mod=readonly -buildvcs=false" },
      });
}

/** Builds a server where it is not there yet; gives its path. Throws with the compiler's last words. */
export async function buildServer(name: ServerName): Promise<string> {
  const found = await findServer(name);
  if (found !== null) return found;
  await mkdir(servicesFolder(), { recursive: true });
  const folder = await mkdtemp(path.join(servicesFolder(), ".build-"));
  try {
    const { code, output } = await compile(name, folder);
    if (code !== 0) throw new Error(`${name} ${VERSIONS[name]} could not be built:\n${output}`);
    await rename(path.join(folder, name), binary(name));
    return binary(name);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
