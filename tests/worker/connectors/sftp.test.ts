/** SFTP as a source, over a real OpenSSH server that lets in by key. */
import { appendFile, mkdir, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { offerSftp, type SshSettings } from "./servers.ts";
import { type ConnectorBench, createConnectorBench, everythingKept, PUBLIC } from "./support.ts";

const offer = await offerSftp();
const why = "missing" in offer ? `, skipped: ${offer.missing}` : "";

describe.skipIf("missing" in offer)(`a connector to OpenSSH${why}`, () => {
  let server: SshSettings & { stop(): Promise<void> };
  let bench: ConnectorBench;
  let settings: Record<string, unknown>;

  beforeAll(async () => {
    if ("missing" in offer) return;
    server = await offer.start();
    bench = await createConnectorBench();
    settings = { host: "127.0.0.1", port: server.port, user: server.user };
    await mkdir(path.join(server.files, "in", "2026"), { recursive: true });
    await bench.connector("drop", "sftp", settings, { privateKey: server.privateKey });
  });
  afterAll(async () => {
    await bench?.close();
    await server?.stop();
  });

  const file = (name: string, text: string) =>
    writeFile(path.join(server.files, "in", name), text, { mode: 0o644 });

  it("reads nothing before the host key is known; the first test learns and shows it", async () => {
    await bench.source("drop", "early", { path: `${server.files}/in` }, { how: "new_objects", key: ["id"] });
    expect((await bench.pull("early")).pull.error).toMatchObject({
      code: "SOURCE_IDENTITY",
      hint: expect.stringContaining("Test"),
    });
    const tested = await bench.check("drop");
    expect(tested.error).toBeNull();
    expect(tested.result).toMatchObject({ fingerprint: server.fingerprint });
    expect(await bench.query("select pinned from ingest.connectors where name = 'drop'")).toEqual([
      { pinned: server.fingerprint },
    ]);
  });

  it("discovers, and reads each file once in each version", async () => {
    await file("a.csv", "id,v\n1,a\n");
    await file("2026/b.csv", "id,v\n2,b\n");
    await file("ignored.txt", "nothing");
    expect((await bench.check("drop", true)).result!.found).toMatchObject([
      { name: "in", selection: { path: `${server.files}/in` } },
    ]);
    await bench.source(
      "drop",
      "files",
      { path: `${server.files}/in/`, pattern: "**.csv" },
      { how: "new_objects", key: ["id"], mode: "upsert" },
    );
    expect((await bench.pull("files")).runs).toMatchObject([{ inserted: 1 }, { inserted: 1 }]);
    expect((await bench.pull("files")).pull.files).toBe(0);
    await file("c.csv", "id,v\n3,c\n");
    // It appears late with an early time.
    await utimes(path.join(server.files, "in", "c.csv"), 1000, 1000);
    await file("a.csv", "id,v\n1,changed\n");
    const third = await bench.pull("files");
    expect(third.runs.map((run) => [run.inserted, run.updated])).toEqual([
      [0, 1],
      [1, 0],
    ]);
    // Back to what it was: loaded too.
    await file("a.csv", "id,v\n1,a\n");
    expect((await bench.pull("files")).runs).toMatchObject([{ status: "succeeded", updated: 1 }]);
    expect((await bench.rows("files", "id")).map((row) => row.v)).toEqual(["a", "b", "c"]);
  });

  it("a file that grows while it is read is not taken", async () => {
    await bench.source(
      "drop",
      "growing",
      { path: `${server.files}/grow` },
      { how: "new_objects", key: ["id"] },
    );
    await mkdir(path.join(server.files, "grow"));
    const target = path.join(server.files, "grow", "g.csv");
    await writeFile(target, "id,v\n1,a\n", { mode: 0o644 });
    let grown = false;
    const store = bench.context.store;
    const put: typeof store.put = async (key, body, options) => {
      if (!grown) await appendFile(target, "2,b\n");
      grown = true;
      return store.put(key, body, options);
    };
    const first = await bench.pull("growing", { context: { store: { ...store, put } } });
    expect(first).toMatchObject({
      outcome: "waiting",
      pull: { files: 0, error: { code: "SOURCE_BUSY", transient: true } },
    });
    expect((await bench.again(first.pull.id)).runs).toMatchObject([{ inserted: 2 }]);
  });

  it("another host key is refused, before any secret is sent", async () => {
    await bench.connector(
      "other",
      "sftp",
      { ...settings, hostKey: `SHA256:${"A".repeat(43)}` },
      { privateKey: server.privateKey },
    );
    expect((await bench.check("other")).error).toMatchObject({
      code: "SOURCE_IDENTITY",
      message: expect.stringContaining(server.fingerprint),
    });
  });

  it("what is wrong is said", async () => {
    await bench.connector(
      "wrong",
      "sftp",
      { ...settings, hostKey: server.fingerprint },
      { password: "not-the-password" },
    );
    expect((await bench.check("wrong")).error).toMatchObject({ code: "SOURCE_AUTH", transient: false });
    await bench.source("drop", "none", { path: "/nowhere" }, { how: "new_objects", key: ["id"] });
    expect((await bench.pull("none")).pull.error).toMatchObject({ code: "SOURCE_MISSING" });
    expect((await bench.check("drop", false, { network: PUBLIC })).error).toMatchObject({
      code: "SOURCE_REFUSED",
    });
    const kept = await everythingKept(bench);
    expect(kept).not.toContain("not-the-password");
    expect(kept).not.toContain("PRIVATE KEY");
  });
});
