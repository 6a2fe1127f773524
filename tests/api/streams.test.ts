/** POST /orgs/:slug/streams/:dataset: what is taken, what is told of each event, and what is refused. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeApiKey } from "../isolation/roads.ts";
import { asMember, type TestOrg } from "../support/database.ts";
import { createOrg } from "./support/server.ts";
import { makeOrders, ndjson, type StreamServer, sendTo, startStreamServer } from "./support/streaming.ts";

let api: StreamServer;
let acme: TestOrg;
let editorId: string;
let editor: string;
let viewer: string;
let stranger: string;
beforeAll(async () => {
  api = await startStreamServer();
  acme = await createOrg(api.db, "acme");
  const globex = await createOrg(api.db, "globex");
  editorId = await api.member(acme, "editor@acme.example", "editor");
  await api.member(acme, "viewer@acme.example", "viewer");
  await api.member(globex, "eve@globex.example", "owner");
  await makeOrders(api, acme, editorId);
  editor = await api.signIn("editor@acme.example");
  viewer = await api.signIn("viewer@acme.example");
  stranger = await api.signIn("eve@globex.example");
});
afterAll(() => api.close());

const ORDERS = "/orgs/acme/streams/orders";
const rowsOf = (ids: number[]) =>
  asMember(api.db, { orgId: acme.id, userId: editorId }, async (client) => {
    const { rows } = await client.query(
      "select id, amount from org_acme.orders where id = any ($1) order by id",
      [ids],
    );
    return rows;
  });

describe("events", () => {
  it("are answered one by one: at once as accepted, with ?wait=true by what became of them", async () => {
    const events = [
      { id: 1, amount: 1 },
      { id: 2, amount: -2 },
      { id: 3, amount: 3 },
    ];
    const body = `${ndjson(events)}\nnot json\n[1]\n`;
    const { status, body: told } = await sendTo(api, `${ORDERS}?wait=true`, editor, body);
    expect(status).toBe(200);
    expect(told).toMatchObject({ loaded: 2, rejected: 3, accepted: 0, duplicate: 0 });
    expect(told.events.map((event: { status: string }) => event.status)).toEqual([
      "loaded",
      "rejected",
      "loaded",
      "rejected",
      "rejected",
    ]);
    expect(told.events[1].reasons).toMatchObject([
      { column: "amount", rule: "range", message: "amount must be at least 0; found '-2'" },
    ]);
    expect(told.events[1].runId).toBe(told.events[0].runId);
    expect(told.events[3].reasons[0]).toMatchObject({ rule: "json", message: "the line is not JSON" });
    const quick = await sendTo(api, ORDERS, editor, ndjson([{ id: 4, amount: 4 }]));
    expect(quick).toMatchObject({
      status: 202,
      body: { accepted: 1, events: [{ index: 0, status: "accepted" }] },
    });
  });

  it("whose key was seen before are duplicates, with the earlier outcome", async () => {
    const events = ndjson([
      { _id: "one", id: 11, amount: 1 },
      { idempotency_key: "two", id: 12, amount: -1 },
    ]);
    const first = await sendTo(api, `${ORDERS}?wait=true`, editor, events);
    expect(first.body).toMatchObject({ loaded: 1, rejected: 1 });
    const second = await sendTo(api, ORDERS, editor, events);
    expect(second.body.events).toMatchObject([
      { key: "one", status: "duplicate", outcome: "loaded", id: first.body.events[0].id },
      { key: "two", status: "duplicate", outcome: "rejected", reasons: [{ rule: "range" }] },
    ]);
  });

  it("of a request with an Idempotency-Key are taken once, however often it is sent", async () => {
    const body = ndjson([
      { id: 21, amount: 1 },
      { id: 22, amount: 1 },
    ]);
    const send = () => sendTo(api, `${ORDERS}?wait=true`, editor, body, { "idempotency-key": "request-7" });
    const answers = await Promise.all(Array.from({ length: 20 }, send));
    const fresh = answers.flatMap(({ body: told }) =>
      told.events.filter((event: { status: string }) => event.status !== "duplicate"),
    );
    expect(fresh).toHaveLength(2);
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(await rowsOf([21, 22])).toHaveLength(2);
  });

  it("keep every digit, as NDJSON and as a JSON array", async () => {
    const digits = "12345678901234567.123456789";
    await sendTo(api, `${ORDERS}?wait=true`, editor, `{"id": 9007199254740993, "amount": ${digits}}`);
    const list = `[{"id": 9007199254740995, "amount": ${digits}}, {"id": 31, "amount": 1e2}]`;
    await sendTo(api, `${ORDERS}?wait=true`, editor, list, { "content-type": "application/json" });
    const rows = await asMember(api.db, { orgId: acme.id, userId: editorId }, async (client) => {
      const found = await client.query(
        "select id::text, amount::text from org_acme.orders where id > 9000000000000000 or id = 31 order by orders.id",
      );
      return found.rows;
    });
    expect(rows).toEqual([
      { id: "31", amount: "100" },
      { id: "9007199254740993", amount: digits },
      { id: "9007199254740995", amount: digits },
    ]);
  });

  it("that text cannot hold, that are too large, too deep or badly keyed are rejected by themselves", async () => {
    const bad = [
      '{"id": 41, "customer": "\\u0000"}',
      '{"id": 41, "customer": "\\ud800"}',
      `{"id": 41, "customer": "${"x".repeat(300_000)}"}`,
      `{"id": 41, "customer": ${"[".repeat(80)}${"]".repeat(80)}}`,
      `{"_id": "${"k".repeat(201)}", "id": 41}`,
      '{"_id": true, "id": 41}',
    ];
    const { status, body } = await sendTo(
      api,
      `${ORDERS}?wait=true`,
      editor,
      [...bad, '{"id": 42}'].join("\n"),
    );
    expect(status).toBe(200);
    expect(body).toMatchObject({ rejected: bad.length, loaded: 1 });
  });
});

describe("a request", () => {
  it("is refused as a whole where it is not one", async () => {
    const refuse = async (body: string, code: string, headers = {}, address = ORDERS) => {
      const answer = await sendTo(api, address, editor, body, headers);
      expect(answer.body.error?.code, JSON.stringify(answer.body)).toBe(code);
    };
    await refuse("[{]", "BAD_INPUT");
    await refuse(Array.from({ length: 10_001 }, () => "{}").join("\n"), "TOO_LARGE");
    await refuse(" ".repeat(17 * 1024 * 1024), "TOO_LARGE");
    await refuse("{}", "BAD_INPUT", { "idempotency-key": "x".repeat(151) });
    await refuse("{}", "BAD_INPUT", {}, `${ORDERS}?timeout=31`);
    await refuse("{}", "IN005", {}, "/orgs/acme/streams/nothing");
    expect((await sendTo(api, ORDERS, editor, "")).body).toMatchObject({ events: [] });
  });

  it("needs run.execute in the organization itself, by token or API key", async () => {
    const event = ndjson([{ id: 51, amount: 1 }]);
    expect((await sendTo(api, ORDERS, null, event)).status).toBe(401);
    expect((await sendTo(api, ORDERS, viewer, event)).status).toBe(403);
    expect((await sendTo(api, ORDERS, stranger, event)).status).toBe(404);
    expect((await sendTo(api, "/orgs/globex/streams/orders", stranger, event)).body.error.code).toBe("IN005");
    const who = { orgId: acme.id, slug: "acme", userId: editorId, email: "editor@acme.example" };
    const [able, unable] = [
      await makeApiKey(api.db, who, ["run.execute"]),
      await makeApiKey(api.db, who, ["record.view"]),
    ];
    expect((await sendTo(api, `${ORDERS}?wait=true`, able.token, event)).body).toMatchObject({ loaded: 1 });
    expect((await sendTo(api, ORDERS, unable.token, event)).status).toBe(403);
    expect(await rowsOf([51])).toHaveLength(1);
  });

  it("meets a stream that has fallen behind: it is told to wait, and nothing is taken", async () => {
    const { rows } = await api.db.admin.query<{ id: string }>(
      "select id from data.datasets where name = 'orders' and org_id = $1",
      [acme.id],
    );
    const admin = await api.db.admin.connect();
    try {
      // Held by a lock, so that the pump cannot load it meanwhile.
      await admin.query("begin; select 1 from data.datasets for no key update");
      const before = await sendTo(api, ORDERS, editor, ndjson([{ id: 61, amount: 1 }]));
      expect(before.status).toBe(202);
      await api.db.admin.query(
        "update ingest.stream_events set received_at = now() - interval '11 minutes' where dataset_id = $1 and run_id is null",
        [rows[0]!.id],
      );
      const { status, body } = await sendTo(api, ORDERS, editor, ndjson([{ id: 62, amount: 1 }]));
      expect([status, body.error.code]).toEqual([503, "IN031"]);
    } finally {
      await admin.query("rollback");
      admin.release();
    }
  });
});
