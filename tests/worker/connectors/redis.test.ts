/** Redis streams as a source, over a real server. */
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { offerRedis, type RedisSettings } from "./servers.ts";
import { type ConnectorBench, createConnectorBench, everythingKept, PUBLIC } from "./support.ts";

const offer = await offerRedis();
const why = "missing" in offer ? `, skipped: ${offer.missing}` : "";

describe.skipIf("missing" in offer)(`a connector to Redis${why}`, () => {
  let server: RedisSettings & { stop(): Promise<void> };
  let bench: ConnectorBench;
  let client: Redis;
  let settings: Record<string, unknown>;

  beforeAll(async () => {
    if ("missing" in offer) return;
    server = await offer.start();
    bench = await createConnectorBench();
    client = new Redis({ host: "127.0.0.1", port: server.port, password: server.password });
    settings = { host: "127.0.0.1", port: server.port, tls: "off" };
    await bench.connector("bus", "redis", settings, { password: server.password });
  });
  afterAll(async () => {
    client?.disconnect();
    await bench?.close();
    await server?.stop();
  });

  it("is tested and discovered", async () => {
    await client.xadd("orders", "*", "org", "acme", "n", "0");
    await client.set("plain", "x");
    expect((await bench.check("bus")).result!.message).toMatch(/^Redis \d/);
    expect((await bench.check("bus", true)).result!.found).toMatchObject([
      { name: "orders", selection: { stream: "orders" }, rows: 1 },
    ]);
  });

  it("entries come in order, each once, those of the organization's key alone", async () => {
    await bench.source(
      "bus",
      "orders",
      { stream: "orders", keyField: "org", key: "acme" },
      { how: "incremental", mode: "append" },
    );
    expect((await bench.pull("orders")).runs).toMatchObject([{ status: "succeeded", inserted: 1 }]);
    expect((await bench.pull("orders")).pull.files).toBe(0);
    // Entries may bring further fields: the contract follows them.
    await bench.query("select from data.datasets d, data.alter_dataset(d.id, $1) where d.name = 'orders'", [
      JSON.stringify([{ op: "evolution", columns: "evolve" }]),
    ]);
    const pipeline = client.pipeline();
    for (let n = 1; n <= 2500; n++)
      pipeline.xadd("orders", "*", "org", n % 2 === 0 ? "acme" : "globex", "n", String(n), "note", `é ${n}`);
    await pipeline.exec();
    expect((await bench.pull("orders")).runs).toMatchObject([{ status: "succeeded", inserted: 1250 }]);
    // None of one's own: the cursor moves, nothing is submitted.
    await client.xadd("orders", "*", "org", "globex", "n", "x");
    const none = await bench.pull("orders");
    expect(none.pull).toMatchObject({ status: "succeeded", files: 0 });
    expect(none.pull.cursor_after).not.toEqual(none.pull.cursor_before);
    const rows = await bench.query<{ n: number; orgs: number; keys: number }>(
      "select count(*)::int as n, count(distinct org)::int as orgs, count(distinct stream_id)::int as keys from org_acme.orders",
    );
    expect(rows).toEqual([{ n: 1251, orgs: 1, keys: 1251 }]);
  });

  it("a crash between reading and submitting reads again", async () => {
    await client.xadd("crash", "*", "n", "1");
    await bench.source("bus", "crash", { stream: "crash" }, { how: "incremental", mode: "append" });
    const died = await bench.pull("crash", {
      context: { onStored: () => Promise.reject(Object.assign(new Error("killed"), { code: "IN007" })) },
    });
    await client.xadd("crash", "*", "n", "2");
    expect((await bench.again(died.pull.id)).runs).toMatchObject([{ inserted: 2 }]);
    expect(await bench.rows("crash")).toHaveLength(2);
  });

  it("what is wrong is said", async () => {
    await bench.connector("wrong", "redis", settings, { password: "not-the-password" });
    expect((await bench.check("wrong")).error).toMatchObject({ code: "SOURCE_AUTH", transient: false });
    await bench.connector("bare", "redis", settings);
    expect((await bench.check("bare")).error).toMatchObject({ code: "SOURCE_AUTH" });
    await bench.source("bus", "plain", { stream: "plain" }, { how: "incremental", mode: "append" });
    expect((await bench.pull("plain")).pull.error).toMatchObject({ code: "SOURCE_MISSING" });
    await bench.connector("away", "redis", { ...settings, port: 1 }, { password: "x" });
    expect((await bench.check("away")).error).toMatchObject({ code: "SOURCE_DOWN", transient: true });
    expect((await bench.check("bus", false, { network: PUBLIC })).error).toMatchObject({
      code: "SOURCE_REFUSED",
    });
    expect(await everythingKept(bench)).not.toContain(server.password);
  });
});
