/**
 * LISTEN and NOTIFY are open to every login. The channels on which the server hears are not: their names cannot be made
 * without the key of claims, so an analyst neither hears of others nor has the server do work.
 */
import { setTimeout as pause } from "node:timers/promises";
import type pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { channelOf } from "../../lib/claims.ts";
import { startTestServer, type TestServer } from "../api/support/server.ts";
import { asService } from "../support/database.ts";
import { type PlantedOrg, plantOrg } from "../support/planted.ts";
import { openSqlLogin } from "./roads.ts";

let server: TestServer;
let acme: PlantedOrg;
let globex: PlantedOrg;
let spy: pg.Client;

beforeAll(async () => {
  server = await startTestServer();
  acme = await plantOrg(server.db, "acme");
  globex = await plantOrg(server.db, "globex");
  spy = await openSqlLogin(server.db, {
    orgId: acme.id,
    slug: acme.slug,
    userId: acme.members.analyst,
    email: "analyst@acme.example",
  });
});
afterAll(async () => {
  await spy.end();
  await server.close();
});

const topics = () =>
  ["run", "runs", "changes", "ddl", "connectors", "pulls", "stream", "audit", "pipeline_runs"].flatMap(
    (kind) => [globex.id, globex.runId, globex.datasetId].map((id) => `${kind}:${id}`),
  );
const tell = (topic: string) =>
  asService(server.db, globex.id, (client) => client.query("select core.notify($1, $2)", [topic, globex.id]));

it("an SQL login that listens by an organization's ids hears nothing of what it does", async () => {
  const heard: string[] = [];
  spy.on("notification", ({ channel }) => heard.push(channel));
  for (const topic of topics()) await spy.query(`listen "${topic}"`);
  await spy.query("listen proof");
  for (const topic of topics()) await tell(topic);
  await server.db.admin.query("notify proof");
  for (let turn = 0; turn < 50 && heard.length === 0; turn++) await pause(20);
  expect(heard).toEqual(["proof"]);
  await expect(spy.query("select * from private.channels('run:x')")).rejects.toMatchObject({ code: "42501" });
});

it("the server hears what the platform tells, and nothing that a login sends under the topic's name", async () => {
  const heard: string[] = [];
  const listener = await import("../../server/listener.ts");
  const { createLogger } = await import("../../lib/log.ts");
  const ears = listener.createListener(server.db.gatewayUrl, server.db.claimKey, createLogger("silent"));
  try {
    await ears.listen(`ddl:${globex.id}`, {
      onEvent: (payload) => heard.push(payload),
      onLost: () => undefined,
    });
    await spy.query(`notify "ddl:${globex.id}", 'forged'`);
    await spy.query(`notify "${channelOf(`ddl:${globex.id}`, Buffer.alloc(32))}", 'forged'`);
    await tell(`ddl:${globex.id}`);
    for (let turn = 0; turn < 50 && heard.length === 0; turn++) await pause(20);
    expect(heard).toEqual([JSON.stringify({ id: globex.id }).replace(":", " : ")]);
  } finally {
    await ears.close();
  }
});
