/**
 * Connect, discover, read, fail, understand, repair: on an installation as a person runs it, by its command line. The
 * source is a database of the installation's own PostgreSQL, which the installation allows by its setting.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runCommand, type StartedProcess, startProcess } from "../support/process.ts";

let home: string;
let running: StartedProcess;
let shop: pg.Client;
let settings: string[];
let printed = "";
const ENVIRONMENT = { CADASTRE_DEMO: "0", CADASTRE_OUTBOUND_ALLOW: "127.0.0.1/32", LOG_LEVEL: "debug" };
const PASSWORD = "pa55-of-the-source";

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), "cadastre-home-"));
  running = await startProcess(home, ENVIRONMENT);
  const admin = new pg.Client({ connectionString: running.databaseUrl });
  await admin.connect();
  await admin.query(`create role shop_reader login password '${PASSWORD}'`);
  await admin.query("create database shop");
  await admin.end();
  const url = new URL(running.databaseUrl);
  url.pathname = "/shop";
  shop = new pg.Client({ connectionString: url.href });
  await shop.connect();
  await shop.query(
    `create table orders (id int primary key, total numeric, changed_at timestamptz);
     insert into orders select n, n * 1.5, timestamptz '2026-01-01' + n * interval '1 hour' from generate_series(1, 1000) n;
     grant select on orders to shop_reader`,
  );
  settings = [
    "--set",
    "host=127.0.0.1",
    "--set",
    `port=${url.port}`,
    "--set",
    "database=shop",
    "--set",
    "user=shop_reader",
    "--set",
    "tls=off",
  ];
});
afterAll(async () => {
  await shop?.end().catch(() => undefined);
  await running?.end("SIGTERM");
  await rm(home, { recursive: true, force: true });
});

async function cadastre(
  args: string[],
  stdin = "",
): Promise<{ code: number | null; out: Record<string, unknown> & { [key: string]: never }; stderr: string }> {
  const { code, stdout, stderr } = await runCommand(home, [...args, "--json"], stdin);
  return { code, out: JSON.parse(stdout), stderr };
}

it("connect with a wrong password, understand, repair, discover, read, read what is new", async () => {
  expect((await cadastre(["org", "create", "acme", "--name", "Acme"])).code).toBe(0);
  const created = await cadastre(
    ["connector", "create", "shop", "--org", "acme", "--kind", "postgres", ...settings, "--secret-stdin"],
    "wrong-password\n",
  );
  expect(created).toMatchObject({
    code: 0,
    out: { name: "shop", kind: "postgres", has_secret: true, settings: { tls: "off" } },
  });
  const failed = await cadastre(["connector", "test", "shop", "--org", "acme"]);
  expect(failed).toMatchObject({ code: 1, out: { status: "failed", error: { code: "SOURCE_AUTH" } } });
  expect(failed.stderr).toContain("Check user and password");
  const file = path.join(home, "secret.txt");
  await writeFile(file, `${PASSWORD}\n`, { mode: 0o600 });
  expect((await cadastre(["connector", "alter", "shop", "--org", "acme", "--secret-file", file])).code).toBe(
    0,
  );
  expect(await cadastre(["connector", "test", "shop", "--org", "acme"])).toMatchObject({
    code: 0,
    out: { status: "succeeded" },
  });
  const found = await cadastre(["connector", "discover", "shop", "--org", "acme"]);
  expect(found.out.result).toMatchObject({
    found: [{ name: "public.orders", key: ["id"], selection: { table: "public.orders" } }],
  });
  const source = [
    "source",
    "create",
    "orders",
    "--org",
    "acme",
    "--connector",
    "shop",
    "--set",
    "table=public.orders",
    "--set",
    "cursorField=changed_at",
    "--how",
    "incremental",
    "--key",
    "id",
    "--mode",
    "upsert",
  ];
  expect(await cadastre(source)).toMatchObject({
    code: 0,
    out: { dataset_name: "orders", how: "incremental" },
  });
  const first = await cadastre(["source", "pull", "orders", "--org", "acme"]);
  expect(first).toMatchObject({
    code: 0,
    out: { status: "succeeded", files: 1, runs: [{ status: "succeeded", inserted: 1000 }] },
  });
  await shop.query("update orders set total = 0, changed_at = '2027-01-01' where id <= 10");
  expect(await cadastre(["source", "pull", "orders", "--org", "acme"])).toMatchObject({
    code: 0,
    out: { runs: [{ read: 11, updated: 10, unchanged: 1 }] },
  });
  expect(await cadastre(["source", "pull", "orders", "--org", "acme"])).toMatchObject({
    code: 0,
    out: { files: 0, runs: [] },
  });
  const range = await cadastre([
    "source",
    "pull",
    "orders",
    "--org",
    "acme",
    "--from",
    "2026-01-02",
    "--to",
    "2026-01-03",
  ]);
  expect(range).toMatchObject({ code: 0, out: { runs: [{ read: 24, unchanged: 24 }] } });
});

it("lists, pauses, refuses, drops; every refusal says what to do", async () => {
  expect((await cadastre(["source", "list", "--org", "acme"])).out).toMatchObject([
    { name: "orders", connector: "shop", last_status: "succeeded" },
  ]);
  expect((await cadastre(["connector", "list", "--org", "acme"])).out).toMatchObject([
    { name: "shop", status: "ok" },
  ]);
  await cadastre(["source", "pause", "orders", "--org", "acme"]);
  expect(await cadastre(["source", "pull", "orders", "--org", "acme"])).toMatchObject({
    code: 1,
    out: { error: { code: "IN087" } },
  });
  await cadastre(["source", "resume", "orders", "--org", "acme"]);
  expect(await cadastre(["connector", "drop", "shop", "--org", "acme"])).toMatchObject({
    code: 1,
    out: { error: { code: "IN083" } },
  });
  // The way to another host takes the secret away.
  expect(
    (await cadastre(["connector", "alter", "shop", "--org", "acme", "--set", "host=127.0.0.2"])).out,
  ).toMatchObject({ has_secret: false });
  expect(await cadastre(["connector", "test", "shop", "--org", "acme"])).toMatchObject({
    code: 1,
    out: { error: { code: "SOURCE_AUTH" } },
  });
  await cadastre(["connector", "alter", "shop", "--org", "acme", "--secret-stdin"], PASSWORD);
  expect(await cadastre(["connector", "test", "shop", "--org", "acme"])).toMatchObject({
    code: 1,
    out: { error: { code: "SOURCE_REFUSED", hint: expect.stringContaining("CADASTRE_OUTBOUND_ALLOW") } },
  });
  expect((await cadastre(["source", "drop", "orders", "--org", "acme"])).code).toBe(0);
  expect((await cadastre(["connector", "drop", "shop", "--org", "acme"])).code).toBe(0);
});

it("kill -9 while a source is read: the next start reads again, and each row is there once", async () => {
  const rows = Array.from({ length: 500 }, (_, n) => `${n},x\n`).join("");
  let asked = 0;
  const server = createServer((_request, response) => {
    asked++;
    response.writeHead(200, { "content-type": "text/csv" });
    response.write("id,v\n");
    if (asked === 1) return;
    response.end(rows);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    await cadastre([
      "connector",
      "create",
      "web",
      "--org",
      "acme",
      "--kind",
      "http",
      "--set",
      `baseUrl=${base}`,
    ]);
    await cadastre([
      "source",
      "create",
      "slow",
      "--org",
      "acme",
      "--connector",
      "web",
      "--set",
      "paths=slow.csv",
      "--mode",
      "append",
    ]);
    await cadastre(["source", "pull", "slow", "--org", "acme", "--no-wait"]);
    for (let turn = 0; turn < 300 && asked === 0; turn++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect(asked).toBe(1);
    printed += running.output();
    await shop.end();
    await running.end("SIGKILL");
    running = await startProcess(home, ENVIRONMENT);
    const admin = new pg.Client({ connectionString: running.databaseUrl });
    await admin.connect();
    const ended = async (): Promise<object[]> =>
      (
        await admin.query(
          `select p.status, r.status as run, r.inserted_rows::int as inserted
             from ingest.source_pulls p left join ingest.runs r on r.id = any (p.run_ids)
            where p.source_id = (select id from ingest.sources where name = 'slow')`,
        )
      ).rows;
    const wanted = [{ status: "succeeded", run: "succeeded", inserted: 500 }];
    for (let turn = 0; turn < 600 && JSON.stringify(await ended()) !== JSON.stringify(wanted); turn++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(await ended()).toEqual(wanted);
    await admin.end();
    expect(asked).toBe(2);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

it("presets are connectors and sources with what is told filled in", async () => {
  expect((await cadastre(["connector", "presets"])).out).toMatchObject([
    { name: "github-issues" },
    { name: "socrata-dataset" },
    { name: "stripe-list" },
    { name: "worldbank-indicator" },
  ]);
  expect(
    await cadastre(
      ["connector", "create", "issues", "--org", "acme", "--preset", "github-issues", "--secret-stdin"],
      "a-token",
    ),
  ).toMatchObject({ code: 0, out: { kind: "rest", has_secret: true } });
  expect(
    await cadastre([
      "source",
      "create",
      "issues",
      "--org",
      "acme",
      "--connector",
      "issues",
      "--preset",
      "github-issues",
      "--set",
      "owner=a",
    ]),
  ).toMatchObject({ code: 1, out: { error: { field: "repository" } } });
  const made = await cadastre([
    "source",
    "create",
    "issues",
    "--org",
    "acme",
    "--connector",
    "issues",
    "--preset",
    "github-issues",
    "--set",
    "owner=postgres",
    "--set",
    "repository=postgres",
  ]);
  expect(made).toMatchObject({
    code: 0,
    out: {
      how: "incremental",
      selection: { path: "repos/postgres/postgres/issues", cursor: { field: "updated_at" } },
    },
  });
});

it("nothing that the processes printed holds a secret", () => {
  for (const secret of [PASSWORD, "wrong-password", "a-token"])
    expect(printed + running.output()).not.toContain(secret);
});
