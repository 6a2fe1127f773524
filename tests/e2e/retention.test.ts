/**
 * Retention, archives, holds and erasure by the command line on a running installation: its worker does the work, and the
 * trail of the organization and of the platform verify afterwards.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runCommand, type StartedProcess, startProcess } from "../support/process.ts";

let home: string;
let running: StartedProcess;

const command = async (
  ...args: string[]
): Promise<{ code: number | null; said: unknown; stderr: string }> => {
  const { code, stdout, stderr } = await runCommand(home, [...args, "--json"]);
  return { code, said: stdout.trim() === "" ? null : (JSON.parse(stdout) as unknown), stderr };
};
const done = async (...args: string[]): Promise<unknown> => {
  const { code, said, stderr } = await command(...args);
  expect(code, stderr).toBe(0);
  return said;
};
const ORG = ["--org", "acme"];
const PEOPLE = [...ORG, "--dataset", "people"];

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), "cadastre-retention-"));
  running = await startProcess(home, { CADASTRE_DEMO: "0" });
  await done("org", "create", "acme", "--name", "Acme");
  for (const edition of [1, 2, 3]) {
    const file = path.join(home, `people-${edition}.csv`);
    await writeFile(file, `id,name\n1,Ann ${edition}\n2,Gone Person ${edition}\n`);
    await done("ingest", file, ...PEOPLE, "--key", "id");
  }
});
afterAll(async () => {
  await running?.end("SIGTERM");
  await rm(home, { recursive: true, force: true });
});

it("older versions go to an archive and come back", async () => {
  await done("audit", "seal", ...ORG);
  expect(await done("retention", "set", ...PEOPLE, "--versions", "1")).toMatchObject([
    { dataset: "people", keep_versions: 1, action: "archive" },
  ]);
  expect(await done("retention", "run", ...PEOPLE)).toMatchObject({ archived: 4, archives: 1 });
  expect(await done("archive", "list", ...ORG)).toMatchObject([
    { dataset: "people", state: "archived", row_count: "4" },
  ]);
  await done("audit", "seal", ...ORG);
  expect(await done("audit", "verify", ...ORG)).toMatchObject({ ok: true, problems: [] });
  expect(await done("archive", "attach", ...PEOPLE, "--at", "2100-01-01")).toEqual({ attached: [] });
  expect(await done("archive", "attach", ...PEOPLE)).toMatchObject({ attached: [expect.any(String)] });
  expect(await done("archive", "list", ...ORG)).toMatchObject([{ state: "attached" }]);
  expect(await done("retention", "run", ...PEOPLE)).toMatchObject({ archived: 0, refused: "attached" });
});

it("an erasure is refused while a hold is in force, then searched for, then done", async () => {
  const erase = ["erase", ...PEOPLE, "--key", '{"id": 2}', "--reason", "asked to be forgotten"];
  const hold = (await done("hold", "add", ...PEOPLE, "--reason", "case 7")) as { id: string };
  const refused = await command(...erase);
  expect(refused.code).toBe(1);
  expect(refused.said).toMatchObject({
    error: { code: "RT001", hint: expect.stringContaining("case 7") as string },
  });
  expect(await done("hold", "list", ...ORG)).toMatchObject([{ id: hold.id, dataset: "people" }]);
  await done("hold", "release", hold.id, ...ORG, "--reason", "case closed");
  expect(await done(...erase, "--dry-run")).toMatchObject({
    state: "succeeded",
    found: { rows: 1, versions: 3, files: 3 },
  });
  expect(await done(...erase)).toMatchObject({
    state: "succeeded",
    found: { rows: 1, versions: 3, files: 3, fileLines: 3 },
  });
  expect(await done(...erase, "--dry-run")).toMatchObject({ state: "succeeded", found: {} });
  for (const args of [ORG, ["--platform"]]) {
    await done("audit", "seal", ...args);
    expect(await done("audit", "verify", ...args)).toMatchObject({ ok: true, problems: [] });
  }
});
