/** One running installation a home: a second start on the same folder is refused instead of damaging the first. */
import { mkdir, open, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { isAlive } from "../lib/db/embedded.ts";
import { AppError } from "../lib/errors.ts";

const ATTEMPTS = 2;

/** True when that process is a Node one (a number may have gone to somebody else since). */
async function isOurs(pid: number): Promise<boolean> {
  if (pid === process.pid || !isAlive(pid)) return false;
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => null);
  return command === null || /node|cadastre/.test(command);
}

/** Takes the home; returns how to give it back. Errors: AppError HOME_IN_USE. */
export async function claimHome(home: string): Promise<() => Promise<void>> {
  await mkdir(home, { recursive: true });
  const file = path.join(home, "cadastre.pid");
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      const handle = await open(file, "wx", 0o600);
      await handle.write(String(process.pid));
      await handle.close();
      return () => rm(file, { force: true });
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
      const pid = Number(await readFile(file, "utf8").catch(() => ""));
      if (await isOurs(pid)) break;
      // Left by a process that was killed.
      await rm(file, { force: true });
    }
  }
  throw new AppError("HOME_IN_USE", `an installation already runs on ${home}`, {
    hint: "Stop it first, or give another CADASTRE_HOME.",
  });
}
