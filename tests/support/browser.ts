/**
 * A Chromium for browser tests: the system's where there is one, else the one inside @sparticuz/chromium, unpacked
 * once per machine. CHROMIUM names another.
 */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Browser, chromium } from "playwright-core";

const SYSTEM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome-stable"];
const NSS = ["/usr/lib/x86_64-linux-gnu", "/lib/x86_64-linux-gnu", "/usr/lib64", "/lib64", "/usr/lib"];
const FONTS = ["/usr/share/fonts", "/usr/local/share/fonts"];

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
  "--font-render-hinting=none",
];

interface Executable {
  file: string;
  env: Record<string, string>;
}

/** Sets variables for the time of one call: what the package reads must not reach PostgreSQL, started beside it. */
async function withEnvironment<T>(variables: Record<string, string>, work: () => Promise<T>): Promise<T> {
  const before = { ...process.env };
  Object.assign(process.env, variables);
  try {
    return await work();
  } finally {
    for (const name of Object.keys(process.env)) {
      const value = before[name];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}

/** Unpacks into a folder of its own, then renames it: a run at the same time finds all of it or nothing. */
async function unpack(): Promise<string> {
  const folder = path.join(tmpdir(), "cadastre-chromium");
  if (existsSync(folder)) return folder;
  await mkdir(tmpdir(), { recursive: true });
  const fresh = await mkdtemp(path.join(tmpdir(), "cadastre-chromium-"));
  // The runtime's name makes the package unpack the libraries that a bare machine lacks.
  await withEnvironment({ TMPDIR: fresh, AWS_LAMBDA_JS_RUNTIME: "nodejs22.x" }, async () => {
    const { default: packed } = await import("@sparticuz/chromium");
    await packed.executablePath();
  });
  await rename(fresh, folder).catch(() => rm(fresh, { recursive: true, force: true }));
  return folder;
}

async function findExecutable(): Promise<Executable> {
  const system = [process.env.CHROMIUM ?? "", ...SYSTEM].find((file) => file !== "" && existsSync(file));
  if (system) return { file: system, env: {} };
  const folder = await unpack();
  const env: Record<string, string> = {};
  if (!NSS.some((place) => existsSync(path.join(place, "libnss3.so")))) {
    env.LD_LIBRARY_PATH = path.join(folder, "al2023", "lib");
  }
  if (!FONTS.some((place) => existsSync(place))) env.FONTCONFIG_PATH = path.join(folder, "fonts");
  return { file: path.join(folder, "chromium"), env };
}

export async function launchBrowser(): Promise<Browser> {
  const { file, env } = await findExecutable();
  return chromium.launch({
    executablePath: file,
    args: FLAGS,
    headless: true,
    env: { ...(process.env as Record<string, string>), ...env },
  });
}
