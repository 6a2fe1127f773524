/** Receiving files, telling of runs, the rejected rows' CSV, health, and the back office's own files. */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asService, type TestOrg } from "../support/database.ts";
import { createOrg, startTestServer, type TestServer } from "./support/server.ts";

let api: TestServer;
let acme: TestOrg;
let editor: string;
let viewer: string;
let stranger: string;
let adminDir: string;

const MAX = 200_000;
const CSV = "id,name\n1,ada\n2,bob\n";

beforeAll(async () => {
  adminDir = await mkdtemp(path.join(tmpdir(), "cadastre-admin-"));
  await mkdir(path.join(adminDir, "assets"));
  await writeFile(path.join(adminDir, "index.html"), "<!doctype html><title>Cadastre</title>");
  await writeFile(path.join(adminDir, "assets", "index-abc123.js"), "1");
  api = await startTestServer({ env: { MAX_UPLOAD_BYTES: String(MAX) }, adminDir });
  acme = await createOrg(api.db, "acme");
  const globex = await createOrg(api.db, "globex");
  await api.member(acme, "ed@example.org", "editor");
  await api.member(acme, "vic@example.org", "viewer");
  await api.member(globex, "eve@example.org", "owner");
  [editor, viewer, stranger] = (await Promise.all(
    ["ed", "vic", "eve"].map((name) => api.signIn(`${name}@example.org`)),
  )) as [string, string, string];
});
afterAll(async () => {
  await api.close();
  await rm(adminDir, { recursive: true, force: true });
});

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const upload = (token: string, to: string, body: string | Buffer = CSV) =>
  fetch(`${api.url}/orgs/acme/datasets/${to}`, {
    method: "POST",
    body: new Uint8Array(Buffer.from(body)),
    headers: bearer(token),
  });
