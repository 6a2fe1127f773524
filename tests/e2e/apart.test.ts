/**
 * Production's way: a PostgreSQL of one's own, one server and two workers as processes apart. A file uploaded over HTTP
 * is loaded whichever worker is alive, also when one is killed.
 */
import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type EmbeddedServer, startEmbedded } from "../../lib/db/embedded.ts";
import { databaseUrl } from "../../lib/db/urls.ts";
import { runCommand, type StartedPart, startPart } from "../support/process.ts";

const ROWS = 50_000;
const WAIT_STEPS = 600;
const PASSWORD = randomBytes(12).toString("hex");

let home: string;
let database: EmbeddedServer;
let env: Record<string, string>;
let server: StartedPart;
let workers: StartedPart[] = [];

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), `cadastre-test-${process.pid}-`));
  await chmod(home, 0o755);
  database = await startEmbedded({ directory: path.join(home, "postgres"), password: PASSWORD });
  const admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
  await admin.query("create database cadastre");
  await admin.end();
  env = {
    CADASTRE_HOME: path.join(home, "home"),
    DATABASE_URL: databaseUrl(database.adminUrl, "cadastre"),
  };
  server = await startPart("server", env);
  workers = [await startPart("worker", env), await startPart("worker", env)];
});
afterAll(async () => {
  for (const part of [...workers, server]) await part?.end("SIGTERM");
  await database?.stop();
  await rm(home, { recursive: true, force: true });
});

const command = async (args: string[], input = "") => {
  const done = await runCommand(env.CADASTRE_HOME!, args, input, env);
  expect(done.code, done.stderr).toBe(0);
  return done.stdout;
};

async function runsByStatus(): Promise<Record<string, number>> {
  const client = new pg.Client({ connectionString: env.DATABASE_URL });
  await client.connect();
  const { rows } = await client.query<{ status: string; n: number }>(
    "select status, count(*)::int as n from ingest.runs group by status",
  );
  await client.end();
  return Object.fromEntries(rows.map((row) => [row.status, row.n]));
}

it("loads what the server took in, with one of two workers killed on the way", async () => {
  await command(["org", "create", "acme", "--name", "Acme"]);
  await command(
    ["user", "add", "eva@acme.example", "--org", "acme", "--role", "editor", "--password-stdin"],
    "correct horse battery staple 7",
  );
  const url = /http:\/\/\S+/.exec(server.output())![0];
  const login = await fetch(`${url}/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      email: "eva@acme.example",
      password: "correct horse battery staple 7",
      org: "acme",
    }),
  });
  const { accessToken } = (await login.json()) as { accessToken: string };
  const names = ["first", "second", "third"];
  for (const name of names) {
    const lines = Array.from({ length: ROWS }, (_, i) => `${i},${name} ${i}`).join("\n");
    const sent = await fetch(`${url}/orgs/acme/datasets/${name}/files?filename=${name}.csv&key=id`, {
      method: "POST",
      headers: { authorization: `Bearer ${accessToken}`, "content-type": "text/csv" },
      body: `id,name\n${lines}\n`,
    });
    expect(sent.status, await sent.clone().text()).toBe(202);
  }
  // One worker dies without a word, whatever it was doing.
  await workers[0]!.end("SIGKILL");
  let seen: Record<string, number> = {};
  for (let i = 0; i < WAIT_STEPS && seen.succeeded !== names.length; i++) {
    seen = await runsByStatus();
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  expect(seen).toEqual({ succeeded: names.length });
  const shown = await command(["dataset", "show", "first", "--org", "acme", "--json"]);
  expect(JSON.parse(shown)).toMatchObject({ rows: ROWS });
}, 180_000);

it("ends cleanly when asked to, the server and the workers each by themselves", async () => {
  expect(await workers[1]!.end("SIGTERM")).toBe(0);
  expect(await server.end("SIGTERM")).toBe(0);
});
