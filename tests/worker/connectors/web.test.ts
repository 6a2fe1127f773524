/** Files by HTTP and REST APIs, over an own server with the faults that servers have. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseNetworks } from "../../../lib/outbound.ts";
import { connectorNetwork } from "../../../worker/connectors/context.ts";
import { countsOf } from "../support.ts";
import { type ConnectorBench, createConnectorBench, everythingKept, PUBLIC } from "./support.ts";

const TOKEN = "tok-3n-&-value";
type Handler = (url: URL, request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

let server: Server;
let other: Server;
let base: string;
let otherBase: string;
let bench: ConnectorBench;
let requests: { path: string; headers: IncomingMessage["headers"] }[] = [];
const handlers = new Map<string, Handler>();
const leaked: string[] = [];

const listen = (one: Server): Promise<string> =>
  new Promise((resolve) =>
    one.listen(0, "127.0.0.1", () => resolve(`http://127.0.0.1:${(one.address() as AddressInfo).port}`)),
  );
const json = (response: ServerResponse, value: unknown, headers: Record<string, string> = {}) =>
  response.writeHead(200, { "content-type": "application/json", ...headers }).end(JSON.stringify(value));

beforeAll(async () => {
  server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", base);
    requests.push({ path: url.pathname + url.search, headers: request.headers });
    const handler = handlers.get(url.pathname);
    if (handler) void handler(url, request, response);
    else response.writeHead(404).end("nothing here");
  });
  other = createServer((request, response) => {
    if (JSON.stringify(request.headers).includes("tok-3n") || (request.url ?? "").includes("tok-3n"))
      leaked.push(request.url ?? "");
    response.end("id,v\n1,elsewhere\n");
  });
  base = await listen(server);
  otherBase = await listen(other);
  bench = await createConnectorBench();
  await bench.connector("files", "http", { baseUrl: `${base}/files/`, auth: "bearer" }, { token: TOKEN });
  await bench.connector("api", "rest", { baseUrl: `${base}/api`, auth: "bearer" }, { token: TOKEN });
});
afterAll(async () => {
  await bench?.close();
  for (const one of [server, other]) {
    one?.closeAllConnections();
    one?.close();
  }
});
beforeEach(() => {
  requests = [];
});

let made = 0;
async function fileSource(paths: string[], spec: object = {}): Promise<string> {
  const name = `file_${++made}`;
  await bench.source("files", name, { paths }, { how: "new_objects", key: ["id"], mode: "upsert", ...spec });
  return name;
}
async function apiSource(selection: object, spec: object = {}, connector = "api"): Promise<string> {
  const name = `api_${++made}`;
  await bench.source(connector, name, selection, { key: ["id"], mode: "upsert", ...spec });
  return name;
}

describe("files by HTTP", () => {
  it("are read once in each version: by ETag, by time, without either each time", async () => {
    let text = "id,v\n1,a\n";
    let conditional = 0;
    handlers.set("/files/etag.csv", (_url, request, response) => {
      const etag = `"${text.length}"`;
      if (request.headers["if-none-match"] === etag) {
        conditional++;
        response.writeHead(304, { etag }).end();
      } else response.writeHead(200, { etag }).end(text);
    });
    handlers.set("/files/plain.csv", (_url, _request, response) => void response.end("id,v\n7,p\n"));
    const name = await fileSource(["etag.csv"]);
    expect((await bench.pull(name)).runs).toMatchObject([{ inserted: 1 }]);
    expect((await bench.pull(name)).pull.files).toBe(0);
    expect(conditional).toBe(1);
    text = "id,v\n1,changed\n";
    expect((await bench.pull(name)).runs).toMatchObject([{ updated: 1 }]);
    const plain = await fileSource(["plain.csv"]);
    await bench.pull(plain);
    expect((await bench.pull(plain)).runs).toMatchObject([{ status: "duplicate" }]);
    expect(requests.every((request) => request.headers.authorization === `Bearer ${TOKEN}`)).toBe(true);
  });

  it("two answers of 500 are passed over; a reset in mid-body leaves nothing, waits, and is read again", async () => {
    let answers = 0;
    handlers.set("/files/twice.csv", (_url, _request, response) => {
      if (++answers <= 2) response.writeHead(500).end("not now");
      else response.end("id,v\n1,a\n");
    });
    expect((await bench.pull(await fileSource(["twice.csv"]))).runs).toMatchObject([{ inserted: 1 }]);
    let resets = 0;
    handlers.set("/files/reset.csv", (_url, _request, response) => {
      response.writeHead(200, { "content-length": "100000" });
      response.write("id,v\n1,a\n");
      if (++resets === 1) setTimeout(() => response.destroy(), 50);
      else response.end(`2,${"b".repeat(100_000 - 12)}\n`);
    });
    const name = await fileSource(["reset.csv"]);
    const first = await bench.pull(name);
    expect(first).toMatchObject({
      outcome: "waiting",
      pull: { files: 0, error: { code: "SOURCE_DOWN", transient: true } },
    });
    expect((await bench.again(first.pull.id)).runs).toMatchObject([{ inserted: 2 }]);
  });

  it("a long Retry-After puts the pull aside for so long", async () => {
    handlers.set(
      "/files/busy.csv",
      (_url, _request, response) => void response.writeHead(429, { "retry-after": "600" }).end("slow down"),
    );
    const { outcome, pull } = await bench.pull(await fileSource(["busy.csv"]));
    expect(outcome).toBe("waiting");
    expect(pull.error).toMatchObject({ code: "SOURCE_BUSY" });
    expect(Date.parse(pull.error!.retry_at!) - Date.now()).toBeGreaterThan(500_000);
    expect(requests).toHaveLength(1);
  });

  it("an answer that stops is given up; a pull that is cancelled stops", async () => {
    handlers.set(
      "/files/slow.csv",
      (_url, _request, response) => void response.writeHead(200).write("id,v\n"),
    );
    const name = await fileSource(["slow.csv"]);
    const [row] = await bench.query<{ id: string }>("select id from ingest.pull_source($1)", [name]);
    const running = bench.again(row!.id, { leaseSeconds: 1 });
    for (let turn = 0; turn < 100 && requests.length === 0; turn++)
      await new Promise((resolve) => setTimeout(resolve, 20));
    await bench.query("select ingest.cancel_pull($1)", [row!.id]);
    expect(await running).toMatchObject({ outcome: "lost", pull: { status: "cancelled", files: 0 } });
  });

  it("redirects are followed at most five times, each checked, and take no secret to another server", async () => {
    handlers.set(
      "/files/away.csv",
      (_url, _request, response) => void response.writeHead(302, { location: `${otherBase}/x.csv` }).end(),
    );
    expect((await bench.pull(await fileSource(["away.csv"]))).runs).toMatchObject([{ inserted: 1 }]);
    expect(leaked).toEqual([]);
    handlers.set(
      "/files/round.csv",
      (_url, _request, response) => void response.writeHead(302, { location: "round.csv" }).end(),
    );
    expect((await bench.pull(await fileSource(["round.csv"]))).pull.error).toMatchObject({
      code: "SOURCE_DATA",
      message: expect.stringContaining("5"),
    });
    for (const target of [
      "http://169.254.169.254/latest/meta-data/",
      "http://[::ffff:10.0.0.1]/",
      "http://0x0a000001/",
      "file:///etc/passwd",
      "http://localhost.example:8080/",
    ]) {
      handlers.set(
        "/files/inside.csv",
        (_url, _request, response) => void response.writeHead(302, { location: target }).end(),
      );
      const network = connectorNetwork({
        allow: parseNetworks("127.0.0.1/32"),
        resolve: async () => ["10.0.0.7"],
      });
      const { pull } = await bench.pull(await fileSource(["inside.csv"]), { context: { network } });
      expect(pull, target).toMatchObject({ status: "failed", error: { code: "SOURCE_REFUSED" } });
    }
  });

  it("a name that leads inside is refused, also when it answered otherwise before; a secret is not sent in plain", async () => {
    await bench.connector(
      "named",
      "http",
      { baseUrl: "http://data.example/", auth: "bearer" },
      { token: TOKEN },
    );
    await bench.source("named", "named", { paths: ["x.csv"] }, { how: "new_objects", key: ["id"] });
    for (const answers of [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::ffff:127.0.0.1"]]) {
      const { pull } = await bench.pull("named", {
        context: { network: connectorNetwork({ resolve: async () => answers }) },
      });
      expect(pull.error).toMatchObject({ code: "SOURCE_REFUSED" });
    }
    let asked = 0;
    const rebinding = connectorNetwork({
      allow: parseNetworks("127.0.0.0/8"),
      resolve: async () => (asked++ === 0 ? ["127.0.0.1"] : ["10.0.0.1"]),
    });
    expect((await bench.pull("named", { context: { network: rebinding } })).pull.error).toMatchObject({
      code: "SOURCE_REFUSED",
    });
    const open = await bench.pull("named", {
      context: { network: connectorNetwork({ resolve: async () => ["8.8.8.8"] }) },
    });
    expect(open.pull.error).toMatchObject({
      code: "SOURCE_REFUSED",
      message: expect.stringContaining("plain"),
    });
    expect((await bench.check("files", false, { network: PUBLIC })).error).toMatchObject({
      code: "SOURCE_REFUSED",
    });
  });

  it("paths stay below the base", async () => {
    for (const path of [
      "../secret.csv",
      "http://169.254.169.254/x",
      "%2e%2e/secret.csv",
      "\\\\evil.example/x",
    ]) {
      const { pull } = await bench.pull(await fileSource([path]));
      expect(["SOURCE_SETTINGS", "SOURCE_MISSING"], path).toContain(pull.error!.code);
      expect(
        requests.every((request) => request.path.startsWith("/files/")),
        path,
      ).toBe(true);
    }
  });

  it("401, 403 and 404 are told apart", async () => {
    for (const [status, code] of [
      [401, "SOURCE_AUTH"],
      [403, "SOURCE_DENIED"],
      [404, "SOURCE_MISSING"],
      [400, "SOURCE_DATA"],
    ] as const) {
      handlers.set(
        "/files/no.csv",
        (_url, request, response) =>
          void response.writeHead(status).end(`no: ${request.headers.authorization}`),
      );
      const { pull } = await bench.pull(await fileSource(["no.csv"]));
      expect(pull).toMatchObject({ status: "failed", error: { code } });
      expect(pull.error!.message).not.toContain("tok-3n");
    }
  });
});

interface Rec {
  id: number;
  at: string;
}
const records = (
  from: number,
  to: number,
  at = (n: number) => `2026-01-${String(n).padStart(2, "0")}`,
): Rec[] => Array.from({ length: to - from + 1 }, (_, i) => ({ id: from + i, at: at(from + i) }));

describe("REST APIs", () => {
  const all = records(1, 25);
  const page = (size: number, number: number) => all.slice(number * size, (number + 1) * size);

  it("are paged in every way there is", async () => {
    handlers.set(
      "/api/page",
      (url, _request, response) =>
        void json(response, { data: { items: page(10, Number(url.searchParams.get("page")) - 1) } }),
    );
    handlers.set(
      "/api/total",
      (url, _request, response) =>
        void json(response, [{ pages: 3 }, page(10, Number(url.searchParams.get("p")) - 1)]),
    );
    handlers.set("/api/offset", (url, _request, response) => {
      const from = Number(url.searchParams.get("offset"));
      json(response, all.slice(from, from + Number(url.searchParams.get("limit"))));
    });
    handlers.set("/api/token", (url, _request, response) => {
      const at = Number(url.searchParams.get("after") ?? 0);
      json(response, { rows: page(10, at), next: at < 2 ? String(at + 1) : null });
    });
    handlers.set("/api/last", (url, _request, response) => {
      const after = Number(url.searchParams.get("starting_after") ?? 0);
      json(response, { data: all.filter((one) => one.id > after).slice(0, 10), has_more: after < 15 });
    });
    handlers.set("/api/next", (url, _request, response) => {
      const at = Number(url.searchParams.get("n") ?? 0);
      json(response, {
        items: page(10, at),
        links: { next: at < 2 ? `${base}/api/next?n=${at + 1}` : "" },
      });
    });
    handlers.set("/api/link", (url, _request, response) => {
      const at = Number(url.searchParams.get("n") ?? 0);
      const link = `</api/link?n=0>; rel="first"${at < 2 ? `, </api/link?n=${at + 1}>; rel="next"; title="a, b"` : ""}`;
      json(response, page(10, at), { link });
    });
    const ways: object[] = [
      {
        path: "page",
        recordPath: "data.items",
        pagination: { kind: "page", parameter: "page", size: 10, sizeParameter: "size" },
      },
      { path: "total", recordPath: "1", pagination: { kind: "page", parameter: "p", totalPath: "0.pages" } },
      { path: "offset", pagination: { kind: "offset", size: 10 } },
      { path: "token", recordPath: "rows", pagination: { kind: "cursor", parameter: "after", path: "next" } },
      {
        path: "last",
        recordPath: "data",
        pagination: { kind: "cursor", parameter: "starting_after", recordField: "id", morePath: "has_more" },
      },
      { path: "next", recordPath: "items", pagination: { kind: "next", path: "links.next" } },
      { path: "link", pagination: { kind: "link" } },
    ];
    for (const selection of ways) {
      const { runs, pull } = await bench.pull(await apiSource(selection));
      expect(runs, JSON.stringify({ selection, error: pull.error })).toMatchObject([
        { status: "succeeded", inserted: 25 },
      ]);
    }
  });

  it("by a cursor: the second time only what is new; ties are asked for again, each once", async () => {
    const found = records(1, 3);
    handlers.set("/api/news", (url, _request, response) => {
      const since = url.searchParams.get("since") ?? "";
      json(
        response,
        found.filter((one) => one.at >= since),
      );
    });
    const name = await apiSource(
      { path: "news", cursor: { field: "at", parameter: "since", start: "2020-01-01" } },
      { how: "incremental" },
    );
    expect((await bench.pull(name)).runs).toMatchObject([{ inserted: 3 }]);
    expect(requests[0]!.path).toBe("/api/news?since=2020-01-01");
    found.push({ id: 4, at: "2026-01-03" }, { id: 5, at: "2026-01-04" });
    expect((await bench.pull(name)).runs.map(countsOf)).toMatchObject([
      { read: 3, inserted: 2, unchanged: 1 },
    ]);
    expect(await bench.query("select cursor from ingest.sources where name = $1", [name])).toEqual([
      { cursor: { value: "2026-01-04" } },
    ]);
    const log = await apiSource(
      { path: "news", cursor: { field: "id", parameter: "after_id" } },
      { how: "incremental", mode: "append", key: null },
    );
    await bench.pull(log);
    found.push({ id: 10, at: "2026-01-05" });
    // Numbers are compared as numbers, and what was read is not read twice where rows have no key.
    expect((await bench.pull(log)).runs).toMatchObject([{ read: 1, inserted: 1 }]);
    expect((await bench.pull(log)).pull.files).toBe(0);
  });

  it("endless paging ends: by repetition, and by the number of pages", async () => {
    handlers.set(
      "/api/same",
      (_url, _request, response) => void json(response, { items: [{ id: 1 }], next: "x" }),
    );
    const same = await bench.pull(
      await apiSource({
        path: "same",
        recordPath: "items",
        pagination: { kind: "cursor", parameter: "after", path: "next" },
      }),
    );
    expect(same.pull).toMatchObject({ status: "failed", files: 0, error: { code: "SOURCE_DATA" } });
    let n = 0;
    handlers.set(
      "/api/ever",
      (_url, _request, response) => void json(response, { items: [{ id: ++n }], next: String(n) }),
    );
    const ever = await bench.pull(
      await apiSource({
        path: "ever",
        maxPages: 20,
        recordPath: "items",
        pagination: { kind: "cursor", parameter: "after", path: "next" },
      }),
    );
    expect(ever.pull).toMatchObject({
      status: "failed",
      files: 0,
      error: { code: "SOURCE_DATA", message: expect.stringContaining("20 pages") },
    });
    expect(n).toBe(20);
    expect(
      await bench.query(
        "select count(*)::int as n from ingest.files where dataset_name in (select dataset_name from ingest.sources where name like 'api_%' and selection->>'path' in ('same','ever'))",
      ),
    ).toEqual([{ n: 0 }]);
  });

  it("a next page on another server is refused: credentials stay", async () => {
    handlers.set(
      "/api/lure",
      (_url, _request, response) =>
        void json(response, [{ id: 1 }], { link: `<${otherBase}/steal>; rel=next` }),
    );
    const { pull } = await bench.pull(await apiSource({ path: "lure", pagination: { kind: "link" } }));
    expect(pull).toMatchObject({ status: "failed", error: { code: "SOURCE_REFUSED" } });
    expect(leaked).toEqual([]);
  });

  it("429 with a short Retry-After is waited for within the pull", async () => {
    let answers = 0;
    handlers.set("/api/short", (_url, _request, response) => {
      if (++answers === 1) response.writeHead(429, { "retry-after": "1" }).end();
      else json(response, [{ id: 1 }]);
    });
    expect((await bench.pull(await apiSource({ path: "short" }))).runs).toMatchObject([{ inserted: 1 }]);
    expect(answers).toBe(2);
  });

  it("let in by every kind of auth, each where it belongs", async () => {
    handlers.set(
      "/api/who",
      (url, request, response) =>
        void json(response, [
          {
            id: 1,
            auth: request.headers.authorization ?? "",
            key: request.headers["x-key"] ?? url.searchParams.get("key") ?? "",
          },
        ]),
    );
    handlers.set("/token", async (_url, request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const isRight =
        request.headers.authorization === `Basic ${Buffer.from("me:tok-3n-%26-value").toString("base64")}`;
      if (isRight && Buffer.concat(chunks).toString().includes("grant_type=client_credentials"))
        json(response, { access_token: "given-token" });
      else response.writeHead(401).end();
    });
    const kinds: [string, object, object, object][] = [
      [
        "basic",
        { auth: "basic", user: "me" },
        { password: TOKEN },
        { auth: `Basic ${Buffer.from(`me:${TOKEN}`).toString("base64")}` },
      ],
      ["header", { auth: "header", authName: "X-Key" }, { token: TOKEN }, { key: TOKEN }],
      ["query", { auth: "query", authName: "key" }, { token: TOKEN }, { key: TOKEN }],
      [
        "oauth",
        { auth: "oauth2", tokenUrl: `${base}/token`, clientId: "me" },
        { clientSecret: TOKEN },
        { auth: "Bearer given-token" },
      ],
    ];
    for (const [name, settings, secret, seen] of kinds) {
      await bench.connector(`by-${name}`, "rest", { baseUrl: `${base}/api`, ...settings }, secret);
      const source = await apiSource({ path: "who" }, {}, `by-${name}`);
      await bench.pull(source);
      expect((await bench.rows(source))[0], name).toMatchObject(seen);
    }
    await bench.connector(
      "by-wrong",
      "rest",
      { baseUrl: `${base}/api`, auth: "oauth2", tokenUrl: `${base}/token`, clientId: "me" },
      { clientSecret: "not-the-password" },
    );
    expect((await bench.check("by-wrong")).error).toMatchObject({ code: "SOURCE_AUTH", transient: false });
    await bench.connector("by-nothing", "rest", { baseUrl: `${base}/api`, auth: "bearer" });
    expect((await bench.check("by-nothing")).error).toMatchObject({ code: "SOURCE_AUTH", column: "token" });
  });

  it("headers of one's own are sent, but none that is a secret's or the connection's", async () => {
    handlers.set(
      "/api/headers",
      (_url, request, response) => void json(response, [{ id: 1, own: request.headers["x-own"] }]),
    );
    await bench.connector("own-headers", "rest", { baseUrl: `${base}/api`, headers: { "X-Own": "yes" } });
    const source = await apiSource({ path: "headers" }, {}, "own-headers");
    await bench.pull(source);
    expect((await bench.rows(source))[0]).toMatchObject({ own: "yes" });
    for (const [n, name] of ["Authorization", "cookie", "Host", "Transfer-Encoding"].entries()) {
      await bench.connector(`bad-header-${n}`, "rest", { baseUrl: `${base}/api`, headers: { [name]: "x" } });
      expect((await bench.check(`bad-header-${n}`)).error, name).toMatchObject({ code: "SOURCE_SETTINGS" });
    }
  });

  it("what is no list of records, or no JSON, is told", async () => {
    handlers.set("/api/object", (_url, _request, response) => void json(response, { data: [] }));
    handlers.set("/api/html", (_url, _request, response) => void response.end("<html>"));
    expect((await bench.pull(await apiSource({ path: "object" }))).pull.error).toMatchObject({
      code: "SOURCE_DATA",
      column: "recordPath",
    });
    expect((await bench.pull(await apiSource({ path: "html" }))).pull.error).toMatchObject({
      code: "SOURCE_DATA",
    });
    expect((await bench.pull(await apiSource({ path: "object", recordPath: "data" }))).pull).toMatchObject({
      status: "succeeded",
      files: 0,
    });
  });

  it("no secret is in any row", async () => {
    // What the server itself sent back as data is the organization's.
    const kept = (await everythingKept(bench)).replaceAll(/"samples?":.*$/gm, "");
    expect(kept).not.toContain("not-the-password");
    expect(kept.split("\n").filter((line) => line.includes(TOKEN) && !line.includes("evidence"))).toEqual([]);
  });
});
