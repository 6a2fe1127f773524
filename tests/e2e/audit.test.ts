/**
 * The audit commands on a running installation: its worker seals by itself, verification passes, an export verifies with
 * the keys that the server publishes, and after a superuser's change both say which row it was, with exit code 1.
 */
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Verdict } from "../../lib/audit/verdict.ts";
import { runCommand, type StartedProcess, startProcess } from "../support/process.ts";

let home: string;
let running: StartedProcess;
const file = (name: string): string => path.join(home, name);

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), "cadastre-audit-"));
  running = await startProcess(home, { CADASTRE_DEMO: "0" });
  const lines = Array.from({ length: 3000 }, (_, i) => `${i + 1},item ${i + 1}`);
  await writeFile(file("items.csv"), `id,name\n${lines.join("\n")}\n`);
  for (const args of [
    ["org", "create", "acme", "--name", "Acme"],
    ["ingest", file("items.csv"), "--org", "acme", "--dataset", "items", "--key", "id"],
  ]) {
    expect((await runCommand(home, args)).code).toBe(0);
  }
});
afterAll(async () => {
  await running?.end("SIGTERM");
  await rm(home, { recursive: true, force: true });
});

async function admin<T extends pg.QueryResultRow>(text: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: running.databaseUrl });
  await client.connect();
  try {
    return (await client.query<T>(text)).rows;
  } finally {
    await client.end();
  }
}

const verify = async (...args: string[]): Promise<{ code: number | null; verdict: Verdict }> => {
  const { code, stdout } = await runCommand(home, ["audit", "verify", ...args, "--json"]);
  return { code, verdict: JSON.parse(stdout) as Verdict };
};

it("the worker seals by itself within seconds", async () => {
  const leaves = async () =>
    Number(
      (await admin<{ n: string }>("select count(*) as n from audit.leaves where kind = 'change'"))[0]!.n,
    );
  for (let tries = 0; tries < 100 && (await leaves()) === 0; tries++) await pause(200);
  expect(await leaves()).toBe(1);
  expect((await stat(file("audit-keys.json"))).mode & 0o077).toBe(0);
});

it("seals now, verifies, exports, and verifies the export with the published keys", async () => {
  const sealed = await runCommand(home, ["audit", "seal", "--org", "acme", "--json"]);
  expect(sealed.code).toBe(0);
  expect(JSON.parse(sealed.stdout).size).toBeGreaterThan(2);
  const online = await verify("--org", "acme");
  expect(online).toMatchObject({
    code: 0,
    verdict: { ok: true, problems: [], versions: 3000, uncovered: 0 },
  });
  await writeFile(
    file("jwks.json"),
    await (await fetch(`${running.url}/.well-known/audit-jwks.json`)).text(),
  );
  expect((await runCommand(home, ["audit", "export", file("acme.ndjson"), "--org", "acme"])).code).toBe(0);
  // As an outsider: on a home where nothing runs.
  const elsewhere = await runCommand(file("nowhere"), [
    "audit",
    "verify",
    file("acme.ndjson"),
    "--jwks",
    file("jwks.json"),
  ]);
  expect(elsewhere.stdout).toContain("verified: everything is as it was sealed");
  expect(elsewhere.code).toBe(0);
});

it("after a superuser's change both name the row and exit with 1; a change of keys alters nothing of that", async () => {
  expect((await runCommand(home, ["audit", "keys", "rotate"])).code).toBe(0);
  await admin("alter table store_acme.items disable trigger all");
  await admin("update store_acme.items set name = 'another' where id = 1234");
  const online = await verify("--org", "acme");
  expect(online.code).toBe(1);
  expect(online.verdict.problems).toMatchObject([
    { kind: "version", what: "altered", dataset: "items", name: '1 ["1234"]' },
  ]);
  await runCommand(home, ["audit", "export", file("later.ndjson.gz"), "--org", "acme"]);
  const offline = await verify(file("later.ndjson.gz"), "--jwks", file("jwks.json"));
  expect(offline.code).toBe(1);
  expect(offline.verdict.problems).toMatchObject([{ what: "altered", name: '1 ["1234"]' }]);
  const text = await runCommand(home, ["audit", "verify", "--org", "acme"]);
  expect(text.stdout).toContain('items: the version 1 ["1234"] is not what was sealed');
});
