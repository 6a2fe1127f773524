/**
 * The change feed: every change once and in an order that skips nothing, resumed where it was left, by pages and by
 * server-sent events; and to each reader only what they may see at that moment.
 */
import { type Client, createClient } from "graphql-ws";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { sweepOps } from "../../worker/tasks/ops__sweep.ts";
import { createPolicy } from "../sql/policies/support.ts";
import { asMember, asService, type TestOrg } from "../support/database.ts";
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

let api: StreamServer;
let acme: TestOrg;
let ownerId: string;
let owner: string;
let analyst: string;
let stranger: string;
let dataset: string;
const feeds: Feed[] = [];
const sockets: Client[] = [];
beforeAll(async () => {
  api = await startStreamServer();
  acme = await createOrg(api.db, "acme");
  const globex = await createOrg(api.db, "globex");
  ownerId = await api.member(acme, "owner@acme.example", "owner");
  await api.member(acme, "analyst@acme.example", "analyst");
  await api.member(globex, "eve@globex.example", "owner");
  dataset = await makeOrders(api, acme, ownerId);
  owner = await api.signIn("owner@acme.example");
  analyst = await api.signIn("analyst@acme.example");
  stranger = await api.signIn("eve@globex.example");
});
afterAll(async () => {
  for (const feed of feeds) feed.close();
  for (const socket of sockets) await socket.dispose();
  await api.close();
});

const CHANGES = "/orgs/acme/changes";
const send = async (events: object[]): Promise<void> => {
  const { body } = await sendTo(api, "/orgs/acme/streams/orders?wait=true", owner, ndjson(events));
  expect(body.loaded).toBe(events.length);
};
const edit = (text: string) =>
  asMember(api.db, { orgId: acme.id, userId: ownerId }, (client) => client.query(text));
