/** Every object store keeps the same promises: lib/stores/object/types.ts. */
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readdir, rename, rm, utimes, writeFile } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { Client } from "minio";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Config } from "../../lib/config.ts";
import { AppError } from "../../lib/errors.ts";
import { createFileStore } from "../../lib/stores/object/files.ts";
import type { ObjectStore } from "../../lib/stores/object/index.ts";
import { createS3Store } from "../../lib/stores/object/s3.ts";
import { openRoad, type Road } from "./road.ts";
import { BUCKET, offerS3 } from "./servers.ts";

const MIB = 1024 * 1024;
const LIMIT = { maxBytes: 100 * MIB };
/** Over two parts of an upload in parts, and no multiple of one. */
const LARGE = 17 * MIB + 4321;

interface Adapter {
  store: ObjectStore;
  settings?: NonNullable<Config["s3"]>;
  stop(): Promise<void>;
}

async function files(): Promise<Adapter> {
  const folder = await mkdtemp(path.join(tmpdir(), "cadastre-objects-"));
  const store = createFileStore(path.join(folder, "objects"));
  await store.check();
  return {
    store,
    stop: () => rm(folder, { recursive: true, force: true }),
  };
}

const s3 = await offerS3();

async function minio(): Promise<Adapter> {
  if (!("start" in s3)) throw new Error(s3.missing);
  const { settings, stop } = await s3.start();
  return { store: createS3Store(settings), settings, stop };
}

function newKey(): string {
  return `test/${randomUUID()}`;
}

function streamOf(bytes: Buffer, chunk = 64 * 1024): Readable {
  function* chunks(): Generator<Buffer> {
    for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
  }
  return Readable.from(chunks());
}

/** Gives `bytes` and then breaks, as the body of a request does whose sender went away. */
function broken(bytes: number): Readable {
  function* chunks(): Generator<Buffer> {
    for (let left = bytes; left > 0; left -= MIB) yield Buffer.alloc(Math.min(left, MIB), "x");
    throw Object.assign(new Error("aborted"), { code: "ECONNRESET" });
  }
  return Readable.from(chunks());
}

/** Cuts the road when half of the bytes have been taken. */
function cutting(bytes: Buffer, road: Road): Readable {
  function* chunks(): Generator<Buffer> {
    const half = Math.floor(bytes.length / 2);
    yield bytes.subarray(0, half);
    road.cut();
    yield bytes.subarray(half);
  }
  return Readable.from(chunks());
}

async function read(store: ObjectStore, key: string, start?: number, end?: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of await store.open(key, start, end)) parts.push(chunk as Buffer);
  return Buffer.concat(parts);
}

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

