/**
 * What one organization, person or connection can take from the others: open feeds, sockets, slow and large bodies, files
 * being sent; and that a reader who stops reading holds nobody up. Over real sockets.
 */

import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import express from "express";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { createTokens } from "../../server/auth/tokens.ts";
import { refuseSlowBodies } from "../../server/http/slow-bodies.ts";
import { asMember, type TestOrg } from "../support/database.ts";
import { createOrg } from "./support/server.ts";
import {
  type Feed,
  follow,
  get,
  makeOrders,
  ndjson,
  type StreamServer,
  sendTo,
  startStreamServer,
} from "./support/streaming.ts";

const OWNER = "owner@acme.example";
const MOST_EACH = 20;
const MOST_ORGANIZATION = 200;
const MOST_SOCKETS = 50;
const MOST_FILES = 50;
const BODY_BYTES = 16 * 1024 * 1024;
const MOST_BODIES = 6;

let api: StreamServer;
let acme: TestOrg;
let ownerId: string;
let owner: string;
let stranger: string;
const feeds: Feed[] = [];
const sockets: Socket[] = [];

beforeAll(async () => {
  api = await startStreamServer();
  acme = await createOrg(api.db, "acme");
  const globex = await createOrg(api.db, "globex");
  ownerId = await api.member(acme, OWNER, "owner");
  const eve = await api.member(globex, "eve@globex.example", "owner");
  await makeOrders(api, acme, ownerId);
  await makeOrders(api, globex, eve);
  owner = await api.signIn(OWNER);
  stranger = await api.signIn("eve@globex.example");
});
afterAll(async () => {
  for (const feed of feeds) feed.close();
  for (const socket of sockets) socket.destroy();
  await api.close();
});

const edit = (text: string) =>
  asMember(api.db, { orgId: acme.id, userId: ownerId }, (client) => client.query(text));

async function open(address: string, token: string): Promise<Feed> {
  const feed = await follow(api, address, token);
  feeds.push(feed);
  return feed;
}

/** A session more of the owner's; signing in so often would be refused. */
async function anotherSession(): Promise<string> {
  const { rows } = await api.db.admin.query<{ id: string }>(
    `insert into private.sessions (org_id, user_id, method, expires_at)
     values ($1, $2, 'password', now() + interval '1 hour') returning id`,
    [acme.id, ownerId],
  );
  const identity = { kind: "user", orgId: acme.id, userId: ownerId, sessionId: rows[0]!.id } as const;
  return createTokens(api.keys, "cadastre").sign(identity);
}

/** A connection on which a request was begun; what comes back is kept as text. */
async function begin(head: string[], body = "", url = api.url): Promise<{ socket: Socket; text(): string }> {
  const { port } = new URL(url);
  const socket = connect(Number(port), "127.0.0.1");
  sockets.push(socket);
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk.toString();
  });
  socket.on("error", () => undefined);
  await once(socket, "connect");
  socket.write(`${head.join("\r\n")}\r\nhost: 127.0.0.1\r\n\r\n${body}`);
  return { socket, text: () => text };
}

