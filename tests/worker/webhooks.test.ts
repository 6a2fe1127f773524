/**
 * Webhooks against a real receiver with faults: what arrives is signed, in order, at least once, and known again by its
 * id; what does not arrive is tried again, and no address leads inside.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLogger } from "../../lib/log.ts";
import { createSecrets } from "../../lib/secrets.ts";
import { newWebhookSecret, webhookPurpose } from "../../lib/webhook-signature.ts";
import { type DeliverContext, type Deliverer, startDeliverer } from "../../worker/tasks/ops__deliver.ts";
import { asMember, asService } from "../support/database.ts";
import { type Bench, createLoader, declare } from "./support.ts";

type Fault = (request: IncomingMessage, response: ServerResponse) => void;
interface Received {
  id: string;
  timestamp: string;
  signature: string;
  body: string;
}

let bench: Bench;
let server: Server;
let address: string;
let deliverer: Deliverer;
const received: Received[] = [];
/** What the receiver does with the next requests, one after another; then it answers 200. */
let faults: Fault[] = [];
const secrets = createSecrets(Buffer.alloc(32, 7));
const answer =
  (status: number): Fault =>
  (_request, response) =>
    response.writeHead(status).end();

beforeAll(async () => {
  process.env.WEBHOOK_ALLOW_HTTP = "1";
  bench = await createLoader();
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on("end", () => {
      const header = (name: string) => String(request.headers[name] ?? "");
      received.push({
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
        body,
      });
      (faults.shift() ?? answer(200))(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
});
afterAll(async () => {
  delete process.env.WEBHOOK_ALLOW_HTTP;
  server.closeAllConnections();
  server.close();
  await bench.close();
});
const context = (extra: Partial<DeliverContext> = {}): DeliverContext => ({
  pool: bench.db.worker,
  claimKey: bench.db.claimKey,
  secrets,
  log: createLogger("silent"),
  ...extra,
});
beforeEach(() => {
  received.length = 0;
  faults = [];
  deliverer = startDeliverer(context());
});
afterEach(async () => {
  await deliverer.stop();
  await bench.db.admin.query("delete from ops.webhooks");
});

async function makeWebhook(url: string, kinds: string[]): Promise<{ id: string; secret: string }> {
  const id = crypto.randomUUID();
  const secret = newWebhookSecret();
  await asService(bench.db, bench.org.id, (client) =>
    client.query("select private.put_webhook($1, $2, 'test', $3, '{}', $4)", [
      id,
      url,
      kinds,
      secrets.seal(webhookPurpose(id), secret),
    ]),
  );
  return { id, secret };
}
const test = async (id: string): Promise<string> => {
  const rows = await bench.query<{ id: string }>("select id from ops.test_webhook($1)", [id]);
  deliverer.wake();
  return rows[0]!.id;
};
const deliveries = (webhook: string) =>
  bench.query<{
    id: string;
    status: string;
    attempts: number;
    response_status: number | null;
    error: string | null;
  }>(
    "select id, status, attempts, response_status, error from ops.webhook_deliveries where webhook_id = $1 order by number",
    [webhook],
  );

async function until(check: () => boolean | Promise<boolean>, pull = false): Promise<void> {
  for (let turn = 0; turn < 200; turn++) {
    if (await check()) return;
    // Pauses between attempts are the database's; a test does not sit through them.
    if (pull) {
      await bench.db.admin.query(
        "update ops.webhook_deliveries set due_at = now() where status = 'pending' and error is not null and due_at < now() + interval '40 seconds'",
      );
      deliverer.wake();
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("it did not come about");
}

/** The Standard Webhooks check, as a receiver would write it. */
function isSigned(message: Received, secret: string): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const wanted = createHmac("sha256", key)
    .update(`${message.id}.${message.timestamp}.${message.body}`)
    .digest();
  const fresh = Math.abs(Date.now() / 1000 - Number(message.timestamp)) < 300;
  return (
    fresh &&
    message.signature.split(" ").some((part) => {
      const [version, given] = part.split(",");
      const bytes = Buffer.from(given ?? "", "base64");
      return version === "v1" && bytes.length === wanted.length && timingSafeEqual(bytes, wanted);
    })
  );
}

describe("a delivery", () => {
  it("tells of loads and changes by id and counts, signed, in the order in which they happened", async () => {
    const dataset = await declare(bench, "told", [{ name: "k", type: "integer" }, { name: "v" }], ["k"]);
    const { secret } = await makeWebhook(address, ["run.*", "dataset.changed"]);
    const run = await bench.load("told", "k,v\n1,hidden value\n2,hidden value\n");
    await bench.load("told", "v\nno key\n");
    deliverer.wake();
    await until(() => received.length === 3);
    for (const message of received) {
      expect(isSigned(message, secret)).toBe(true);
      expect(isSigned({ ...message, body: `${message.body} ` }, secret)).toBe(false);
      expect(message.body).not.toContain("hidden value");
    }
    const bodies = received.map((message) => JSON.parse(message.body));
    expect(bodies.map((body) => body.type)).toEqual(["dataset.changed", "run.succeeded", "run.failed"]);
    expect(bodies[0].data).toMatchObject({ dataset: "told", datasetId: dataset, inserted: 2, runId: run.id });
    expect(bodies[1].data).toMatchObject({ runId: run.id, status: "succeeded", read: 2 });
    expect(bodies[2].data).toMatchObject({ status: "failed", error: { code: "IN010" } });
    // The cursor leads to the very change, once no older transaction is open any more.
    const [txid, number] = bodies[0].data.after.split(".");
    await until(async () => {
      const text = "select run_id from private.read_changes($1, $2, null, 10) where not waits";
      return (await bench.query<{ run_id: string }>(text, [txid, number]))[0]?.run_id === run.id;
    });
  });

  it("that fails is tried again until it arrives, and those after it wait", async () => {
    const { id, secret } = await makeWebhook(address, ["x.y"]);
    faults = [answer(500), answer(500), (request) => request.socket.destroy()];
    const first = await test(id);
    await test(id);
    await until(async () => (await deliveries(id)).every((one) => one.status === "delivered"), true);
    const ids = received.map((message) => message.id);
    expect(ids.slice(0, 4).every((one) => one === ids[0])).toBe(true);
    expect(ids).toHaveLength(5);
    expect(ids[4]).not.toBe(ids[0]);
    expect(received.every((message) => isSigned(message, secret))).toBe(true);
    expect(
      (await deliveries(id)).map(({ attempts, response_status }) => [attempts, response_status]),
    ).toEqual([
      [4, 200],
      [1, 200],
    ]);
    // The same event again on request, under the same id.
    const [replay] = await bench.query<{ id: string }>("select id from ops.replay_delivery($1)", [first]);
    deliverer.wake();
    await until(() => received.length === 6);
    expect(received[5]).toMatchObject({ id: ids[0], body: received[0]!.body });
    await until(async () => (await deliveries(id)).at(-1)?.status === "delivered");
    expect((await deliveries(id)).at(-1)!.id).toBe(replay!.id);
  });

  it("to a slow receiver holds up nobody else's", async () => {
    const slow = await makeWebhook(address, ["x.y"]);
    const quick = await makeWebhook(address, ["x.y"]);
    let release: () => void = () => undefined;
    faults = [(_request, response) => (release = () => response.writeHead(200).end())];
    await test(slow.id);
    await until(() => received.length === 1);
    await test(quick.id);
    await until(async () => (await deliveries(quick.id))[0]?.status === "delivered");
    expect((await deliveries(slow.id))[0]!.status).toBe("pending");
    release();
    await until(async () => (await deliveries(slow.id))[0]!.status === "delivered");
  });

  it("is sent by another worker when the one that took it died", async () => {
    const { id } = await makeWebhook(address, ["x.y"]);
    await deliverer.stop();
    await test(id);
    const taken = await asPlatformLease();
    expect(taken).toBe(1);
    expect(await asPlatformLease()).toBe(0);
    await bench.db.admin.query("update ops.webhook_deliveries set due_at = now() where status = 'pending'");
    deliverer = startDeliverer(context());
    await until(async () => (await deliveries(id))[0]!.status === "delivered");
    expect((await deliveries(id))[0]!.attempts).toBe(2);
  });
});

async function asPlatformLease(): Promise<number> {
  const { asPlatform } = await import("../support/database.ts");
  return asPlatform(
    bench.db,
    async (client) => (await client.query("select * from private.lease_deliveries(10)")).rows.length,
  );
}

describe("a secret", () => {
  it("that is changed leaves the old one valid for a while: both sign", async () => {
    const { id, secret } = await makeWebhook(address, ["x.y"]);
    const fresh = newWebhookSecret();
    const rotate = (overlap: string, value: string) =>
      asService(bench.db, bench.org.id, (client) =>
        client.query("select private.rotate_webhook_secret($1, $2, $3)", [
          id,
          secrets.seal(webhookPurpose(id), value),
          overlap,
        ]),
      );
    await rotate("1 hour", fresh);
    await test(id);
    await until(() => received.length === 1);
    expect([secret, fresh].map((one) => isSigned(received[0]!, one))).toEqual([true, true]);
    await rotate("0 seconds", newWebhookSecret());
    await test(id);
    await until(() => received.length === 2);
    expect([secret, fresh].map((one) => isSigned(received[1]!, one))).toEqual([false, false]);
  });

  it("is not in any row that somebody can read, and opens for its own webhook alone", async () => {
    const one = await makeWebhook(address, ["x.y"]);
    const { rows } = await bench.db.admin.query<{ sealed: string }>(
      "select sealed from private.webhook_secrets where webhook_id = $1",
      [one.id],
    );
    expect(secrets.open(webhookPurpose(one.id), rows[0]!.sealed)).toBe(one.secret);
    expect(() => secrets.open(webhookPurpose(crypto.randomUUID()), rows[0]!.sealed)).toThrow();
    await expect(bench.query("select * from private.webhook_secrets")).rejects.toMatchObject({
      code: "42501",
    });
  });
});

describe("a webhook", () => {
  it("at which nothing arrives for a day is switched off, what waits is cancelled, and its organization is told", async () => {
    const { id } = await makeWebhook(address, ["x.y"]);
    faults = [answer(500), answer(500)];
    await test(id);
    await test(id);
    await until(async () => (await deliveries(id))[0]!.attempts === 1 && received.length === 1);
    await bench.db.admin.query(
      "update ops.webhooks set failing_since = now() - interval '25 hours' where id = $1",
      [id],
    );
    await until(async () => (await deliveries(id)).every((one) => one.status === "cancelled"), true);
    const [webhook] = await bench.query("select active, disabled_reason from ops.webhooks where id = $1", [
      id,
    ]);
    expect(webhook).toEqual({ active: false, disabled_reason: "nothing has arrived for a day" });
    const told = await bench.query(
      "select title from ops.notifications where event_kind = 'webhook.disabled'",
    );
    expect(told).toEqual([{ title: "The webhook test was switched off" }]);
  });

  it("that says it is gone is switched off at once", async () => {
    const { id } = await makeWebhook(address, ["x.y"]);
    faults = [answer(410)];
    await test(id);
    await until(async () => {
      const [webhook] = await bench.query<{ active: boolean }>(
        "select active from ops.webhooks where id = $1",
        [id],
      );
      return !webhook!.active;
    });
  });

  it("leads nowhere inside: not by address, not by name, not in plain text, not by a redirect", async () => {
    delete process.env.WEBHOOK_ALLOW_HTTP;
    await deliverer.stop();
    deliverer = startDeliverer(context({ resolve: async () => ["10.0.0.7"] }));
    try {
      const refused = async (url: string): Promise<string | null> => {
        const { id } = await makeWebhook(url, ["x.y"]);
        await test(id);
        await until(async () => (await deliveries(id))[0]!.error !== null);
        return (await deliveries(id))[0]!.error;
      };
      expect(await refused("https://127.0.0.1/")).toContain("not on the public network");
      expect(await refused("https://[::ffff:169.254.169.254]/latest/meta-data")).toContain(
        "not on the public network",
      );
      expect(await refused("https://inside.example/")).toContain("not on the public network");
      expect(await refused(address)).toContain("not https");
      expect(received).toEqual([]);
    } finally {
      process.env.WEBHOOK_ALLOW_HTTP = "1";
    }
    await deliverer.stop();
    deliverer = startDeliverer(context());
    const { id } = await makeWebhook(address, ["x.y"]);
    faults = [(_request, response) => response.writeHead(302, { location: `${address}/elsewhere` }).end()];
    await test(id);
    await until(async () => (await deliveries(id))[0]!.response_status === 302);
    expect(received).toHaveLength(1);
  });

  it("is made and changed by those with ops.edit, seen by those with ops.view, of the organization itself", async () => {
    const { addMember, createOrg } = await import("../support/database.ts");
    const { id } = await makeWebhook(address, ["x.y"]);
    const other = await createOrg(bench.db, "globex");
    const people: [string, string, string][] = [];
    for (const role of ["viewer", "editor"])
      people.push([
        role,
        bench.org.id,
        await addMember(bench.db, bench.org.id, `${role}2@acme.example`, role),
      ]);
    people.push(["stranger", other.id, await addMember(bench.db, other.id, "eve@globex.example", "owner")]);
    for (const [who, orgId, userId] of people) {
      const as = { orgId, userId };
      const seen = await asMember(bench.db, as, (client) => client.query("select id from ops.webhooks"));
      expect(seen.rowCount, who).toBe(who === "editor" ? 1 : 0);
      const change = asMember(bench.db, as, (client) =>
        client.query("select ops.switch_webhook($1, false)", [id]),
      );
      await expect(change, who).rejects.toMatchObject({ code: who === "stranger" ? "OP004" : "42501" });
    }
    // Only whoever holds the installation's key may hand in a sealed secret.
    await expect(
      bench.query(
        "select private.put_webhook(gen_random_uuid(), 'https://x.example', '', '{x.y}', '{}', 'v1.x')",
      ),
    ).rejects.toMatchObject({ code: "42501" });
  });
});
