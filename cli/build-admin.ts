/** Builds the back office where it has not been built since its sources changed. Run before `npm start` and `npm test`. */
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { projectRoot } from "../lib/db/urls.ts";

const admin = path.join(projectRoot, "admin");
const MAX_FILES = 10_000;

async function newest(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  let latest = 0;
  for (const entry of entries.slice(0, MAX_FILES)) {
    const file = path.join(entry.parentPath, entry.name);
    if (!entry.isFile() || file.includes(`${path.sep}dist${path.sep}`)) continue;
    latest = Math.max(latest, (await stat(file)).mtimeMs);
  }
  return latest;
}

const built = await stat(path.join(admin, "dist", "index.html")).catch(() => null);
if (!built || built.mtimeMs < (await newest(admin))) {
  const vite = await import("vite").catch(() => null);
  if (vite) {
    await vite.build({ root: admin, logLevel: "warn" });
  } else if (!built) {
    process.stderr.write(
      "The back office is not built and vite is not installed: only the APIs will answer.\n",
    );
  }
}