async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 400; turn++) {
    if (await check()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("it did not come to that");
}

describe("change feeds", () => {
  it("hold nobody up when a reader stops reading, who misses nothing when they go on", async () => {
    const lazy = await begin([
      "GET /orgs/acme/changes?rows=true HTTP/1.1",
      `authorization: Bearer ${owner}`,
      "accept: text/event-stream",
    ]);
    await until(() => lazy.text().includes("retry:"));
    lazy.socket.pause();
    const awake = await open("/orgs/acme/changes?rows=true", owner);
    const ids = Array.from({ length: 60 }, (_, i) => i + 1);
    // More than the connection's buffers hold.
    for (const id of ids) {
      await edit(`insert into org_acme.orders (id, customer) values (${id}, repeat('x', 150000))`);
    }
    const told: number[] = [];
    while (told.length < ids.length) told.push((await awake.next())!.data.rows[0].values.id);
    expect(told).toEqual(ids);
    lazy.socket.resume();
    const read = () => [...lazy.text().matchAll(/"values" : \{"id":(\d+)/g)].map((match) => Number(match[1]));
    await until(() => read().length >= ids.length);
    expect(read()).toEqual(ids);
    lazy.socket.destroy();
    awake.close();
  });

  it("tell all who wait for another transaction's end at its end, and nobody before", async () => {
    const many = await Promise.all(Array.from({ length: 5 }, () => open("/orgs/acme/changes", owner)));
    const other = await api.db.admin.connect();
    try {
      await other.query("begin; select pg_current_xact_id()");
      await edit("insert into org_acme.orders (id) values (1001)");
      let early = false;
      const first = many[0]!.next().then((event) => {
        early = true;
        return event;
      });
      // Changes behind an open transaction are there, and are not shown.
      const hidden = await api.db.admin.query(
        "select from ingest.changes where changed_at > now() - interval '1 minute'",
      );
      expect(hidden.rowCount).toBeGreaterThan(0);
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(early).toBe(false);
      await other.query("commit");
      const events = await Promise.all([first, ...many.slice(1).map((feed) => feed.next())]);
      expect(events.map((event) => event!.data.kind)).toEqual(Array.from({ length: 5 }, () => "insert"));
    } finally {
      other.release();
      for (const feed of many) feed.close();
    }
  });

  it("are bounded for an organization, with room for the others", async () => {
    const tokens = await Promise.all(
      Array.from({ length: MOST_ORGANIZATION / MOST_EACH + 1 }, () => anotherSession()),
    );
    // Those that were just closed may still count for a moment.
    const opened: Feed[] = [];
    for (const token of tokens.slice(0, -1)) {
      const wanted = opened.length + MOST_EACH;
      await until(async () => {
        const lacking = Array.from({ length: wanted - opened.length }, () =>
          open("/orgs/acme/changes", token),
        );
        opened.push(...(await Promise.all(lacking)).filter((feed) => feed.status === 200));
        return opened.length === wanted;
      });
    }
    expect(opened).toHaveLength(MOST_ORGANIZATION);
    const headers = { authorization: `Bearer ${tokens.at(-1)}`, accept: "text/event-stream" };
    const refused = await fetch(`${api.url}/orgs/acme/changes`, { headers });
    expect(refused.status).toBe(503);
    expect(((await refused.json()) as { error: object }).error).toMatchObject({
      code: "BUSY",
      message: "too many change feeds are open",
      hint: expect.stringContaining(`An organization may have ${MOST_ORGANIZATION}`),
    });
    // Pages, and others, are served.
    expect((await get(api, "/orgs/acme/changes", owner)).status).toBe(200);
    expect((await open("/orgs/globex/changes", stranger)).status).toBe(200);
    for (const feed of feeds) feed.close();
  });
});

describe("sockets", () => {
  async function ask(token: string): Promise<{ socket: WebSocket; said: string }> {
    const socket = new WebSocket(`${api.url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
    await once(socket, "open");
    const said = new Promise<string>((resolve) => {
      socket.once("message", (message) => resolve(String(message)));
      socket.once("close", (code, reason) => resolve(`${code} ${reason}`));
    });
    socket.send(JSON.stringify({ type: "connection_init", payload: { authorization: `Bearer ${token}` } }));
    return { socket, said: await said };
  }

  it("are bounded for each session, and another takes their place when they close", async () => {
    const many = await Promise.all(Array.from({ length: MOST_SOCKETS + 1 }, () => ask(owner)));
    const refused = many.filter(({ said }) => !said.includes("connection_ack"));
    expect(refused.map(({ said }) => said)).toEqual([
      `4429 one session may have ${MOST_SOCKETS} sockets open; close some`,
    ]);
    expect((await ask(stranger)).said).toContain("connection_ack");
    for (const { socket } of many) socket.terminate();
    await until(async () => (await ask(owner)).said.includes("connection_ack"));
  });
});

describe("bodies", () => {
  it("that are being sent to streams are bounded for an organization, before a byte is read", async () => {
    const slow = await Promise.all(
      Array.from({ length: MOST_BODIES + 1 }, () =>
        begin(
          [
            "POST /orgs/acme/streams/orders HTTP/1.1",
            `authorization: Bearer ${owner}`,
            `content-length: ${BODY_BYTES}`,
          ],
          "{",
        ),
      ),
    );
    const send = (org: string, token: string) =>
      sendTo(api, `/orgs/${org}/streams/orders`, token, ndjson([{ id: 1 }]));
    // All but one are read; from then on there is no room for more.
    await until(() => slow.filter((one) => one.text().startsWith("HTTP/1.1 503")).length === 1);
    expect((await send("acme", owner)).body.error).toMatchObject({
      code: "BUSY",
      message: "too much of your organization is being sent at this moment",
      hint: expect.stringContaining("smaller requests"),
    });
    expect((await send("globex", stranger)).status).toBe(202);
    for (const { socket } of slow) socket.destroy();
    await until(async () => (await send("acme", owner)).status === 202);
  });

  it("of files are bounded by their number for an organization", async () => {
    const slow = await Promise.all(
      Array.from({ length: MOST_FILES + 1 }, () =>
        begin(
          [
            "POST /orgs/acme/datasets/orders/files HTTP/1.1",
            `authorization: Bearer ${owner}`,
            "content-length: 1000000",
          ],
          "id\n",
        ),
      ),
    );
    const upload = async (org: string, token: string) => {
      const response = await fetch(`${api.url}/orgs/${org}/datasets/orders/files?force=true`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}` },
        body: "id\n1\n",
      });
      return { status: response.status, body: (await response.json()) as { error: object } };
    };
    // One of them waits, and so does whoever comes once all have begun; nobody else does.
    let late = upload("acme", owner);
    await until(async () => {
      const through = await Promise.race([late.then(() => true), delay(300).then(() => false)]);
      if (through) late = upload("acme", owner);
      return !through;
    });
    expect((await upload("globex", stranger)).status).toBe(202);
    for (const { socket } of slow) socket.destroy();
    expect((await late).status).toBe(202);
  });

  it("that trickle are refused when their time is over, and whole ones are not", async () => {
    const app = express();
    app.use(refuseSlowBodies(400), express.json(), (request, response) => void response.json(request.body));
    const server: Server = createServer(app).listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const head = ["POST /graphql HTTP/1.1", "content-type: application/json", "content-length: 11"];
      const slow = await begin(head, '{"a":', url);
      const ended = once(slow.socket, "close");
      const trickle = setInterval(() => slow.socket.write(" "), 150);
      await ended;
      clearInterval(trickle);
      expect(slow.text()).toContain("408 Request Timeout");
      expect(slow.text()).toContain('"code":"TOO_SLOW"');
      const whole = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: '{"a":1}',
      });
      expect(await whole.json()).toEqual({ a: 1 });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

describe("questions that take long", () => {
  it("of one organization leave connections to the others", async () => {
    const blocker = await api.db.admin.connect();
    await blocker.query("begin");
    await blocker.query("lock table ingest.runs in access exclusive mode");
    // Fifty fields of one request, each of which waits for the table.
    const fields = Array.from({ length: 50 }, (_, n) => `a${n}: runs(first: ${n + 1}) { nodes { id } }`);
    const slow = api.graphql("/graphql", owner, `{ ${fields.join(" ")} }`);
    try {
      await delay(300);
      const answer = await api.graphql("/graphql", stranger, "{ datasets { nodes { name } } }");
      expect(answer.errors).toBeUndefined();
      expect(answer.data.datasets.nodes.length).toBeGreaterThan(0);
    } finally {
      await blocker.query("rollback");
      blocker.release();
    }
    const done = await slow;
    expect(done.errors).toBeUndefined();
    expect(Object.keys(done.data)).toHaveLength(50);
  });
});
