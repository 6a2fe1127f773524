/**
 * PostgreSQL as a source, over a second database of the same server: discovery, whole and incremental reading, ties on
 * the cursor, ranges, and what people are told when something is wrong.
 */
import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runPull } from "../../../worker/connectors/pull.ts";
import { asPlatform, asService } from "../../support/database.ts";
import { countsOf } from "../support.ts";
import { type ConnectorBench, createConnectorBench, everythingKept, PUBLIC } from "./support.ts";

let bench: ConnectorBench;
let shop: pg.Client;
const role = `shop_${randomBytes(4).toString("hex")}`;
const PASSWORD = "s3cret'\"&=";
let settings: Record<string, unknown>;

beforeAll(async () => {
  bench = await createConnectorBench();
  const admin = bench.bench.db.admin;
  const database = `${role}_db`;
  await admin.query(`create role ${role} login password ${pg.escapeLiteral(PASSWORD)}`);
  await admin.query(`create database ${database}`);
  const url = new URL(bench.bench.db.adminUrl);
  url.pathname = `/${database}`;
  shop = new pg.Client({ connectionString: url.href });
  await shop.connect();
  await shop.query(`
    create table orders (id bigint primary key, customer text, paid boolean, total numeric(12,2), note text, tags text[], changed_at timestamptz not null);
    create view big_orders as select * from orders where total > 100;
    create schema "odd ""schema";
    create table "odd ""schema"."Mixed Case" ("a key" int, "Value, with comma" text, primary key ("a key"));
    insert into "odd ""schema"."Mixed Case" values (1, 'x'), (2, '');
    create table closed (id int);
    create table events (at timestamptz, what text);
    grant usage on schema "odd ""schema" to ${role};
    grant select on orders, big_orders, events, "odd ""schema"."Mixed Case" to ${role}`);
  settings = { host: "127.0.0.1", port: Number(url.port), database, user: role, tls: "off" };
  await bench.connector("shop", "postgres", settings, { password: PASSWORD });
});
afterAll(async () => {
  const database = shop?.database;
  await shop?.end();
  await bench?.bench.db.admin.query(`drop database if exists ${database} with (force)`);
  await bench?.bench.db.admin.query(`drop role if exists ${role}`);
  await bench?.close();
});

async function put(
  id: number,
  changed: string,
  values: { note?: string | null; total?: number } = {},
): Promise<void> {
  await shop.query(
    `insert into orders values ($1, 'ann', true, $2, $3, '{a,"b, c"}', $4)
     on conflict (id) do update set total = excluded.total, note = excluded.note, changed_at = excluded.changed_at`,
    [id, values.total ?? 10, values.note === undefined ? 'say "hi",\nplease' : values.note, changed],
  );
}

