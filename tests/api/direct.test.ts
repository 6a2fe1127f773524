/** Uploads straight to a real S3 server, in parts, past our own. */
import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { offerS3 } from "../contract/servers.ts";
import { createOrg, startTestServer, type TestServer } from "./support/server.ts";

const s3 = await offerS3();
const MIB = 1024 * 1024;

describe("an upload straight to the store", () => {
  if (!("start" in s3)) {
    test("goes past the server", (context) => context.skip(s3.missing));
    return;
  }
  let server: TestServer;
  let token: string;
  let other: string;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    const started = await s3.start();
    stop = started.stop;
    const { endpoint, accessKey, secretKey, bucket, region } = started.settings;
    server = await startTestServer({
      env: {
        S3_ENDPOINT: endpoint,
        S3_PUBLIC_ENDPOINT: endpoint.replace("127.0.0.1", "localhost"),
        S3_ACCESS_KEY: accessKey,
        S3_SECRET_KEY: secretKey,
        S3_BUCKET: bucket,
        S3_REGION: region,
      },
    });
    const acme = await createOrg(server.db, "acme");
    await server.member(acme, "ed@acme.example", "editor");
    await server.member(acme, "ida@acme.example", "editor");
    token = await server.signIn("ed@acme.example");
    other = await server.signIn("ida@acme.example");
  });
  afterAll(async () => {
    await server?.close();
    await stop();
  });

  const post = async (path: string, body: object, as = token) => {
    const response = await fetch(`${server.url}/orgs/acme/uploads/direct${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${as}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  };

  async function sendParts(bytes: Buffer, urls: string[], partBytes: number): Promise<string[]> {
    const etags: string[] = [];
    // Last first: the order of sending does not matter.
    for (let i = urls.length - 1; i >= 0; i--) {
      const part = new Uint8Array(bytes.subarray(i * partBytes, (i + 1) * partBytes));
      const answer = await fetch(urls[i]!, { method: "PUT", body: part });
      expect(answer.status).toBe(200);
      etags[i] = answer.headers.get("etag")!;
    }
    return etags;
  }

  test("in two parts is one file with its digest, and the same file again a duplicate", async () => {
    const bytes = Buffer.from(`id,v\n1,${randomBytes(9 * MIB).toString("hex")}\n`);
    const statuses: string[] = [];
    for (let time = 0; time < 2; time++) {
      const begun = await post("", { dataset: "big", size: bytes.length, key: "id", filename: "big.csv" });
      expect(begun.status).toBe(201);
      expect(begun.body.urls).toHaveLength(2);
      expect(new URL(begun.body.urls[0]).hostname).toBe("localhost");
      const etags = await sendParts(bytes, begun.body.urls, begun.body.partBytes);
      // Nobody else's, and nothing but what was begun.
      expect((await post("/complete", { token: begun.body.token, etags }, other)).status).toBe(400);
      expect((await post("/complete", { token: `${begun.body.token}x`, etags })).status).toBe(400);
      const done = await post("/complete", { token: begun.body.token, etags });
      expect(done.status).toBe(202);
      statuses.push(done.body.status);
      const { rows } = await server.db.admin.query(
        "select f.size_bytes::int as size, encode(f.sha256, 'hex') as sha256, f.file_name from ingest.files f where f.id = $1",
        [done.body.fileId],
      );
      expect(rows[0]).toEqual({
        size: bytes.length,
        sha256: createHash("sha256").update(bytes).digest("hex"),
        file_name: "big.csv",
      });
    }
    expect(statuses).toEqual(["queued", "duplicate"]);
  });

  test("that is not what was announced is not kept", async () => {
    const begun = await post("", { dataset: "short", size: 1000, key: "id" });
    const etags = await sendParts(Buffer.from("id\n1\n"), begun.body.urls, begun.body.partBytes);
    expect((await post("/complete", { token: begun.body.token, etags: ["nonsense"] })).body.error.code).toBe(
      "BAD_INPUT",
    );
    const done = await post("/complete", { token: begun.body.token, etags });
    expect(done.body.error.message).toContain("5 bytes, 1000 were announced");
    expect(
      (await server.db.admin.query("select from ingest.files where dataset_name = 'short'")).rowCount,
    ).toBe(0);
  });

  test("is refused before it begins where the file would be", async () => {
    expect((await post("", { dataset: "No Good", size: 1 })).body.error.code).toBe("IN001");
    expect((await post("", { dataset: "x", size: 1e15 })).body.error.code).toBe("TOO_LARGE");
    expect((await post("", { dataset: "x", size: 1, surprise: true })).status).toBe(400);
  });
});

test("without an address of the store for senders there is none", async () => {
  const server = await startTestServer();
  try {
    const acme = await createOrg(server.db, "acme");
    await server.member(acme, "ed@acme.example", "editor");
    const response = await fetch(`${server.url}/orgs/acme/uploads/direct`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${await server.signIn("ed@acme.example")}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({ dataset: "x", size: 1 }),
    });
    expect(response.status).toBe(404);
  } finally {
    await server.close();
  }
});
