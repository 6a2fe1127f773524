/** Uploads by the tus protocol, with its own client: resumed, refused, finished as any other upload. */
import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { Upload } from "tus-js-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestOrg } from "../support/database.ts";
import { createOrg, startTestServer, type TestServer } from "./support/server.ts";

let server: TestServer;
let acme: TestOrg;
let token: string;
beforeAll(async () => {
  server = await startTestServer();
  acme = await createOrg(server.db, "acme");
  const globex = await createOrg(server.db, "globex");
  for (const [org, name, role] of [
    [acme, "editor", "editor"],
    [acme, "other", "editor"],
    [acme, "viewer", "viewer"],
    [globex, "stranger", "owner"],
  ] as const)
    await server.member(org, `${name}@${org.slug}.example`, role);
  token = await server.signIn("editor@acme.example", "acme");
});
afterAll(() => server?.close());

const CHUNK = 256 * 1024;
const csv = (rows: number): Buffer =>
  Buffer.from(
    `id,v\n${Array.from({ length: rows }, (_, i) => `${i},${randomBytes(8).toString("hex")}`).join("\n")}\n`,
  );

interface Sent {
  url: string | null;
  runId: string | null;
  error: { status: number; body: string } | null;
}

/** Sends with tus-js-client; `stopAfter` bytes it is broken off. `url` goes on with an upload. */
function send(
  bytes: Buffer,
  options: { token: string; metadata?: Record<string, string>; url?: string | null; stopAfter?: number },
): Promise<Sent> {
  return new Promise((resolve) => {
    let runId: string | null = null;
    const done = (error: Sent["error"]) => resolve({ url: upload.url, runId, error });
    const upload = new Upload(bytes, {
      endpoint: `${server.url}/orgs/acme/uploads`,
      ...(options.url ? { uploadUrl: options.url } : {}),
      chunkSize: CHUNK,
      retryDelays: null,
      headers: { authorization: `Bearer ${options.token}` },
      metadata: { dataset: "things", filename: "things.csv", key: "id", ...options.metadata },
      onAfterResponse: (_request, response) => {
        runId = response.getHeader("X-Run-Id") ?? runId;
      },
      onChunkComplete: (_size, accepted) => {
        if (options.stopAfter !== undefined && accepted >= options.stopAfter)
          void upload.abort().then(() => done(null));
      },
      onSuccess: () => done(null),
      onError: (error) => {
        const response = "originalResponse" in error ? error.originalResponse : null;
        done({ status: response?.getStatus() ?? 0, body: response?.getBody() ?? String(error) });
      },
    });
    upload.start();
  });
}

const leftovers = async (): Promise<string[]> => readdir(path.join(server.home, "uploads")).catch(() => []);

