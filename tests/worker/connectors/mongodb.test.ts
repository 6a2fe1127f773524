/** MongoDB's protocol as a source, over a real FerretDB. */
import { MongoClient, ObjectId } from "mongodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { offerMongo } from "../../contract/servers.ts";
import { countsOf } from "../support.ts";
import { type ConnectorBench, createConnectorBench, everythingKept, PUBLIC } from "./support.ts";

const offer = await offerMongo();
const why = "missing" in offer ? `, skipped: ${offer.missing}` : "";

describe.skipIf("missing" in offer)(`a connector to FerretDB${why}`, () => {
  let stop: () => Promise<void> = async () => undefined;
  let bench: ConnectorBench;
  let client: MongoClient;
  let settings: Record<string, unknown>;
  let password: string;

  beforeAll(async () => {
    if ("missing" in offer) return;
    const started = await offer.start();
    stop = started.stop;
    const url = new URL(started.settings.url);
    password = decodeURIComponent(url.password);
    client = new MongoClient(started.settings.url);
    await client.connect();
    settings = {
      host: url.hostname,
      port: Number(url.port),
      database: "shop",
      user: url.username,
      tls: "off",
    };
    const mechanism = url.searchParams.get("authMechanism");
    if (mechanism) settings.authMechanism = mechanism;
    bench = await createConnectorBench();
    await bench.connector("shop", "mongodb", settings, { password });
  });
  afterAll(async () => {
    await client?.close();
    await bench?.close();
    await stop();
  });

  const id = (n: number) => new ObjectId(String(n).padStart(24, "0"));
  const put = (n: number, changed: string, extra: object = {}) =>
    client
      .db("shop")
      .collection<{ _id: ObjectId }>("orders")
      .replaceOne({ _id: id(n) }, { n, at: new Date(changed), ...extra }, { upsert: true });

  it("is tested and discovered", async () => {
    await put(1, "2026-01-01T10:00:00.123Z", {
      nested: { when: new Date("2026-05-05T00:00:00Z"), list: [id(7), 1.5, null] },
    });
    await put(2, "2026-01-02T10:00:00Z");
    expect((await bench.check("shop")).error).toBeNull();
    const { result } = await bench.check("shop", true);
    expect(result!.found).toMatchObject([
      { name: "orders", selection: { collection: "orders" }, key: ["_id"] },
    ]);
    expect(result!.found![0]!.columns).toEqual(expect.arrayContaining([{ name: "at", type: "date" }]));
  });

  it("is read by a cursor: dates and ids as plain text, ties at the edge, each once", async () => {
    await bench.source(
      "shop",
      "orders",
      { collection: "orders", cursorField: "at" },
      { how: "incremental", key: ["_id"], mode: "upsert" },
    );
    expect((await bench.pull("orders")).runs).toMatchObject([{ status: "succeeded", inserted: 2 }]);
    expect((await bench.pull("orders")).pull.files).toBe(0);
    await put(3, "2026-01-02T10:00:00Z");
    expect((await bench.pull("orders")).runs.map(countsOf)).toMatchObject([
      { read: 2, inserted: 1, unchanged: 1 },
    ]);
    await put(1, "2026-02-01T00:00:00Z");
    expect((await bench.pull("orders")).runs.map(countsOf)).toMatchObject([{ read: 3, updated: 1 }]);
    const { rows } = await bench.bench.db.admin.query(
      `select * from store_${bench.bench.org.schemaKey}.orders_history order by version, 1`,
    );
    expect(JSON.stringify(rows)).toContain("2026-05-05T00:00:00.000Z");
    expect(await bench.rows("orders")).toHaveLength(3);
    const { runs } = await bench.pull("orders", { range: { from: "2026-01-02", to: "2026-01-03" } });
    expect(runs.map(countsOf)).toMatchObject([{ read: 2, unchanged: 2 }]);
  });

  it("what is wrong is said", async () => {
    await bench.connector("wrong", "mongodb", settings, { password: "not-the-password" });
    expect((await bench.check("wrong")).error).toMatchObject({ code: "SOURCE_AUTH", transient: false });
    await bench.source("shop", "none", { collection: "nothing" }, { key: ["_id"] });
    expect((await bench.pull("none")).pull.error).toMatchObject({ code: "SOURCE_MISSING" });
    expect((await bench.check("shop", false, { network: PUBLIC })).error).toMatchObject({
      code: "SOURCE_REFUSED",
    });
    const kept = await everythingKept(bench);
    expect(kept).not.toContain(password);
    expect(kept).not.toContain("not-the-password");
  });
});
