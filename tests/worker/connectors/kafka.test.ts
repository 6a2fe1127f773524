/** Kafka as a source, over a real broker that asks for a password. */
import { Admin, Producer, stringSerializers } from "@platformatic/kafka";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type KafkaSettings, offerKafka } from "./kafka-server.ts";
import { type ConnectorBench, createConnectorBench, everythingKept, PUBLIC } from "./support.ts";

const offer = await offerKafka();
const why = "missing" in offer ? `, skipped: ${offer.missing}` : "";

function clientOf({ honest, user, password }: KafkaSettings) {
  return {
    clientId: "test",
    bootstrapBrokers: [`127.0.0.1:${honest}`],
    sasl: { mechanism: "PLAIN" as const, username: user, password },
  };
}
async function createTopics(server: KafkaSettings): Promise<void> {
  const admin = new Admin({ ...clientOf(server), retries: 20 });
  await admin.createTopics({ topics: ["orders", "quiet"], partitions: 3, replicas: 1 });
  await admin.close();
}

describe.skipIf("missing" in offer)(`a connector to Kafka${why}`, () => {
  let server: KafkaSettings & { stop(): Promise<void> };
  let bench: ConnectorBench;
  let producer: Producer<string, string, string, string>;
  let settings: Record<string, unknown>;

  beforeAll(async () => {
    if ("missing" in offer) return;
    server = await offer.start();
    bench = await createConnectorBench();
    await createTopics(server);
    producer = new Producer({ ...clientOf(server), serializers: stringSerializers, autocreateTopics: false });
    settings = { brokers: [`127.0.0.1:${server.port}`], tls: "off", sasl: "plain", user: server.user };
    await bench.connector("bus", "kafka", settings, { password: server.password });
  });
  afterAll(async () => {
    await producer?.close();
    await bench?.close();
    await server?.stop();
  });

  const send = (from: number, to: number, key = "acme") =>
    producer.send({
      messages: Array.from({ length: to - from + 1 }, (_, i) => ({
        topic: "orders",
        key,
        value: JSON.stringify({ n: from + i }),
        partition: (from + i) % 3,
      })),
    });

  it("is tested and discovered", async () => {
    expect((await bench.check("bus")).result).toMatchObject({ message: "Kafka, 1 brokers" });
    expect((await bench.check("bus", true)).result!.found).toMatchObject([
      { name: "orders", selection: { topic: "orders" } },
      { name: "quiet" },
    ]);
  });

  it("each partition is read from its offset on, each message once, those of the organization's key alone", async () => {
    await bench.source(
      "bus",
      "orders",
      { topic: "orders", key: "acme" },
      { how: "incremental", mode: "append" },
    );
    await send(1, 100);
    await send(101, 150, "globex");
    const first = await bench.pull("orders");
    expect(first.runs, JSON.stringify(first.pull.error)).toMatchObject([
      { status: "succeeded", inserted: 100 },
    ]);
    expect((await bench.pull("orders")).pull).toMatchObject({ status: "succeeded", files: 0 });
    await send(151, 2000);
    expect((await bench.pull("orders")).runs).toMatchObject([{ inserted: 1850 }]);
    await send(2001, 2010, "globex");
    expect((await bench.pull("orders")).pull).toMatchObject({ status: "succeeded", files: 0 });
    const rows = await bench.query(
      "select count(*)::int as rows, count(distinct n)::int as distinct, count(distinct message_partition)::int as partitions from org_acme.orders",
    );
    expect(rows).toEqual([{ rows: 1950, distinct: 1950, partitions: 3 }]);
  });

  it("a crash between reading and submitting reads again", async () => {
    await bench.source("bus", "crash", { topic: "orders" }, { how: "incremental", mode: "append" });
    const died = await bench.pull("crash", {
      context: { onStored: () => Promise.reject(Object.assign(new Error("killed"), { code: "IN007" })) },
    });
    expect((await bench.again(died.pull.id)).runs).toMatchObject([{ inserted: 2010 }]);
    expect(await bench.rows("crash")).toHaveLength(2010);
  });

  it("what is wrong is said", async () => {
    await bench.connector("wrong", "kafka", settings, { password: "not-the-password" });
    expect((await bench.check("wrong")).error).toMatchObject({ code: "SOURCE_AUTH", transient: false });
    await bench.source("bus", "none", { topic: "nothing" }, { how: "incremental", mode: "append" });
    const none = (await bench.pull("none")).pull.error;
    expect(none, none!.message).toMatchObject({ code: "SOURCE_MISSING" });
    await bench.connector("away", "kafka", { ...settings, brokers: ["127.0.0.1:1"] }, { password: "x" });
    expect((await bench.check("away")).error).toMatchObject({ code: "SOURCE_DOWN", transient: true });
    expect((await bench.check("bus", false, { network: PUBLIC })).error).toMatchObject({
      code: "SOURCE_REFUSED",
    });
    const kept = await everythingKept(bench);
    expect(kept).not.toContain(server.password);
    expect(kept).not.toContain("not-the-password");
  });

  it("a broker that sends its clients inside is not followed", async () => {
    if ("missing" in offer) return;
    // The way to the broker itself is allowed, that to the address it tells is not.
    const lure = await offer.start(["127.0.0.2"]);
    try {
      await bench.connector(
        "lure",
        "kafka",
        { ...settings, brokers: [`127.0.0.1:${lure.port}`] },
        { password: lure.password },
      );
      await bench.source("lure", "lured", { topic: "orders" }, { how: "incremental", mode: "append" });
      await createTopics(lure);
      expect((await bench.pull("lured")).pull.error).toMatchObject({ code: "SOURCE_REFUSED" });
    } finally {
      await lure.stop();
    }
  });
});