describe("a connector to PostgreSQL", () => {
  it("is tested and discovered: tables with columns, keys and estimates, those alone that may be read", async () => {
    const tested = await bench.check("shop");
    expect(tested).toMatchObject({ status: "succeeded", error: null });
    expect(tested.result!.message).toMatch(/^PostgreSQL 18/);
    expect(
      await bench.query("select status, has_secret, error from ingest.connectors where name = 'shop'"),
    ).toEqual([{ status: "ok", has_secret: true, error: null }]);
    const { result } = await bench.check("shop", true);
    expect(result!.found!.map((found) => found.name)).toEqual([
      'odd "schema.Mixed Case',
      "public.big_orders",
      "public.events",
      "public.orders",
    ]);
    const orders = result!.found!.find((found) => found.name === "public.orders")!;
    expect(orders).toMatchObject({ selection: { table: "public.orders" }, key: ["id"] });
    expect(orders.columns!.slice(0, 4)).toEqual([
      { name: "id", type: "bigint" },
      { name: "customer", type: "text" },
      { name: "paid", type: "boolean" },
      { name: "total", type: "numeric(12,2)" },
    ]);
  });

  it("is read whole: each value as it was; the same again is a duplicate, back to the first state is loaded", async () => {
    await put(1, "2026-01-01T10:00:00Z");
    await put(2, "2026-01-02T10:00:00.123456Z", { note: "", total: 1e9 });
    await put(3, "2026-01-03T10:00:00Z", { note: null });
    await bench.source(
      "shop",
      "whole",
      { table: "orders" },
      { dataset: "whole", mode: "snapshot", key: ["id"] },
    );
    const first = await bench.pull("whole");
    expect(first.outcome).toBe("succeeded");
    expect(first.runs).toMatchObject([{ status: "succeeded", read: 3, inserted: 3, rejected: 0 }]);
    const [one, two, three] = await bench.rows("whole", "id");
    expect(one).toMatchObject({
      id: 1,
      customer: "ann",
      paid: true,
      total: "10.00",
      note: 'say "hi",\nplease',
    });
    expect((two!.changed_at as Date).toISOString()).toBe("2026-01-02T10:00:00.123Z");
    expect(three!.note).toBeNull();
    expect((await bench.pull("whole")).runs).toMatchObject([{ status: "duplicate" }]);
    await put(2, "2026-01-02T10:00:00.123456Z", { note: "changed", total: 1e9 });
    expect((await bench.pull("whole")).runs).toMatchObject([
      { status: "succeeded", updated: 1, unchanged: 2 },
    ]);
    await put(2, "2026-01-02T10:00:00.123456Z", { note: "", total: 1e9 });
    expect((await bench.pull("whole")).runs).toMatchObject([
      { status: "succeeded", updated: 1, unchanged: 2 },
    ]);
    const [file] = await bench.query<{ file_name: string }>(
      "select file_name from ingest.files where dataset_name = 'whole' limit 1",
    );
    expect(file!.file_name).toBe("whole orders.csv");
  });

  it("is read by a cursor: nothing lost that ties with the edge, nothing twice, nothing submitted where nothing is new", async () => {
    await bench.source(
      "shop",
      "news",
      { table: "public.orders", cursorField: "changed_at" },
      { dataset: "news", how: "incremental", key: ["id"], mode: "upsert" },
    );
    const first = await bench.pull("news");
    expect(first.runs).toMatchObject([{ status: "succeeded", read: 3, inserted: 3 }]);
    const idle = await bench.pull("news");
    expect(idle.pull).toMatchObject({ status: "succeeded", files: 0, run_ids: [] });
    // The same instant as the edge, committed later.
    await put(4, "2026-01-03T10:00:00Z");
    await put(5, "2026-01-03T10:00:00Z");
    const ties = await bench.pull("news");
    expect(ties.runs.map(countsOf)).toMatchObject([{ read: 3, inserted: 2, unchanged: 1 }]);
    await put(1, "2026-02-01T00:00:00Z", { total: 99 });
    const later = await bench.pull("news");
    expect(later.runs.map(countsOf)).toMatchObject([{ read: 4, updated: 1, unchanged: 3 }]);
    const rows = await bench.rows("news", "id");
    expect(rows.map((row) => row.id)).toEqual([1, 2, 3, 4, 5]);
    expect(rows[0]!.total).toBe("99.00");
    const [file] = await bench.query<{ file_name: string }>(
      "select f.file_name from ingest.files f where dataset_name = 'news' order by created_at desc limit 1",
    );
    expect(file!.file_name).toMatch(
      /^news public\.orders 2026-01-03 10:00:00\+00\.\.2026-02-01 00:00:00\+00\.csv$/,
    );
  });

  it("without a key, rows at the edge wait until it is closed: each once", async () => {
    await bench.source(
      "shop",
      "log",
      { table: "events", cursorField: "at" },
      { dataset: "log", how: "incremental", mode: "append" },
    );
    const add = (at: string, what: string) => shop.query("insert into events values ($1, $2)", [at, what]);
    await add("2026-01-01", "a");
    await add("2026-01-02", "b");
    expect((await bench.pull("log")).runs).toMatchObject([{ read: 1, inserted: 1 }]);
    await add("2026-01-02", "c");
    expect((await bench.pull("log")).pull.files).toBe(0);
    await add("2026-01-03", "d");
    expect((await bench.pull("log")).runs).toMatchObject([{ read: 2, inserted: 2 }]);
    await add("2026-01-04", "e");
    await bench.pull("log");
    expect((await bench.rows("log", "what")).map((row) => row.what)).toEqual(["a", "b", "c", "d"]);
  });

  it("a range is read again without moving the cursor", async () => {
    const cursor = () => bench.query("select cursor from ingest.sources where name = 'news'");
    const before = await cursor();
    const { runs } = await bench.pull("news", { range: { from: "2026-01-02", to: "2026-01-03" } });
    expect(runs).toMatchObject([{ status: "succeeded", read: 1, unchanged: 1 }]);
    expect(await cursor()).toEqual(before);
    const odd = await bench.pull("news", { range: { from: "'; drop table orders; --" } });
    expect(odd.pull).toMatchObject({ status: "failed", error: { code: "SOURCE_MISSING" } });
    expect((await shop.query("select count(*)::int as n from orders")).rows).toEqual([{ n: 5 }]);
  });

  it("names need no care: quotes, spaces, capitals, commas", async () => {
    await bench.source(
      "shop",
      "odd",
      { table: 'odd "schema.Mixed Case' },
      { dataset: "odd", mode: "upsert", key: ["a key"] },
    );
    expect((await bench.pull("odd")).runs).toMatchObject([{ status: "succeeded", inserted: 2 }]);
    await bench.source(
      "shop",
      "part",
      { table: "orders", columns: ["id", "total"] },
      { dataset: "part", mode: "upsert", key: ["id"] },
    );
    await bench.pull("part");
    expect(Object.keys((await bench.rows("part"))[0]!).slice(0, 3)).toEqual(
      expect.arrayContaining(["id", "total"]),
    );
  });
});