describe("a resumable upload", () => {
  test("goes on where it broke off, is one run with the whole file, and leaves nothing behind", async () => {
    const bytes = csv(40_000);
    const first = await send(bytes, { token, stopAfter: 2 * CHUNK });
    expect(first.runId).toBeNull();
    expect((await leftovers()).length).toBe(2);
    const second = await send(bytes, { token, url: first.url });
    expect(second).toMatchObject({ error: null, runId: expect.any(String) });
    const { rows } = await server.db.admin.query(
      "select f.size_bytes::int as size, f.sha256, f.file_name, r.status, r.key_fields from ingest.runs r join ingest.files f on f.id = r.file_id where r.id = $1",
      [second.runId],
    );
    expect(rows[0]).toMatchObject({
      size: bytes.length,
      file_name: "things.csv",
      status: "queued",
      key_fields: ["id"],
    });
    expect(await leftovers()).toEqual([]);
    const again = await send(bytes, { token });
    const found = await server.db.admin.query("select status from ingest.runs where id = $1", [again.runId]);
    expect(found.rows).toEqual([{ status: "duplicate" }]);
  });

  test("is refused before its first byte where the file would be", async () => {
    const refused = async (given: Parameters<typeof send>[1]) => {
      const { error } = await send(csv(10), given);
      return [error!.status, JSON.parse(error!.body).error.code];
    };
    expect(await refused({ token, metadata: { dataset: "No Good" } })).toEqual([400, "IN001"]);
    expect(await refused({ token, metadata: { mode: "sideways" } })).toEqual([400, "BAD_INPUT"]);
    expect(await refused({ token, metadata: { surprise: "x" } })).toEqual([400, "BAD_INPUT"]);
    const viewer = await server.signIn("viewer@acme.example", "acme");
    expect(await refused({ token: viewer })).toEqual([403, "FORBIDDEN"]);
    const stranger = await server.signIn("stranger@globex.example", "globex");
    expect((await refused({ token: stranger }))[0]).toBeGreaterThanOrEqual(403);
    expect(await leftovers()).toEqual([]);
  });

  test("is nobody else's: neither a colleague nor another organization can go on with it or end it", async () => {
    const bytes = csv(20_000);
    const { url } = await send(bytes, { token, stopAfter: CHUNK });
    const other = await server.signIn("other@acme.example", "acme");
    const stranger = await server.signIn("stranger@globex.example", "globex");
    for (const who of [other, stranger]) {
      for (const method of ["HEAD", "DELETE"]) {
        const response = await fetch(url!, {
          method,
          headers: { authorization: `Bearer ${who}`, "tus-resumable": "1.0.0" },
        });
        expect(response.status).toBeGreaterThanOrEqual(403);
      }
    }
    for (const id of ["..%2f..%2fsecret.key", `${acme.id}.x`]) {
      const response = await fetch(`${server.url}/orgs/acme/uploads/${id}`, {
        method: "HEAD",
        headers: { authorization: `Bearer ${token}`, "tus-resumable": "1.0.0" },
      });
      expect(response.status).toBe(404);
    }
    const ended = await fetch(url!, {
      method: "DELETE",
      headers: { authorization: `Bearer ${token}`, "tus-resumable": "1.0.0" },
    });
    expect(ended.status).toBe(204);
    expect(await leftovers()).toEqual([]);
  });

  test("whose store is down at its end is not lost: its sender goes on", async () => {
    const bytes = csv(20_000);
    const objects = path.join(server.home, "objects");
    const { url } = await send(bytes, { token, stopAfter: CHUNK });
    await rename(objects, `${objects}.away`);
    await mkdir(objects);
    const failed = await send(bytes, { token, url });
    expect(failed.error).toMatchObject({ status: 503 });
    await rm(objects, { recursive: true });
    await rename(`${objects}.away`, objects);
    const done = await send(bytes, { token, url });
    expect(done).toMatchObject({ error: null, runId: expect.any(String) });
  });

  test("is one of at most 100 unfinished ones of its organization, however many begin at once; finishing one lets another in", async () => {
    const begin = async (who: string, slug: string, body = Buffer.from("id,v\n1,a\n")) => {
      const metadata = { dataset: "many", filename: "many.csv", key: "id" };
      const response = await fetch(`${server.url}/orgs/${slug}/uploads`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${who}`,
          "tus-resumable": "1.0.0",
          "upload-length": String(body.length),
          "upload-metadata": Object.entries(metadata)
            .map(([name, value]) => `${name} ${Buffer.from(value).toString("base64")}`)
            .join(","),
        },
      });
      return { status: response.status, url: response.headers.get("location"), text: await response.text() };
    };
    for (let i = 0; i < 95; i++) expect((await begin(token, "acme")).status).toBe(201);
    const last = await Promise.all(Array.from({ length: 10 }, () => begin(token, "acme")));
    expect(last.map((l) => l.status).sort()).toEqual([...Array(5).fill(201), ...Array(5).fill(429)]);
    const refused = last.find((l) => l.status === 429)!;
    expect(JSON.parse(refused.text).error).toMatchObject({
      code: "TOO_MANY",
      message: "your organization has 100 unfinished uploads",
      hint: expect.stringContaining("Finish"),
    });
    // Bytes and description of each, and nothing of the refused ones.
    expect((await leftovers()).length).toBe(200);
    const stranger = await server.signIn("stranger@globex.example", "globex");
    expect((await begin(stranger, "globex")).status).toBe(201);

    const finished = await fetch(new URL(last.find((l) => l.status === 201)!.url!, server.url), {
      method: "PATCH",
      headers: {
        authorization: `Bearer ${token}`,
        "tus-resumable": "1.0.0",
        "upload-offset": "0",
        "content-type": "application/offset+octet-stream",
      },
      body: "id,v\n1,a\n",
    });
    expect([finished.status, finished.headers.get("x-run-id")]).toEqual([204, expect.any(String)]);
    expect((await begin(token, "acme")).status).toBe(201);
    expect((await begin(token, "acme")).status).toBe(429);
  });
});
