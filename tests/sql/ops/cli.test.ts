/** The command line over webhooks and the change feed, as processes of their own against the test's database. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { asMember, createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { runCommand } from "../../support/process.ts";
import { createStaff, type Staff } from "../access/support.ts";

let db: TestDatabase;
let acme: Staff;
let home: string;
beforeAll(async () => {
  db = await createTestDatabase();
  acme = await createStaff(db, "acme");
  await asMember(db, { orgId: acme.id, userId: acme.people.owner }, async (client) => {
    await client.query(`select data.create_dataset('orders', '[{"name": "id", "type": "integer"}]', '{id}')`);
    await client.query("insert into org_acme.orders (id) values (1)");
  });
  home = await mkdtemp(path.join(tmpdir(), "cadastre-cli-"));
  const { gateway, worker, claimKey } = inject("cluster");
  await writeFile(
    path.join(home, "secrets.json"),
    JSON.stringify({ superuser: "-", gateway, worker, claimKey }),
  );
});
afterAll(async () => {
  await rm(home, { recursive: true, force: true });
  await db.drop();
});

const cadastre = (line: string) => runCommand(home, line.split(" "), "", { DATABASE_URL: db.adminUrl });
async function json<T>(line: string): Promise<T> {
  const done = await cadastre(`${line} --json`);
  expect(done, line).toMatchObject({ code: 0 });
  return JSON.parse(done.stdout) as T;
}

it("makes, renews, tests, replays and removes a webhook", async () => {
  const made = await json<{ id: string; secret: string }>(
    "webhook add --org acme --url https://hooks.example/x --events run.failed,dataset.changed --dataset orders",
  );
  expect(made.secret).toMatch(/^whsec_/);
  const renewed = await json<{ secret: string }>(`webhook rotate ${made.id} --org acme --hours 1`);
  expect(renewed.secret).not.toBe(made.secret);
  const sent = await json<{ delivery: string; message: string }>(`webhook test ${made.id} --org acme`);
  expect(await json(`webhook deliveries ${made.id} --org acme`)).toMatchObject([
    { id: sent.delivery, event_kind: "webhook.test", status: "pending" },
  ]);
  expect(await cadastre(`webhook replay ${sent.delivery} --org acme`)).toMatchObject({ code: 1 });
  await db.admin.query("update ops.webhook_deliveries set status = 'failed', finished_at = now()");
  expect(await json(`webhook replay ${sent.delivery} --org acme`)).toMatchObject({ message: sent.message });
  expect(await json("webhook list --org acme")).toMatchObject([{ id: made.id, active: true }]);
  await json(`webhook remove ${made.id} --org acme`);
  expect(await cadastre(`webhook remove ${made.id} --org acme`)).toMatchObject({ code: 1 });
});

it("reads the change feed after a cursor", async () => {
  let all: { changes: { cursor: string; kind: string }[]; next: string } = { changes: [], next: "" };
  // Transactions of other databases of the server hold changes back while they run.
  for (let turn = 0; turn < 20 && all.changes.length === 0; turn++) all = await json("changes --org acme");
  expect(all.changes).toMatchObject([{ dataset: "orders", kind: "insert", inserted: 1 }]);
  expect(await json(`changes --org acme --dataset orders --after ${all.next}`)).toEqual({
    changes: [],
    next: all.next,
  });
});
