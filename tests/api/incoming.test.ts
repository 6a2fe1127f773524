/** Incoming webhooks: proven by each sender's convention, taken once, for somebody who may, and nothing else. */
import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asMember, asService, type TestOrg } from "../support/database.ts";
import { createOrg } from "./support/server.ts";
import { makeOrders, type StreamServer, startStreamServer } from "./support/streaming.ts";

let api: StreamServer;
let acme: TestOrg;
let manager: string;
let managerId: string;
beforeAll(async () => {
  api = await startStreamServer();
  acme = await createOrg(api.db, "acme");
  const globex = await createOrg(api.db, "globex");
  managerId = await api.member(acme, "manager@acme.example", "manager");
  await api.member(acme, "viewer@acme.example", "viewer");
  await api.member(globex, "eve@globex.example", "owner");
  await makeOrders(api, acme, managerId);
  manager = await api.signIn("manager@acme.example");
});
afterAll(() => api.close());

const call = async (token: string, method: string, path: string, body: object) => {
  const response = await fetch(api.url + path, {
    method,
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
};
const make = async (body: object) => {
  const made = await call(manager, "POST", "/orgs/acme/incoming-webhooks", { dataset: "orders", ...body });
  expect(made).toMatchObject({ status: 201 });
  return made.body as { id: string; path: string; secret: string };
};
const deliver = async (path: string, body: string, headers: Record<string, string> = {}) => {
  const response = await fetch(api.url + path, { method: "POST", body, headers });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const amountOf = (id: number) =>
  asMember(api.db, { orgId: acme.id, userId: managerId }, async (client) => {
    const { rows } = await client.query("select amount, customer from org_acme.orders where id = $1", [id]);
    return rows[0];
  });
const loaded = (id: number) => expect.poll(() => amountOf(id), { timeout: 15_000 });
const hmac = (secret: string | Buffer, text: string, encoding: "hex" | "base64") =>
  createHmac("sha256", secret).update(text).digest(encoding);
const now = () => String(Math.floor(Date.now() / 1000));
const standard = (secret: string, body: string, id: string, time = now()) => ({
  "webhook-id": id,
  "webhook-timestamp": time,
  "webhook-signature": `v1,${hmac(Buffer.from(secret.slice(6), "base64"), `${id}.${time}.${body}`, "base64")}`,
});

describe("senders", () => {
  it("by Standard Webhooks are taken once, whatever they send again", async () => {
    const hook = await make({ scheme: "standard" });
    const body = JSON.stringify({ id: 1, customer: "a", amount: 10 });
    const headers = standard(hook.secret, body, "msg_1");
    expect(await deliver(hook.path, body, headers)).toEqual({
      status: 202,
      body: { accepted: 1, duplicate: 0, rejected: [] },
    });
    expect(await deliver(hook.path, body, headers)).toMatchObject({ body: { accepted: 0, duplicate: 1 } });
    await loaded(1).toEqual({ amount: "10", customer: "a" });
  });

  it("by GitHub's, Stripe's, Shopify's and plain HMAC, mapped by paths, numbers with every digit", async () => {
    const mapping = { id: "data.id", amount: "data.total.value", customer: "data.who" };
    const send = async (
      scheme: string,
      id: number,
      headersOf: (secret: string, body: string) => Record<string, string>,
    ) => {
      const hook = await make({ scheme, mapping });
      const body = `{"id":"evt_${id}","data":{"id":${id},"who":"${scheme}","total":{"value":12345678901234567890.25}}}`;
      expect(await deliver(hook.path, body, headersOf(hook.secret, body))).toMatchObject({ status: 202 });
      await loaded(id).toEqual({ amount: "12345678901234567890.25", customer: scheme });
    };
    await send("github", 21, (secret, body) => ({
      "x-hub-signature-256": `sha256=${hmac(secret, body, "hex")}`,
      "x-github-delivery": "d-1",
    }));
    await send("stripe", 22, (secret, body) => {
      const time = now();
      return { "stripe-signature": `t=${time},v1=${hmac(secret, `${time}.${body}`, "hex")},v0=x` };
    });
    await send("shopify", 23, (secret, body) => ({ "x-shopify-hmac-sha256": hmac(secret, body, "base64") }));
    await send("hmac", 24, (secret, body) => ({ "x-signature": hmac(secret, body, "hex") }));
    await send("token", 25, (secret) => ({ authorization: `Bearer ${secret}` }));
  });

  it("whose keys are long or large numbers: none is taken for another", async () => {
    const hook = await make({ scheme: "token", keyPath: "ref" });
    const long = "x".repeat(300);
    const refs = [`"${long}1"`, `"${long}2"`, "9007199254740993", "9007199254740992"];
    for (const [index, ref] of refs.entries()) {
      const sent = await deliver(hook.path, `{"ref":${ref},"id":${60 + index},"amount":1}`, {
        "x-webhook-token": hook.secret,
      });
      expect(sent.body).toMatchObject({ accepted: 1, duplicate: 0 });
    }
    const again = await deliver(hook.path, `{"ref":${refs[1]},"id":61,"amount":1}`, {
      "x-webhook-token": hook.secret,
    });
    expect(again.body).toMatchObject({ accepted: 0, duplicate: 1 });
  });

  it("of lists: each record is an event with a key of its own; what is none is told and the rest taken", async () => {
    const hook = await make({ scheme: "token", recordPath: "items", keyPath: "ref" });
    const body = JSON.stringify({
      items: [{ ref: "a", id: 31, amount: 1 }, 7, { ref: "b", id: 32, amount: 2 }],
    });
    const sent = await deliver(hook.path, body, { "x-webhook-token": hook.secret });
    expect(sent).toMatchObject({ status: 202, body: { accepted: 2, rejected: [{ index: 1 }] } });
    await loaded(32).toMatchObject({ amount: "2" });
    const { rows } = await asMember(api.db, { orgId: acme.id, userId: managerId }, (client) =>
      client.query("select last_refusal from ingest.incoming_webhooks where id = $1", [hook.id]),
    );
    expect(rows[0].last_refusal).toBe("event 1: this is not a JSON object");
    expect(await deliver(hook.path, '{"items":[1]}', { "x-webhook-token": hook.secret })).toMatchObject({
      status: 422,
    });
  });
});

describe("what is refused, with nothing taken", () => {
  const body = '{"id":99,"amount":1}';

  it("another secret, another body, an old time, no signature, an address that is none", async () => {
    const hook = await make({ scheme: "standard" });
    const other = await make({ scheme: "standard" });
    const refused = [
      standard(other.secret, body, "m"),
      standard(hook.secret, `${body} `, "m"),
      standard(hook.secret, body, "m", String(Number(now()) - 600)),
      {},
    ];
    for (const headers of refused) expect((await deliver(hook.path, body, headers)).status).toBe(401);
    const nowhere = [`/hooks/${crypto.randomUUID()}`, "/hooks/x"];
    for (const path of nowhere) expect((await deliver(path, body)).status).toBe(404);
    expect(await amountOf(99)).toBeUndefined();
  });

  it("one that is switched off, one whose maker left, one whose maker may no longer load", async () => {
    const hook = await make({ scheme: "token" });
    const headers = { "x-webhook-token": hook.secret };
    await asMember(api.db, { orgId: acme.id, userId: managerId }, (client) =>
      client.query("select ingest.switch_incoming_webhook($1, false)", [hook.id]),
    );
    expect((await deliver(hook.path, body, headers)).status).toBe(404);
    const leaver = await api.member(acme, "leaver@acme.example", "manager");
    const token = await api.signIn("leaver@acme.example");
    const theirs = await call(token, "POST", "/orgs/acme/incoming-webhooks", {
      dataset: "orders",
      scheme: "token",
    });
    await asService(api.db, acme.id, (client) => client.query("select access.remove_member($1)", [leaver]));
    const sent = await deliver(theirs.body.path!, body, { "x-webhook-token": theirs.body.secret! });
    expect(sent.status).toBe(403);
    // Saved by somebody else, it acts for them; the secret stays.
    const saved = { dataset: "orders", scheme: "token" };
    await call(manager, "PUT", `/orgs/acme/incoming-webhooks/${theirs.body.id}`, saved);
    const again = await deliver(theirs.body.path!, '{"id":41,"amount":1}', {
      "x-webhook-token": theirs.body.secret!,
    });
    expect(again.status).toBe(202);
  });

  it("bodies that are no JSON, or have nothing where the events should be", async () => {
    const hook = await make({ scheme: "token", recordPath: "data.items" });
    const headers = { "x-webhook-token": hook.secret };
    expect(await deliver(hook.path, "not json", headers)).toMatchObject({ status: 400 });
    expect((await deliver(hook.path, "{}", headers)).body).toMatchObject({
      error: { message: "the body has nothing at data.items" },
    });
  });
});

describe("keeping them", () => {
  it("a secret is changed without a gap", async () => {
    const hook = await make({ scheme: "token" });
    const rotated = await call(manager, "POST", `/orgs/acme/incoming-webhooks/${hook.id}/secret`, {});
    for (const [id, token] of [
      [51, hook.secret],
      [52, rotated.body.secret!],
    ] as const) {
      const body = JSON.stringify({ id, amount: 1 });
      expect((await deliver(hook.path, body, { "x-webhook-token": token })).status).toBe(202);
    }
    const at = `/orgs/acme/incoming-webhooks/${hook.id}/secret`;
    const own = "a-secret-of-the-sender's";
    await call(manager, "POST", at, { secret: own, overlapHours: 0 });
    const late = await deliver(hook.path, '{"id":53,"amount":1}', {
      "x-webhook-token": rotated.body.secret!,
    });
    expect(late.status).toBe(401);
  });

  it("is for whoever may make connectors and load the dataset; others neither make nor see nor change", async () => {
    const hook = await make({ scheme: "token" });
    const viewer = await api.signIn("viewer@acme.example");
    const eve = await api.signIn("eve@globex.example");
    const body = { dataset: "orders", scheme: "token" };
    expect(await call(viewer, "POST", "/orgs/acme/incoming-webhooks", body)).toMatchObject({ status: 403 });
    expect((await call(eve, "POST", "/orgs/acme/incoming-webhooks", body)).status).toBe(404);
    // The very address, with a dataset of theirs of the same name: it stays acme's.
    const globex = await api.db.admin.query("select id from tenancy.organizations where slug = 'globex'");
    const owner = await api.db.admin.query("select id from access.users where email = 'eve@globex.example'");
    await makeOrders(api, { id: globex.rows[0].id } as TestOrg, owner.rows[0].id);
    const change = await call(eve, "PUT", `/orgs/globex/incoming-webhooks/${hook.id}`, body);
    expect(change.body).toMatchObject({ error: { code: "IN103" } });
    const rotate = await call(eve, "POST", `/orgs/globex/incoming-webhooks/${hook.id}/secret`, {});
    expect(rotate.body).toMatchObject({ error: { code: "IN103" } });
    const wrong = await call(manager, "POST", "/orgs/acme/incoming-webhooks", {
      ...body,
      mapping: { colour: "x" },
    });
    expect(wrong.body).toMatchObject({
      error: { code: "IN102", message: "colour is no field of orders, or its path is no text" },
    });
  });
});
