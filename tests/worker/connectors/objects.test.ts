/** S3 and, by HMAC keys, Google Cloud Storage as sources, over a real MinIO; a service account over an own server. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { exportPKCS8, generateKeyPair, jwtVerify } from "jose";
import { Client } from "minio";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { offerS3 } from "../../contract/servers.ts";
import { type ConnectorBench, createConnectorBench, everythingKept, PUBLIC } from "./support.ts";

const offer = await offerS3();
const why = "missing" in offer ? `, skipped: ${offer.missing}` : "";
const BUCKET = "lake-of-sources";

describe.skipIf("missing" in offer)(`a connector to MinIO${why}`, () => {
  let stop: () => Promise<void> = async () => undefined;
  let bench: ConnectorBench;
  let client: Client;
  let settings: Record<string, unknown>;
  let secret: { accessKey: string; secretKey: string };

  beforeAll(async () => {
    if ("missing" in offer) return;
    const started = await offer.start();
    stop = started.stop;
    const { endpoint, accessKey, secretKey } = started.settings;
    const url = new URL(endpoint);
    client = new Client({
      endPoint: url.hostname,
      port: Number(url.port),
      useSSL: url.protocol === "https:",
      accessKey,
      secretKey,
    });
    if (!(await client.bucketExists(BUCKET))) await client.makeBucket(BUCKET);
    settings = { endpoint, bucket: BUCKET };
    secret = { accessKey, secretKey };
    bench = await createConnectorBench();
    await bench.connector("lake", "s3", settings, secret);
  });
  afterAll(async () => {
    await bench?.close();
    await stop();
  });

  const put = (name: string, text: string) => client.putObject(BUCKET, name, text);

  for (const kind of ["s3", "gcs"]) {
    it(`${kind}: is tested and discovered; objects below the prefix that match come once in each version`, async () => {
      const name = `${kind}-lake`;
      await bench.connector(name, kind, settings, secret);
      await put(`${kind}/in/a b.csv`, "id,v\n1,a\n");
      await put(`${kind}/in/2026/é.csv`, "id,v\n2,b\n");
      await put(`${kind}/in/readme.md`, "# no");
      await put(`${kind}/out/c.csv`, "id,v\n9,z\n");
      expect((await bench.check(name)).result!.message).toContain(BUCKET);
      const { result } = await bench.check(name, true);
      expect(result!.found).toEqual(
        expect.arrayContaining([{ name: `${kind}/in/`, selection: { prefix: `${kind}/in/` }, bytes: 13 }]),
      );
      const dataset = `${kind}_files`;
      await bench.source(
        name,
        `${kind}-files`,
        { prefix: `${kind}/in/`, pattern: "**.csv" },
        { dataset, how: "new_objects", key: ["id"], mode: "upsert" },
      );
      expect((await bench.pull(`${kind}-files`)).runs).toMatchObject([{ inserted: 1 }, { inserted: 1 }]);
      expect((await bench.pull(`${kind}-files`)).pull.files).toBe(0);
      await put(`${kind}/in/a b.csv`, "id,v\n1,changed\n");
      await put(`${kind}/in/0.csv`, "id,v\n3,c\n");
      expect((await bench.pull(`${kind}-files`)).runs.map((run) => [run.inserted, run.updated])).toEqual([
        [1, 0],
        [0, 1],
      ]);
      expect((await bench.rows(dataset, "id")).map((row) => row.v)).toEqual(["changed", "b", "c"]);
    });
  }

  it("a crash between reading and submitting reads the rest again, and each once", async () => {
    for (const n of [1, 2, 3]) await put(`crash/${n}.csv`, `id,v\n${n},x\n`);
    await bench.source("lake", "crash", { prefix: "crash/" }, { how: "new_objects", mode: "append" });
    let stored = 0;
    const died = await bench.pull("crash", {
      context: {
        onStored: () =>
          ++stored === 2 ? Promise.reject(Object.assign(new Error("killed"), { code: "IN007" })) : undefined,
      },
    });
    expect(died.pull).toMatchObject({ status: "running", files: 1 });
    await bench.again(died.pull.id);
    expect((await bench.rows("crash", "id")).map((row) => row.id)).toEqual([1, 2, 3]);
  });

  it("what is wrong is said", async () => {
    await bench.connector("wrong", "s3", settings, { ...secret, secretKey: "not-the-password" });
    expect((await bench.check("wrong")).error).toMatchObject({ code: "SOURCE_AUTH", transient: false });
    await bench.connector("unknown", "s3", settings, {
      accessKey: "nobody-here",
      secretKey: "not-the-password",
    });
    expect((await bench.check("unknown")).error).toMatchObject({ code: "SOURCE_AUTH" });
    await bench.connector("anonymous", "s3", settings);
    expect((await bench.check("anonymous")).error).toMatchObject({ code: "SOURCE_DENIED" });
    await bench.connector("lost", "s3", { ...settings, bucket: "no-such-bucket" }, secret);
    expect((await bench.check("lost")).error).toMatchObject({ code: "SOURCE_MISSING" });
    await bench.connector("away", "s3", { ...settings, endpoint: "http://127.0.0.1:1" }, secret);
    expect((await bench.check("away")).error).toMatchObject({ code: "SOURCE_DOWN", transient: true });
    expect((await bench.check("lake", false, { network: PUBLIC })).error).toMatchObject({
      code: "SOURCE_REFUSED",
    });
    const kept = await everythingKept(bench);
    expect(kept).not.toContain(secret.secretKey);
    expect(kept).not.toContain("not-the-password");
  });
});

describe("a connector to Google Cloud Storage by a service account, over a server that asks for what Google's does", () => {
  let server: Server;
  let bench: ConnectorBench;
  let base: string;
  let serviceAccount: string;
  const TOKEN = "ya29.a-token-of-one-hour";
  let tokens = 0;

  beforeAll(async () => {
    const { publicKey, privateKey } = await generateKeyPair("RS256", { extractable: true });
    const objects: Record<string, string> = { "in/a.csv": "id,v\n1,a\n", "in/b c.csv": "id,v\n2,b\n" };
    server = createServer(async (request, response) => {
      const url = new URL(request.url ?? "/", base);
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      if (url.pathname === "/token") {
        const form = new URLSearchParams(Buffer.concat(chunks).toString());
        const verified = await jwtVerify(form.get("assertion") ?? "", publicKey, {
          issuer: "reader@example.iam",
          audience: `${base}/token`,
        }).catch(() => null);
        if (!verified) return void response.writeHead(400).end('{"error": "invalid_grant"}');
        tokens++;
        return void response.end(JSON.stringify({ access_token: TOKEN, expires_in: 3600 }));
      }
      if (request.headers.authorization !== `Bearer ${TOKEN}`) return void response.writeHead(401).end();
      const root = "/storage/v1/b/lake/o";
      if (url.pathname === root) {
        // One object a page.
        const names = Object.keys(objects).filter((name) =>
          name.startsWith(url.searchParams.get("prefix") ?? ""),
        );
        const at = Number(url.searchParams.get("pageToken") ?? 0);
        const items = names
          .slice(at, at + 1)
          .map((name) => ({ name, size: String(objects[name]!.length), generation: "1" }));
        return void response.end(
          JSON.stringify({ items, ...(at + 1 < names.length ? { nextPageToken: String(at + 1) } : {}) }),
        );
      }
      const name = decodeURIComponent(url.pathname.slice(root.length + 1));
      if (objects[name] === undefined) return void response.writeHead(404).end();
      response.end(objects[name]);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    serviceAccount = JSON.stringify({
      client_email: "reader@example.iam",
      private_key: await exportPKCS8(privateKey),
      token_uri: `${base}/token`,
    });
    bench = await createConnectorBench("globex");
  });
  afterAll(async () => {
    await bench?.close();
    server?.closeAllConnections();
    server?.close();
  });

  it("signs in with the key, pages through the list, reads new objects", async () => {
    await bench.connector("lake", "gcs", { endpoint: base, bucket: "lake" }, { serviceAccount });
    expect((await bench.check("lake")).error).toBeNull();
    await bench.source("lake", "files", { prefix: "in/" }, { how: "new_objects", key: ["id"] });
    tokens = 0;
    expect((await bench.pull("files")).runs).toMatchObject([{ inserted: 1 }, { inserted: 1 }]);
    expect(tokens).toBe(1);
    expect((await bench.pull("files")).pull.files).toBe(0);
  });

  it("another key is not let in; the token goes nowhere else", async () => {
    const { privateKey } = await generateKeyPair("RS256", { extractable: true });
    const other = { ...JSON.parse(serviceAccount), private_key: await exportPKCS8(privateKey) };
    await bench.connector(
      "wrong",
      "gcs",
      { endpoint: base, bucket: "lake" },
      { serviceAccount: JSON.stringify(other) },
    );
    expect((await bench.check("wrong")).error).toMatchObject({ code: "SOURCE_AUTH", transient: false });
    expect((await bench.check("lake", false, { network: PUBLIC })).error).toMatchObject({
      code: "SOURCE_REFUSED",
    });
    const kept = await everythingKept(bench);
    expect(kept).not.toContain(TOKEN);
    expect(kept).not.toContain("PRIVATE KEY");
  });
});
