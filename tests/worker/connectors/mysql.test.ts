/** MySQL's protocol as a source, over a real MariaDB. */
import { type Connection, createConnection } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { growth } from "../../support/memory.ts";
import { countsOf } from "../support.ts";
import { type MariaSettings, offerMariaDb } from "./servers.ts";
import { type ConnectorBench, createConnectorBench, everythingKept, PUBLIC } from "./support.ts";

const offer = await offerMariaDb();
const why = "missing" in offer ? `, skipped: ${offer.missing}` : "";

describe.skipIf("missing" in offer)(`a connector to MariaDB${why}`, () => {
  let server: MariaSettings & { stop(): Promise<void> };
  let bench: ConnectorBench;
  let shop: Connection;
  let settings: Record<string, unknown>;

  beforeAll(async () => {
    if ("missing" in offer) return;
    server = await offer.start();
    bench = await createConnectorBench();
    shop = await createConnection({
      host: "127.0.0.1",
      port: server.port,
      database: "shop",
      ...server.owner,
      timezone: "Z",
      charset: "utf8mb4",
    });
    await shop.query("set time_zone = '+00:00'");
    await shop.query(`create table orders (id bigint unsigned primary key, customer varchar(100) character set utf8mb4, total decimal(20,4),
      paid boolean, note text character set utf8mb4, data blob, changed_at timestamp(3) not null)`);
    settings = { host: "127.0.0.1", port: server.port, database: "shop", user: server.user, tls: "off" };
    await bench.connector("shop", "mysql", settings, { password: server.password });
  });
  afterAll(async () => {
    await shop?.end();
    await bench?.close();
    await server?.stop();
  });

  const put = (id: string, changed: string, note: string | null = "plain") =>
    shop.query("replace into orders values (?, 'Zoë', 12.5, true, ?, x'00ff', ?)", [id, note, changed]);

  it("is tested and discovered", async () => {
    expect((await bench.check("shop")).result!.message).toMatch(/^MySQL 10\.\d+.*MariaDB/);
    const { result } = await bench.check("shop", true);
    expect(result!.found).toMatchObject([{ name: "orders", selection: { table: "orders" }, key: ["id"] }]);
    expect(result!.found![0]!.columns!.slice(0, 2)).toEqual([
      { name: "id", type: "bigint(20) unsigned" },
      { name: "customer", type: "varchar(100)" },
    ]);
  });

  it("is read whole and by a cursor: every value, ties at the edge, large numbers, and each once", async () => {
    await put("9007199254740993", "2026-01-01 10:00:00", 'a "quoted",\nline');
    await put("9007199254740994", "2026-01-02 10:00:00.123", "");
    await put("9007199254740995", "2026-01-02 10:00:00.123", null);
    await bench.source(
      "shop",
      "whole",
      { table: "orders" },
      { dataset: "whole", key: ["id"], mode: "snapshot" },
    );
    expect((await bench.pull("whole")).runs).toMatchObject([
      { status: "succeeded", inserted: 3, rejected: 0 },
    ]);
    const [one] = await bench.query(
      "select id::text, customer, note, data, total::text from org_acme.whole order by id",
    );
    expect(one).toEqual({
      id: "9007199254740993",
      customer: "Zoë",
      note: 'a "quoted",\nline',
      data: "\\x00ff",
      total: "12.5000",
    });
    await bench.source(
      "shop",
      "news",
      { table: "orders", cursorField: "changed_at" },
      { dataset: "news", how: "incremental", key: ["id"], mode: "upsert" },
    );
    expect((await bench.pull("news")).runs).toMatchObject([{ inserted: 3 }]);
    expect((await bench.pull("news")).pull.files).toBe(0);
    await put("9007199254740996", "2026-01-02 10:00:00.123");
    expect((await bench.pull("news")).runs.map(countsOf)).toMatchObject([
      { read: 3, inserted: 1, unchanged: 2 },
    ]);
    await bench.source(
      "shop",
      "by-id",
      { table: "orders", cursorField: "id" },
      { dataset: "by_id", how: "incremental", key: ["id"], mode: "upsert" },
    );
    await bench.pull("by-id");
    await put("9007199254740997", "2026-01-03 10:00:00");
    // As floating point, the last of these and the one before are the same number.
    expect((await bench.pull("by-id")).runs.map(countsOf)).toMatchObject([
      { read: 2, inserted: 1, unchanged: 1 },
    ]);
    const { runs } = await bench.pull("news", { range: { from: "2026-01-01", to: "2026-01-02" } });
    expect(runs.map(countsOf)).toMatchObject([{ read: 1, unchanged: 1 }]);
  });

  it("a large table passes in pieces", async () => {
    await shop.query(
      "create table numbers (n int primary key, pad varchar(200)) as select seq as n, repeat('x', 200) as pad from seq_1_to_200000",
    );
    await bench.source("shop", "numbers", { table: "numbers" }, { key: ["n"] });
    const grown = await growth(async () => {
      const { runs } = await bench.pull("numbers", { load: false });
      expect(runs).toMatchObject([{ status: "queued" }]);
    });
    expect(grown).toBeLessThan(30e6);
    const [file] = await bench.query<{ size_bytes: string }>(
      "select size_bytes from ingest.files where dataset_name = 'numbers'",
    );
    expect(Number(file!.size_bytes)).toBeGreaterThan(40e6);
  });

  it("what is wrong is said", async () => {
    await bench.connector("wrong", "mysql", settings, { password: "not-the-password" });
    expect((await bench.check("wrong")).error).toMatchObject({ code: "SOURCE_AUTH", transient: false });
    await bench.connector("lost", "mysql", { ...settings, database: "mysql" }, { password: server.password });
    expect((await bench.check("lost")).error).toMatchObject({ code: "SOURCE_DENIED" });
    await bench.source("shop", "none", { table: "nothing" }, { key: ["id"] });
    expect((await bench.pull("none")).pull.error).toMatchObject({ code: "SOURCE_MISSING" });
    await bench.connector("plain", "mysql", { ...settings, tls: "verify" }, { password: server.password });
    expect((await bench.check("plain")).error).toMatchObject({ code: "SOURCE_IDENTITY" });
    expect((await bench.check("shop", false, { network: PUBLIC })).error).toMatchObject({
      code: "SOURCE_REFUSED",
    });
    const kept = await everythingKept(bench);
    expect(kept).not.toContain(server.password);
    expect(kept).not.toContain("not-the-password");
  });
});
