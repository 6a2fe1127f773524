/** The PostgreSQL that comes with the product: it keeps its port from start to start, and one that is killed comes back. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { expect, it } from "vitest";
import { startEmbedded } from "../../lib/db/embedded.ts";

const SMALL = ["shared_buffers=16MB", "max_connections=10", "reserved_connections=0", "fsync=off"];

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => undefined);
  try {
    await client.connect();
    await client.query("select from kept");
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

it("keeps its port, and is started again when something kills it, but not when it is stopped", async () => {
  const home = await mkdtemp(path.join(tmpdir(), "cadastre-embedded-"));
  const directory = path.join(home, "postgres");
  const lost: string[] = [];
  const options = { directory, password: "x", settings: SMALL, onLost: (how: string) => void lost.push(how) };
  try {
    const first = await startEmbedded(options);
    const client = new pg.Client({ connectionString: first.adminUrl });
    await client.connect();
    await client.query("create table kept (id int)");
    await client.end();
    await first.stop();
    expect(lost).toEqual([]);

    const second = await startEmbedded(options);
    expect(second.port).toBe(first.port);
    const pid = Number((await readFile(path.join(directory, "postmaster.pid"), "utf8")).split("\n")[0]);
    process.kill(pid, "SIGKILL");
    for (let turn = 0; turn < 300 && !(lost.length > 0 && (await answers(second.adminUrl))); turn++)
      await pause(100);
    expect(lost[0]).toContain("started again");
    expect(await answers(second.adminUrl)).toBe(true);
    await second.stop();
    expect(await answers(second.adminUrl)).toBe(false);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
});