async function storedFiles(): Promise<string[]> {
  const names = await readdir(path.join(api.home, "objects"), { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  return names.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}
const counts = async () => ({
  files: (await api.db.admin.query("select count(*)::int as n from ingest.files")).rows[0].n as number,
  stored: (await storedFiles()).length,
});

describe("an upload", () => {
  it("is told how it is to be read, whatever its format", async () => {
    const response = await upload(
      editor,
      "measures/files?force=1&format=fixed&positions=0-5,5-12&decimal=,&dateOrder=dmy&locale=de-DE",
    );
    expect(response.status).toBe(202);
    const { rows } = await api.db.admin.query("select options from ingest.runs where id = $1", [
      (await response.json()).runId,
    ]);
    expect(rows[0].options.dialect).toEqual({
      format: "fixed",
      positions: [
        [0, 5],
        [5, 12],
      ],
      decimal: ",",
      dateOrder: "dmy",
      locale: "de-DE",
    });
    for (const wrong of ["format=doc", "positions=5", "decimal=;", "dateOrder=myd"])
      expect((await upload(editor, `measures/files?${wrong}`)).status, wrong).toBe(400);
  });

  it("is stored, registered with its digest, and queued", async () => {
    const response = await upload(
      editor,
      "people/files?key=id&mode=upsert&filename=people.csv&delimiter=,&quote=none&headerLines=1",
    );
    expect(response.status).toBe(202);
    const { fileId, runId, status } = await response.json();
    expect(status).toBe("queued");
    const { rows } = await api.db.admin.query(
      "select f.*, r.options, r.key_fields, r.mode from ingest.files f join ingest.runs r on r.file_id = f.id where f.id = $1",
      [fileId],
    );
    expect(rows[0]).toMatchObject({
      file_name: "people.csv",
      size_bytes: String(CSV.length),
      sha256: createHash("sha256").update(CSV).digest(),
      object_key: expect.stringMatching(new RegExp(`^org/${acme.id}/files/[0-9a-f-]{36}$`)),
      options: { dialect: { delimiter: ",", quote: null, headerLines: 1 } },
      key_fields: ["id"],
      mode: "upsert",
    });
    const job = await api.db.admin.query("select count(*)::int as n from graphile_worker.jobs");
    expect(job.rows[0].n).toBeGreaterThan(0);

    const run = await fetch(`${api.url}/orgs/acme/runs/${runId}`, { headers: bearer(viewer) });
    expect(await run.json()).toMatchObject({
      id: runId,
      fileId,
      dataset: "people",
      status: "queued",
      read: 0,
      rejected: 0,
      bytesTotal: CSV.length,
      error: null,
    });
    for (const [token, to, expected] of [
      [stranger, `/orgs/acme/runs/${runId}`, 404],
      [stranger, `/orgs/globex/runs/${runId}`, 404],
      [viewer, "/orgs/acme/runs/not-an-id", 404],
    ] as const) {
      expect((await fetch(api.url + to, { headers: bearer(token) })).status, to).toBe(expected);
    }
  });

  it("of the same bytes is a duplicate, unless it is forced", async () => {
    const body = "id\n5\n";
    expect((await (await upload(editor, "twice/files?key=id", body)).json()).status).toBe("queued");
    expect((await (await upload(editor, "twice/files?key=id", body)).json()).status).toBe("duplicate");
    expect((await (await upload(editor, "twice/files?key=id&force=1", body)).json()).status).toBe("queued");
  });

  it("is refused before its body is read, and leaves nothing", async () => {
    const before = await counts();
    const refusals: [number, string, Response][] = [
      [404, "NOT_FOUND", await upload(stranger, "people/files?key=id")],
      [403, "FORBIDDEN", await upload(viewer, "people/files?key=id")],
      [400, "IN001", await upload(editor, "Bad%20Name/files")],
      [400, "IN001", await upload(editor, "..%2F..%2Fetc/files")],
      [400, "IN001", await upload(editor, "x'%3B%20drop%20table%20y--/files")],
      [400, "IN003", await upload(editor, "fresh/files?mode=upsert")],
      [400, "BAD_INPUT", await upload(editor, "fresh/files?mode=replace")],
      [400, "BAD_INPUT", await upload(editor, "fresh/files?speed=9")],
      [413, "TOO_LARGE", await upload(editor, "fresh/files", Buffer.alloc(MAX + 1, "a"))],
    ];
    for (const [status, code, response] of refusals) {
      const body = await response.json();
      expect({ status: response.status, code: body.error.code }, body.error.message).toEqual({
        status,
        code,
      });
      expect(body.error.hint).toBeTruthy();
    }
    expect(await counts()).toEqual(before);
  });

  it("does not wait for the body of a client that asks first", async () => {
    const ask = (token: string) =>
      new Promise<{ status: number; asked: boolean }>((resolve, reject) => {
        let asked = false;
        const request = httpRequest(`${api.url}/orgs/acme/datasets/asked/files`, {
          method: "POST",
          headers: { ...bearer(token), expect: "100-continue", "content-length": CSV.length },
        });
        request.on("continue", () => {
          asked = true;
          request.end(CSV);
        });
        request.on("response", (response) => {
          response.resume();
          resolve({ status: response.statusCode!, asked });
          request.destroy();
        });
        request.on("error", reject);
        request.flushHeaders();
      });
    expect(await ask(viewer)).toEqual({ status: 403, asked: false });
    expect(await ask(editor)).toEqual({ status: 202, asked: true });
  });

  /** Sends bytes as they are and ends the connection. */
  async function raw(head: string[], body: string): Promise<string> {
    const socket = connect(Number(new URL(api.url).port), "127.0.0.1");
    let answer = "";
    socket.on("data", (data) => {
      answer += data;
    });
    socket.on("error", () => undefined);
    socket.write(
      `${["POST /orgs/acme/datasets/broken/files?key=id HTTP/1.1", "Host: x", `Authorization: Bearer ${editor}`, ...head].join("\r\n")}\r\n\r\n${body}`,
    );
    await pause(300);
    socket.destroy();
    await pause(200);
    return answer;
  }

  it("that is cut off, or says no length, leaves nothing", async () => {
    const before = await counts();
    expect(await raw(["Content-Length: 1000"], "id,name\n1,a")).toBe("");
    expect(await raw(["Transfer-Encoding: chunked"], "5\r\nid\n1\n\r\n")).toBe("");
    expect(await raw([], "")).toContain("411 Length Required");
    expect(await raw(["Content-Length: 5", "Content-Encoding: gzip"], "aaaaa")).toContain("400 Bad Request");
    const over = `${(MAX + 5).toString(16)}\r\n${"a".repeat(MAX + 5)}\r\n0\r\n\r\n`;
    expect(await raw(["Transfer-Encoding: chunked"], over)).toContain("413 Payload Too Large");
    const much = await upload(editor, "broken/files?key=id", Buffer.alloc(30_000_000, "a"));
    expect((await much.json()).error.code).toBe("TOO_LARGE");
    expect(await counts()).toEqual(before);
    expect(await raw(["Transfer-Encoding: chunked"], "5\r\nid\n1\n\r\n0\r\n\r\n")).toContain("202 Accepted");
  });
});

describe("rejected rows", () => {
  it("come as CSV, whole, in order, and harmless to spreadsheets", async () => {
    const { runId } = await (await upload(editor, "people/files?key=id", "id,name\n9,zed\n")).json();
    await asService(api.db, acme.id, async (client) => {
      await client.query(
        `insert into ingest.rejected_rows (org_id, run_id, line, raw)
         select $1, $2, n, '=cmd|' || n || ',"x"' from generate_series(1, 2500) n`,
        [acme.id, runId],
      );
      await client.query(
        `insert into ingest.row_issues (org_id, run_id, line, column_name, rule, value, message, remedy)
         select $1, $2, n, 'name', 'type', '-2', 'no, "really"', 'fix it' from generate_series(1, 2500) n`,
        [acme.id, runId],
      );
    });
    const response = await fetch(`${api.url}/orgs/acme/runs/${runId}/rejected.csv`, {
      headers: bearer(viewer),
    });
    expect(response.headers.get("content-type")).toContain("text/csv");
    expect(response.headers.get("content-disposition")).toBe('attachment; filename="people-rejected.csv"');
    const lines = (await response.text()).split("\r\n");
    expect(lines).toHaveLength(2502);
    expect(lines[0]).toBe("line,column,rule,value,message,remedy,raw");
    expect(lines[1]).toBe(`1,name,type,-2,"no, ""really""",fix it,"'=cmd|1,""x"""`);
    expect(lines[2500]).toMatch(/^2500,/);
    expect(
      (await fetch(`${api.url}/orgs/acme/runs/${runId}/rejected.csv`, { headers: bearer(stranger) })).status,
    ).toBe(404);
  });
});

describe("health and pages", () => {
  it("is told without signing in", async () => {
    expect(await (await fetch(`${api.url}/healthz`)).json()).toEqual({ status: "ok" });
    expect(await (await fetch(`${api.url}/readyz`)).json()).toEqual({
      status: "ok",
      database: "ok",
      store: "ok",
    });
  });

  it("serves the back office at every address that is not the API's, strictly", async () => {
    for (const to of ["/", "/datasets/7/show", "/login"]) {
      const page = await fetch(api.url + to);
      expect(await page.text(), to).toContain("<title>Cadastre</title>");
      expect(page.headers.get("cache-control")).toBe("no-cache");
      const policy = page.headers.get("content-security-policy")!;
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain("frame-ancestors 'none'");
    }
    const asset = await fetch(`${api.url}/assets/index-abc123.js`);
    expect(asset.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect((await fetch(`${api.url}/assets/gone.js`)).status).toBe(404);
    expect((await fetch(`${api.url}/orgs/acme/nothing`)).status).toBe(404);
    expect((await fetch(`${api.url}/..%2f..%2fpackage.json`)).headers.get("content-type")).toContain("html");
  });
});