function contract(adapter: () => Adapter): void {
  const store = (): ObjectStore => adapter().store;

  test("check says that it can be written to, also the second time", async () => {
    await store().check();
    await store().check();
  });

  test.each([0, 1, 70_000, 8 * MIB, LARGE])(
    "%i bytes come back as they were, measured on the way",
    async (size) => {
      const key = newKey();
      const bytes = randomBytes(size);
      const stored = await store().put(key, streamOf(bytes, 123_457), LIMIT);
      expect(stored.size).toBe(size);
      expect(stored.sha256.toString("hex")).toBe(sha256(bytes));
      expect(await store().size(key)).toBe(size);
      expect(sha256(await read(store(), key))).toBe(sha256(bytes));
      await store().remove(key);
    },
  );

  test("ranges: the end is exclusive, and what lies behind the object's end is left out", async () => {
    const key = newKey();
    await store().put(key, streamOf(Buffer.from("0123456789")), LIMIT);
    const text = async (start?: number, end?: number): Promise<string> =>
      (await read(store(), key, start, end)).toString();
    expect(await text(0, 1)).toBe("0");
    expect(await text(3)).toBe("3456789");
    expect(await text(3, 7)).toBe("3456");
    expect(await text(8, 100)).toBe("89");
    expect(await text(0, 0)).toBe("");
    expect(await text(5, 5)).toBe("");
    expect(await text(10)).toBe("");
    expect(await text(50, 60)).toBe("");
  });

  test.each([3 * MIB, LARGE])(
    "a stream that breaks after %i bytes leaves nothing and is told as it broke",
    async (bytes) => {
      const key = newKey();
      await expect(store().put(key, broken(bytes), LIMIT)).rejects.toMatchObject({ code: "ECONNRESET" });
      expect(await store().size(key)).toBeNull();
    },
  );

  test("a stream that is destroyed without a word leaves nothing", async () => {
    const key = newKey();
    const body = new Readable({ read: () => undefined });
    const put = store().put(key, body, LIMIT);
    body.push(Buffer.alloc(1000));
    setTimeout(() => body.destroy(), 50);
    await expect(put).rejects.not.toBeInstanceOf(AppError);
    expect(await store().size(key)).toBeNull();
  });

  test.each([MIB, LARGE - 1])(
    "more than the limit of %i bytes is TOO_LARGE and leaves nothing",
    async (maxBytes) => {
      const key = newKey();
      const put = store().put(key, streamOf(randomBytes(LARGE)), { maxBytes });
      await expect(put).rejects.toMatchObject({ code: "TOO_LARGE" });
      expect(await store().size(key)).toBeNull();
    },
  );

  test("exactly the limit is stored", async () => {
    const key = newKey();
    const stored = await store().put(key, streamOf(randomBytes(5000)), { maxBytes: 5000 });
    expect(stored.size).toBe(5000);
  });

  test("a broken stream does not touch what is under the key already", async () => {
    const key = newKey();
    await store().put(key, streamOf(Buffer.from("before")), LIMIT);
    await expect(store().put(key, broken(LARGE), LIMIT)).rejects.toThrow();
    expect((await read(store(), key)).toString()).toBe("before");
  });

  test("of several puts of one key at once one is there, whole", async () => {
    const key = newKey();
    const bodies = Array.from({ length: 4 }, (_, i) => Buffer.alloc(9 * MIB + i, `${i}`));
    const stored = await Promise.all(bodies.map((body) => store().put(key, streamOf(body), LIMIT)));
    expect(stored.map((one) => one.size)).toEqual(bodies.map((body) => body.length));
    const found = sha256(await read(store(), key));
    expect(bodies.map(sha256)).toContain(found);
  });

  test("an object that is replaced while it is read is read as it was, or the reader is told", async () => {
    const key = newKey();
    const first = Buffer.alloc(LARGE, "a");
    await store().put(key, streamOf(first), LIMIT);
    const stream = await store().open(key);
    // Beside it: a store may make the writer wait for the reader.
    const put = store().put(key, streamOf(Buffer.alloc(LARGE, "b")), LIMIT);
    const parts: Buffer[] = [];
    const told = await (async () => {
      for await (const chunk of stream) parts.push(chunk as Buffer);
    })().catch((error: unknown) => error);
    await put;
    if (told !== undefined) expect(told).toMatchObject({ code: "STORE_DOWN" });
    else expect(sha256(Buffer.concat(parts))).toBe(sha256(first));
  });

  test("a reader may leave early", async () => {
    const key = newKey();
    await store().put(key, streamOf(randomBytes(LARGE)), LIMIT);
    for await (const chunk of await store().open(key)) {
      expect((chunk as Buffer).length).toBeGreaterThan(0);
      break;
    }
    await store().remove(key);
  });

  test("a missing key has no size, cannot be opened, and may be removed", async () => {
    const key = newKey();
    expect(await store().size(key)).toBeNull();
    await expect(store().open(key)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await store().remove(key);
  });

  test("a removed object is gone", async () => {
    const key = newKey();
    await store().put(key, streamOf(Buffer.from("x")), LIMIT);
    await store().remove(key);
    expect(await store().size(key)).toBeNull();
    await expect(store().open(key)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test.each([
    "",
    "one",
    "/absolute/key",
    "../../etc/passwd",
    "test/../other",
    "test//x",
    "test/.parts",
    "Test/x",
    "test/x\0y",
    "test/a b",
    `test/${"x".repeat(600)}`,
  ])("the key %j is refused on every road", async (key) => {
    const refused = { code: "INVALID_KEY" };
    await expect(store().put(key, streamOf(Buffer.from("x")), LIMIT)).rejects.toMatchObject(refused);
    await expect(store().open(key)).rejects.toMatchObject(refused);
    await expect(store().size(key)).rejects.toMatchObject(refused);
    await expect(store().remove(key)).rejects.toMatchObject(refused);
  });
}

describe("files", () => {
  let adapter: Adapter;
  beforeAll(async () => {
    adapter = await files();
  });
  afterAll(() => adapter.stop());
  contract(() => adapter);

  test("what killed processes left of uploads is swept when it is old, and nothing else is", async () => {
    const root = await mkdtemp(path.join(tmpdir(), "cadastre-objects-"));
    const store = createFileStore(root);
    await store.check();
    await store.put("test/kept", streamOf(Buffer.from("kept")), LIMIT);
    const parts = path.join(root, ".parts");
    await writeFile(path.join(parts, "old"), "half");
    await writeFile(path.join(parts, "new"), "half");
    const hourAgo = new Date(Date.now() - 3_600_000);
    await utimes(path.join(parts, "old"), hourAgo, hourAgo);
    expect(await store.sweep(60_000)).toBe(1);
    expect(await readdir(parts)).toEqual(["new"]);
    expect(await store.size("test/kept")).toBe(4);
    await rm(root, { recursive: true });
  });

  test("a folder that cannot be made is STORE_DOWN", async () => {
    const file = path.join(await mkdtemp(path.join(tmpdir(), "cadastre-objects-")), "file");
    await writeFile(file, "");
    const store = createFileStore(path.join(file, "objects"));
    await expect(store.check()).rejects.toMatchObject({ code: "STORE_DOWN" });
    const put = store.put(newKey(), streamOf(Buffer.from("x")), LIMIT);
    await expect(put).rejects.toMatchObject({ code: "STORE_DOWN" });
    await rm(path.dirname(file), { recursive: true });
  });

  test("tells a folder that is gone, or another in its place, from a file that is gone", async () => {
    const root = path.join(await mkdtemp(path.join(tmpdir(), "cadastre-store-")), "objects");
    const store = createFileStore(root);
    await store.check();
    await store.put("org/a/files/1", Readable.from([Buffer.from("x")]), { maxBytes: 10 });
    expect(await store.size("org/a/files/2")).toBeNull();
    await rename(root, `${root}.away`);
    for (const stand of [async () => undefined, async () => void (await mkdir(root))]) {
      await stand();
      await expect(store.size("org/a/files/1")).rejects.toMatchObject({ code: "STORE_DOWN" });
      await expect(store.open("org/a/files/1")).rejects.toMatchObject({ code: "STORE_DOWN" });
      const body = Readable.from([Buffer.from("y")]);
      await expect(store.put("org/a/files/3", body, { maxBytes: 10 })).rejects.toMatchObject({
        code: "STORE_DOWN",
      });
      await expect(store.check()).rejects.toMatchObject({ code: "STORE_DOWN" });
      // Nor does another process take it for the store.
      await expect(createFileStore(root).size("org/a/files/1")).rejects.toMatchObject({ code: "STORE_DOWN" });
    }
    await rm(root, { recursive: true });
    await rename(`${root}.away`, root);
    expect(await store.size("org/a/files/1")).toBe(1);
    await rm(path.dirname(root), { recursive: true });
  });
});

describe("s3 against a real server", () => {
  let adapter: Adapter;
  beforeAll(async () => {
    if ("start" in s3) adapter = await minio();
    await adapter?.store.check();
  });
  afterAll(() => adapter?.stop());
  if ("start" in s3) {
    contract(() => adapter);
    test("a store that goes away in the middle is STORE_DOWN both ways, and works when it is back", async () => {
      const { hostname, port } = new URL(adapter.settings!.endpoint);
      const road = await openRoad({ host: hostname, port: Number(port || 80) });
      const far = createS3Store({ ...adapter.settings!, endpoint: `http://127.0.0.1:${road.port}` });
      const key = newKey();
      const bytes = randomBytes(LARGE);
      const put = far.put(key, cutting(bytes, road), LIMIT);
      await expect(put).rejects.toMatchObject({ code: "STORE_DOWN" });
      road.mend();
      expect(await far.size(key)).toBeNull();
      await far.put(key, streamOf(bytes), LIMIT);
      const stream = await far.open(key);
      const reading = (async () => {
        for await (const _ of stream) road.cut();
      })();
      await expect(reading).rejects.toMatchObject({ code: "STORE_DOWN" });
      road.mend();
      expect(sha256(await read(far, key))).toBe(sha256(bytes));
      await road.close();
    });
    test("an unfinished upload is swept when it is old", async () => {
      const { endpoint, accessKey, secretKey } = adapter.settings!;
      const { hostname, port, protocol } = new URL(endpoint);
      const useSSL = protocol === "https:";
      const client = new Client({ endPoint: hostname, port: Number(port), useSSL, accessKey, secretKey });
      const key = newKey();
      await client.initiateNewMultipartUpload(BUCKET, key, {});
      expect(await adapter.store.sweep(3_600_000)).toBe(0);
      await new Promise((resolve) => setTimeout(resolve, 1100));
      expect(await adapter.store.sweep(0)).toBe(1);
      expect(await adapter.store.sweep(0)).toBe(0);
    });
  } else test("the contract", (context) => context.skip(s3.missing));
});

describe("s3 without a server", () => {
  const settings = {
    accessKey: "a",
    secretKey: "b".repeat(20),
    bucket: "cadastre-test",
    region: "us-east-1",
  };

  test("every road is STORE_DOWN", async () => {
    // Port 1 of loopback: nobody listens there.
    const store = createS3Store({ ...settings, endpoint: "http://127.0.0.1:1" });
    const down = { code: "STORE_DOWN" };
    await expect(store.check()).rejects.toMatchObject(down);
    await expect(store.size("test/x")).rejects.toMatchObject(down);
    await expect(store.open("test/x")).rejects.toMatchObject(down);
    await expect(store.remove("test/x")).rejects.toMatchObject(down);
    await expect(store.sweep(0)).rejects.toMatchObject(down);
    await expect(store.put("test/x", streamOf(randomBytes(100)), LIMIT)).rejects.toMatchObject(down);
  });

  test("a transfer that is reset in the middle ends with STORE_DOWN, never early", async () => {
    // A server that promises more than it sends.
    const server = http.createServer((request, response) => {
      response.writeHead(200, {
        "content-length": "1000",
        etag: '"x"',
        "last-modified": new Date().toUTCString(),
      });
      if (request.method === "HEAD") response.end();
      else response.write(Buffer.alloc(500), () => response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const store = createS3Store({ ...settings, endpoint: `http://127.0.0.1:${port}` });
    await expect(read(store, "test/x")).rejects.toMatchObject({ code: "STORE_DOWN" });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});
