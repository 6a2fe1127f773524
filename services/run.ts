/**
 * `npm run services [-- --build-only]`: builds and starts an S3 server (MinIO) and a document store (FerretDB) for
 * trials on a machine with Go, and prints the settings that make an installation use them. Ctrl-C stops them; what
 * they hold stays under CADASTRE_HOME. `npm test` builds them first (--build-only), so that the adapters are held
 * against real servers wherever Go is.
 */
import path from "node:path";
import { readConfig } from "../lib/config.ts";
import { explain } from "../lib/errors.ts";
import { writePrivate } from "../lib/instance.ts";
import { buildServer, findGo, type ServerName, servicesFolder } from "./build.ts";
import { startFerret, startMinio } from "./servers.ts";

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Builds both; what could not be built is told and left out. `npm test` goes on without it, and says what it skips. */
async function buildAll(buildOnly: boolean): Promise<Partial<Record<ServerName, string>>> {
  const built: Partial<Record<ServerName, string>> = {};
  for (const name of ["ferretdb", "minio"] as const) {
    const start = Date.now();
    try {
      built[name] = await buildServer(name);
      say(`${built[name]} (${Math.round((Date.now() - start) / 1000)} s)`);
    } catch (error) {
      if (!buildOnly) process.exitCode = 1;
      say(explain(error));
    }
  }
  return built;
}

async function main(): Promise<void> {
  const buildOnly = process.argv.includes("--build-only");
  const go = await findGo();
  if (go === null) {
    // The tests skip what they cannot run and say so; a build alone is no reason to fail there.
    if (!buildOnly) process.exitCode = 1;
    say(
      "Go is not on the PATH: no servers are built. Set S3_ENDPOINT and MONGODB_URL to servers of your own.",
    );
    return;
  }
  say(`${go}; building into ${servicesFolder()}, which takes minutes the first time`);
  const built = await buildAll(buildOnly);
  if (buildOnly) return;
  const stops: (() => Promise<void>)[] = [];
  try {
    const lines = await startAll(built, path.join(readConfig().home, "services"), stops);
    if (stops.length === 0) return;
    say(lines.join("\n"));
    await new Promise((resolve) => {
      process.once("SIGINT", resolve);
      process.once("SIGTERM", resolve);
    });
  } finally {
    for (const stop of stops.reverse()) await stop();
  }
}

/** Starts what is built, adds how to stop it to `stops`, gives the settings to use it. */
async function startAll(
  built: Partial<Record<ServerName, string>>,
  data: string,
  stops: (() => Promise<void>)[],
): Promise<string[]> {
  const lines: string[] = [];
  if (built.minio !== undefined) {
    const { settings, stop } = await startMinio(built.minio, path.join(data, "minio"));
    stops.push(stop);
    lines.push(`export S3_ENDPOINT=${settings.endpoint}`);
    lines.push(`export S3_ACCESS_KEY=${settings.accessKey} S3_SECRET_KEY=${settings.secretKey}`);
  }
  if (built.ferretdb !== undefined) {
    const { settings, stop } = await startFerret(built.ferretdb, path.join(data, "ferretdb"));
    stops.push(stop);
    lines.push(`export MONGODB_URL='${settings.url}'`);
  }
  if (lines.length === 0) return lines;
  const file = path.join(data, "environment.sh");
  await writePrivate(file, `${lines.join("\n")}\n`);
  return [...lines, `# or: . ${file}`];
}

main().catch((error: unknown) => {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
});