/** Other databases of the same server hold changes back too while their transactions run. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 200; turn++) {
    const { rows } = await api.db.admin.query<{ all: boolean }>(
      "select not exists (select from ingest.changes where txid >= pg_snapshot_xmin(pg_current_snapshot())) as all",
    );
    if (rows[0]!.all) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("a transaction stays open");
}
async function latest(): Promise<string> {
  await settled();
  return (await get(api, `${CHANGES}?after=latest`, owner)).body.next;
}
async function open(address: string, token: string, headers = {}): Promise<Feed> {
  const feed = await follow(api, address, token, headers);
  feeds.push(feed);
  return feed;
}

describe("pages", () => {
  it("tell each change once, in order, with the rows where they are asked for", async () => {
    const start = await latest();
    await send([
      { id: 1, customer: "a", region: "EMEA", amount: 1 },
      { id: 2, customer: "b", region: "APAC", amount: 2 },
    ]);
    await send([
      { id: 1, customer: "a", region: "EMEA", amount: 5 },
      { id: 2, customer: "b", region: "APAC", amount: 2 },
    ]);
    await edit("update org_acme.orders set customer = 'c' where id = 1");
    await edit("delete from org_acme.orders where id = 2");
    await edit(`select data.restore_row('${dataset}', '{"id": 2}', 1)`);
    await settled();
    const { body } = await get(api, `${CHANGES}?after=${start}&dataset=orders&rows=true`, owner);
    const told = body.changes.map((change: { kind: string; rows: { values: object; version: number }[] }) => [
      change.kind,
      change.rows.map((row) => [row.version, ...Object.values(row.values)]),
    ]);
    expect(told).toEqual([
      [
        "load",
        [
          [1, 1, "a", "EMEA", 1],
          [1, 2, "b", "APAC", 2],
        ],
      ],
      ["load", [[2, 1, "a", "EMEA", 5]]],
      ["update", [[3, 1, "c", "EMEA", 5]]],
      ["delete", [[2, 2, "b", "APAC", 2]]],
      ["restore", [[3, 2, "b", "APAC", 2]]],
    ]);
    expect(body.changes[1]).toMatchObject({
      dataset: "orders",
      inserted: 0,
      updated: 1,
      deleted: 0,
      actorId: ownerId,
    });
    expect(body.changes[1].rows[0].changedFields).toEqual(["amount"]);

    // The same by pages of two, each continued where the one before ended.
    const paged: string[] = [];
    let after = start;
    for (let page = 0; page < 4; page++) {
      const { body: part } = await get(api, `${CHANGES}?after=${after}&limit=2`, owner);
      paged.push(...part.changes.map((change: { cursor: string }) => change.cursor));
      after = part.next;
    }
    expect(paged).toEqual(body.changes.map((change: { cursor: string }) => change.cursor));
    expect((await get(api, `${CHANGES}?after=${after}`, owner)).body).toEqual({ changes: [], next: after });
  });

  it("tell a reader who was away for longer than entries are kept that changes are gone", async () => {
    const away = await latest();
    await send([{ id: 50, amount: 1, unknown: true }]);
    await settled();
    const before = (await get(api, `${CHANGES}?after=${away}`, owner)).body;
    await send([{ id: 50, amount: 2 }]);
    await edit("update org_acme.orders set customer = 'by hand' where id = 50");
    const sweep = () => sweepOps({ pool: api.db.worker, claimKey: api.db.claimKey });
    // The run of the first batch, its entry and its step are a month old.
    const run = before.changes[0].runId;
    await api.db.admin.query(
      "update ingest.changes set changed_at = changed_at - interval '31 days' where run_id = $1",
      [run],
    );
    await api.db.admin.query(
      "update ingest.run_steps set started_at = started_at - interval '31 days' where run_id = $1",
      [run],
    );
    await sweep();
    const gone = await get(api, `${CHANGES}?after=${away}`, owner);
    expect(gone.status).toBe(410);
    expect(gone.body.error).toMatchObject({ code: "GONE", hint: expect.stringContaining("after=latest") });
    const feed = await fetch(`${api.url}${CHANGES}?after=${away}`, {
      headers: { authorization: `Bearer ${owner}`, accept: "text/event-stream" },
    });
    expect(feed.status).toBe(410);
    await settled();
    const on = await get(api, `${CHANGES}?after=${before.next}`, owner);
    expect(on.body.changes.map((change: { kind: string }) => change.kind)).toEqual(["load", "update"]);
    expect((await get(api, CHANGES, owner)).status).toBe(200);
    const left = await api.db.admin.query(
      `select (select count(*) from ingest.runs where id = $1)::int as runs,
              (select count(*) from ingest.run_steps where run_id = $1)::int as steps,
              (select count(*) from ingest.row_issues where run_id = $1)::int as issues,
              (select count(*) from private.change_keys k where not exists
                 (select from ingest.changes c where c.org_id = k.org_id and c.number = k.number))::int as keys`,
      [run],
    );
    expect(left.rows).toEqual([{ runs: 1, steps: 0, issues: 0, keys: 0 }]);
    // An edit since the last load stays however old it is: loads ask for it.
    await api.db.admin.query(
      "update ingest.changes set changed_at = changed_at - interval '31 days' where kind = 'update' and number = (select max(number) from ingest.changes)",
    );
    await api.db.admin.query(
      "update ingest.runs set finished_at = finished_at - interval '40 days', created_at = created_at - interval '40 days', started_at = started_at - interval '40 days' where status = 'succeeded'",
    );
    await sweep();
    const kinds = (await get(api, `${CHANGES}?after=${before.next}`, owner)).body.changes;
    expect(kinds.map((change: { kind: string }) => change.kind)).toContain("update");
  });

  it("bound the rows of a change", async () => {
    const start = await latest();
    await send(Array.from({ length: 20 }, (_, i) => ({ id: 100 + i, amount: i })));
    await settled();
    const { body } = await get(api, `${CHANGES}?after=${start}&rows=true&rowLimit=5`, owner);
    expect(body.changes[0]).toMatchObject({ inserted: 20, rowsTruncated: true });
    expect(body.changes[0].rows).toHaveLength(5);
  });

  it("skip nothing that commits late: what is younger than an open transaction waits for it", async () => {
    const start = await latest();
    const slow = await api.db.gateway.connect();
    const { signClaim } = await import("../../lib/claims.ts");
    const claim = signClaim({ kind: "user", orgId: acme.id, userId: ownerId }, api.db.claimKey);
    await slow.query("begin");
    await slow.query(
      "select set_config('cadastre.claim', $1, true), set_config('role', 'cadastre_user', true)",
      [claim],
    );
    // Its change is made first, and seen last.
    await slow.query("insert into org_acme.orders (id, amount) values (200, 1)");
    await edit("insert into org_acme.orders (id, amount) values (201, 1)");
    const waiting = await get(api, `${CHANGES}?after=${start}`, owner);
    expect(waiting.body).toEqual({ changes: [], next: start });
    const feed = await open(`${CHANGES}?after=${start}&rows=true`, owner);
    await slow.query("commit");
    slow.release();
    const seen = [await feed.next(), await feed.next()];
    expect(seen.map((event) => event!.data.rows[0].values.id)).toEqual([200, 201]);
    await settled();
    const { body } = await get(api, `${CHANGES}?after=${start}`, owner);
    expect(body.changes.map((change: { cursor: string }) => change.cursor)).toEqual(
      seen.map((event) => event!.id),
    );
    feed.close();
  });

  it("are refused where the request is wrong or the reader may not", async () => {
    expect((await get(api, `${CHANGES}?after=x`, owner)).body.error.code).toBe("BAD_INPUT");
    expect((await get(api, `${CHANGES}?limit=1001`, owner)).body.error.code).toBe("BAD_INPUT");
    expect((await get(api, `${CHANGES}?dataset=nothing`, owner)).status).toBe(404);
    expect((await get(api, CHANGES, stranger)).status).toBe(404);
    expect((await get(api, "/orgs/globex/changes", stranger)).body.changes).toEqual([]);
    expect((await fetch(api.url + CHANGES)).status).toBe(401);
  });
});

describe("server-sent events", () => {
  it("tell changes as they happen and go on after the last one that was seen", async () => {
    const feed = await open(`${CHANGES}?rows=true`, owner);
    expect(feed.status).toBe(200);
    await send([{ id: 301, amount: 1 }]);
    const first = await feed.next();
    expect(first).toMatchObject({ event: "change", data: { kind: "load", rows: [{ values: { id: 301 } }] } });
    feed.close();
    // While nobody listens.
    await send([{ id: 302, amount: 1 }]);
    await edit("update org_acme.orders set amount = 2 where id = 302");
    const again = await open(`${CHANGES}?rows=true`, owner, { "last-event-id": first!.id! });
    expect((await again.next())!.data).toMatchObject({ kind: "load", rows: [{ values: { id: 302 } }] });
    expect((await again.next())!.data).toMatchObject({ kind: "update" });
    again.close();
  });

  it("end with the membership", async () => {
    const userId = await api.member(acme, "leaver@acme.example", "viewer");
    const feed = await open(CHANGES, await api.signIn("leaver@acme.example"));
    await edit("update org_acme.orders set amount = 3 where id = 302");
    expect(await feed.next()).toMatchObject({ event: "change" });
    await asMember(api.db, { orgId: acme.id, userId: ownerId }, (client) =>
      client.query("select access.remove_member($1)", [userId]),
    );
    await edit("update org_acme.orders set amount = 4 where id = 302");
    expect(await feed.next()).toMatchObject({ event: "end" });
    expect(await feed.next()).toBeNull();
  });

  it("are bounded for each reader", async () => {
    const many = await Promise.all(Array.from({ length: 21 }, () => open(CHANGES, analyst)));
    expect(many.map((feed) => feed.status).sort()).toEqual([...Array.from({ length: 20 }, () => 200), 503]);
    for (const feed of many) feed.close();
  });
});

describe("an analyst under a filter and a mask", () => {
  it("gets of each change only the rows and values that are theirs to see, from the moment the policy is there", async () => {
    const boss = { orgId: acme.id, userId: ownerId };
    const start = await latest();
    await send([
      { id: 401, customer: "secret", region: "EMEA", amount: 1 },
      { id: 402, customer: "secret", region: "APAC", amount: 2 },
    ]);
    await settled();
    const rowsFor = async (token: string) => {
      const { body } = await get(api, `${CHANGES}?after=${start}&rows=true`, token);
      return body.changes[0].rows.map((row: { values: { id: number; customer: string } }) => [
        row.values.id,
        row.values.customer,
      ]);
    };
    expect(await rowsFor(analyst)).toHaveLength(2);
    await createPolicy(api.db, boss, {
      name: "emea",
      kind: "row_filter",
      condition: { eq: [{ row: "region" }, "EMEA"] },
      datasets: [dataset],
      roles: ["analyst"],
    });
    await asMember(api.db, boss, (client) =>
      client.query("select data.set_protection($1, fields => $2)", [dataset, '{"customer": ["pii"]}']),
    );
    await createPolicy(api.db, boss, {
      name: "pii",
      kind: "mask",
      mask: { kind: "null" },
      tags: ["pii"],
      roles: ["analyst"],
    });
    expect(await rowsFor(analyst)).toEqual([[401, null]]);
    expect(await rowsFor(owner)).toEqual([
      [401, "secret"],
      [402, "secret"],
    ]);
  });
});

describe("the GraphQL subscription", () => {
  it("says which dataset changed, to its own organization alone", async () => {
    const connect = (token: string): Client => {
      const client = createClient({
        url: `${api.url.replace("http", "ws")}/graphql`,
        webSocketImpl: WebSocket,
        retryAttempts: 0,
        connectionParams: { authorization: `Bearer ${token}` },
      });
      sockets.push(client);
      return client;
    };
    const query = "subscription { datasetsChanged { datasetId dataset { name } } }";
    const mine = connect(owner).iterate({ query });
    const theirs = connect(stranger).iterate({ query });
    const [heard, silent] = [mine.next(), theirs.next()];
    // A subscription has no "ready" message, so the news is repeated until it is heard.
    const repeat = setInterval(() => {
      void asService(api.db, acme.id, (client) =>
        client.query("select core.notify('changes:' || $1, $2)", [acme.id, dataset]),
      );
    }, 50);
    expect((await heard).value.data).toEqual({
      datasetsChanged: { datasetId: dataset, dataset: { name: "orders" } },
    });
    const other = await Promise.race([silent, new Promise((resolve) => setTimeout(resolve, 300, "nothing"))]);
    clearInterval(repeat);
    expect(other).toBe("nothing");
  });
});