describe("what is wrong is said, with what to do", () => {
  const changed = (name: string, change: object, secret: object = { password: PASSWORD }) =>
    bench.connector(name, "postgres", { ...settings, ...change }, secret);

  it("a wrong password", async () => {
    await changed("wrong", {}, { password: "not-the-password" });
    const { error, status } = await bench.check("wrong");
    expect(status).toBe("failed");
    expect(error).toMatchObject({
      code: "SOURCE_AUTH",
      transient: false,
      hint: expect.stringContaining("password"),
    });
    expect(await bench.query("select status from ingest.connectors where name = 'wrong'")).toEqual([
      { status: "failing" },
    ]);
    await bench.source("wrong", "wrong-orders", { table: "orders" }, { key: ["id"] });
    expect((await bench.pull("wrong-orders")).pull).toMatchObject({
      status: "failed",
      error: { code: "SOURCE_AUTH" },
      attempts: 1,
    });
  });

  it("no secret, no such database, no such table or column, no right, no TLS, nobody there", async () => {
    await bench.connector("bare", "postgres", settings);
    expect((await bench.check("bare")).error).toMatchObject({ code: "SOURCE_AUTH" });
    await changed("lost", { database: "nowhere" });
    expect((await bench.check("lost")).error).toMatchObject({ code: "SOURCE_MISSING" });
    await bench.source("shop", "none", { table: "nothing" }, { key: ["id"] });
    expect((await bench.pull("none")).pull.error).toMatchObject({
      code: "SOURCE_MISSING",
      message: expect.stringContaining("nothing"),
    });
    await bench.source("shop", "hidden", { table: "closed" }, { key: ["id"] });
    expect((await bench.pull("hidden")).pull.error).toMatchObject({
      code: "SOURCE_DENIED",
      hint: expect.stringContaining("grant"),
    });
    await changed("plain", { tls: "verify" });
    expect((await bench.check("plain")).error).toMatchObject({ code: "SOURCE_IDENTITY" });
    await changed("away", { port: 1 });
    expect((await bench.check("away")).error).toMatchObject({ code: "SOURCE_DOWN", transient: true });
    await bench.source("away", "away-orders", { table: "orders" }, { key: ["id"] });
    const { outcome, pull } = await bench.pull("away-orders");
    expect(outcome).toBe("waiting");
    expect(pull.error).toMatchObject({ code: "SOURCE_DOWN", transient: true });
    expect(Date.parse(pull.error!.retry_at!)).toBeGreaterThan(Date.now());
  });

  it("an address inside, unless the installation allows it", async () => {
    const refused = await bench.check("shop", false, { network: PUBLIC });
    expect(refused.error).toMatchObject({ code: "SOURCE_REFUSED", transient: false });
    await bench.check("shop");
  });

  it("and no secret is in any row", async () => {
    const kept = await everythingKept(bench);
    expect(kept).not.toContain("s3cret");
    expect(kept).not.toContain("not-the-password");
  });
});

describe("a crash", () => {
  it("between reading and submitting loses nothing and loads nothing twice", async () => {
    await bench.source(
      "shop",
      "crash",
      { table: "orders", cursorField: "id" },
      { dataset: "crash", how: "incremental", key: ["id"], mode: "upsert" },
    );
    const died = await bench.pull("crash", {
      context: { onStored: () => Promise.reject(Object.assign(new Error("killed"), { code: "IN007" })) },
    });
    expect(died.outcome).toBe("lost");
    expect(died.pull).toMatchObject({ status: "running", files: 0 });
    expect(await bench.query("select cursor from ingest.sources where name = 'crash'")).toEqual([
      { cursor: null },
    ]);
    const { runs } = await bench.again(died.pull.id);
    expect(runs).toMatchObject([{ status: "succeeded", inserted: 5 }]);
    expect(await bench.rows("crash")).toHaveLength(5);
  });

  it("of the whole worker: another takes over when the lease is out, and the first can write nothing", async () => {
    await put(6, "2026-03-01T00:00:00Z");
    const { db, org } = bench.bench;
    let release: () => void = () => undefined;
    const stopped = new Promise<void>((resolve) => {
      release = resolve;
    });
    const [row] = await bench.query<{ id: string }>("select id from ingest.pull_source('crash')");
    // Stopped past its lease, like a process under SIGSTOP: its beats fail too.
    const zombie = runPull(
      { ...bench.context, leaseSeconds: 3600, onStored: () => stopped },
      { orgId: org.id, pullId: row!.id },
      "zombie",
    );
    for (let turn = 0; turn < 200; turn++) {
      const [now] = await bench.query<{ status: string }>(
        "select status from ingest.source_pulls where id = $1",
        [row!.id],
      );
      if (now!.status === "running") break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await expect(bench.again(row!.id)).rejects.toMatchObject({ code: "IN007" });
    await db.admin.query(
      "update ingest.source_pulls set lease_until = now() - interval '1 second' where id = $1",
      [row!.id],
    );
    const reaped = await asPlatform(db, (client) => client.query("select ingest.reap_pulls() as n"));
    expect(reaped.rows).toEqual([{ n: 1 }]);
    const { runs } = await bench.again(row!.id);
    expect(runs).toMatchObject([{ status: "succeeded", inserted: 1 }]);
    release();
    expect(await zombie).toBe("lost");
    const jobs = await asService(
      db,
      org.id,
      async (client) =>
        (await client.query("select count(*)::int as n from ingest.runs where dataset_name = 'crash'")).rows,
    );
    expect(jobs).toEqual([{ n: 2 }]);
  });
});
