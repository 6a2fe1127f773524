/**
 * SQL logins that open every connection they can get leave the platform its own. On a PostgreSQL of this test's, since
 * connections are all databases' and all tests' together.
 */
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startEmbedded } from "../../lib/db/embedded.ts";
import { prepareDatabase } from "../../lib/db/migrate.ts";
import { loginUrl } from "../../lib/db/urls.ts";
import { createLogger } from "../../lib/log.ts";

const MAX = 30;
const RESERVED = 15;
let home: string;
let server: Awaited<ReturnType<typeof startEmbedded>>;
const open: pg.Client[] = [];

async function connect(role: string): Promise<void> {
  const client = new pg.Client({ connectionString: loginUrl(server.adminUrl, role, "pass") });
  client.on("error", () => undefined);
  await client.connect();
  open.push(client);
}

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), `cadastre-test-${process.pid}-`));
  await chmod(home, 0o755);
  server = await startEmbedded({
    directory: path.join(home, "postgres"),
    password: "pass",
    settings: [`max_connections=${MAX}`, `reserved_connections=${RESERVED}`, "shared_buffers=32MB"],
  });
  await prepareDatabase(
    server.adminUrl,
    { gateway: "pass", worker: "pass", claimKey: Buffer.alloc(32, 1) },
    createLogger("silent"),
  );
  const admin = new pg.Client({ connectionString: server.adminUrl });
  await admin.connect();
  await admin.query(
    "create role login_many login noinherit password 'pass'; grant cadastre_sql to login_many with inherit true",
  );
  await admin.end();
});
afterAll(async () => {
  await Promise.all(open.map((client) => client.end().catch(() => undefined)));
  await server?.stop();
  await rm(home, { recursive: true, force: true });
});

it("the API and the worker connect while SQL logins hold all that they can get", async () => {
  let refused: unknown;
  for (let turn = 0; turn < MAX && !refused; turn++)
    await connect("login_many").catch((error) => (refused = error));
  expect(refused).toMatchObject({ code: "53300" });
  for (let turn = 0; turn < 5; turn++)
    for (const role of ["cadastre_gateway", "cadastre_worker"]) await connect(role);
  await expect(connect("login_many")).rejects.toMatchObject({ code: "53300" });
});
