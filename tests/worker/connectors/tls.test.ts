/**
 * TLS to sources, over real servers with a certificate of an authority of one's own: the certificate must be for the name
 * that people gave, though the connection goes to the address that was checked.
 */
import { execFile } from "node:child_process";
import { chmod, chown, copyFile, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EmbeddedServer, startEmbedded } from "../../../lib/db/embedded.ts";
import { parseNetworks } from "../../../lib/outbound.ts";
import { connectorNetwork } from "../../../worker/connectors/context.ts";
import { type MariaSettings, offerMariaDb, offerRedis, type RedisSettings } from "./servers.ts";
import { type ConnectorBench, createConnectorBench } from "./support.ts";

const exec = promisify(execFile);
const hasOpenssl = await exec("openssl", ["version"]).then(
  () => true,
  () => false,
);
const why = hasOpenssl ? "" : ", skipped: openssl is not there to make certificates";
const network = connectorNetwork({
  allow: parseNetworks("127.0.0.1/32"),
  resolve: async () => ["127.0.0.1"],
});

describe.skipIf(!hasOpenssl)(`TLS to sources${why}`, () => {
  let folder: string;
  let ca: string;
  let bench: ConnectorBench;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "cadastre-tls-"));
    await chmod(folder, 0o755);
    const at = (name: string): string => path.join(folder, name);
    await exec("openssl", [
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-days",
      "2",
      "-subj",
      "/CN=Test authority",
      "-keyout",
      at("ca.key"),
      "-out",
      at("ca.pem"),
    ]);
    await exec("openssl", [
      "req",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-subj",
      "/CN=db.example",
      "-keyout",
      at("server.key"),
      "-out",
      at("server.csr"),
    ]);
    await writeFile(at("names"), "subjectAltName=DNS:db.example\n");
    await exec("openssl", [
      "x509",
      "-req",
      "-in",
      at("server.csr"),
      "-CA",
      at("ca.pem"),
      "-CAkey",
      at("ca.key"),
      "-CAcreateserial",
      "-days",
      "2",
      "-extfile",
      at("names"),
      "-out",
      at("server.pem"),
    ]);
    await chmod(at("server.key"), 0o644);
    ca = await readFile(at("ca.pem"), "utf8");
    bench = await createConnectorBench();
  });
  afterAll(async () => {
    await bench?.close();
    await rm(folder, { recursive: true, force: true });
  });

  let made = 0;
  async function check(kind: string, settings: object, password: string) {
    const name = `c${++made}`;
    await bench.connector(name, kind, settings, { password });
    return bench.check(name, false, { network });
  }
  /** In by the right name and authority alone. */
  async function holds(kind: string, settings: object, password: string): Promise<void> {
    const good = await check(kind, { ...settings, host: "db.example", ca }, password);
    expect(good.error, kind).toBeNull();
    for (const [what, change] of [
      ["another name", { host: "other.example", ca }],
      ["an unknown authority", { host: "db.example" }],
      ["an address instead of the name", { host: "127.0.0.1", ca }],
    ] as const) {
      const { error } = await check(kind, { ...settings, ...change }, password);
      expect(error, `${kind}: ${what}`).toMatchObject({ code: "SOURCE_IDENTITY", transient: false });
    }
  }

  it("PostgreSQL", async () => {
    const directory = path.join(folder, "postgres");
    const server: EmbeddedServer = await startEmbedded({
      directory,
      password: "pw",
      settings: ["shared_buffers=32MB", "max_connections=10", "reserved_connections=0"],
    });
    try {
      const { uid, gid } = await stat(directory);
      for (const name of ["server.key", "server.pem"]) {
        const target = path.join(directory, name);
        await copyFile(path.join(folder, name), target);
        await chown(target, uid, gid);
        await chmod(target, 0o600);
      }
      const client = new pg.Client({ connectionString: server.adminUrl });
      await client.connect();
      for (const [name, value] of [
        ["ssl_cert_file", "server.pem"],
        ["ssl_key_file", "server.key"],
        ["ssl", "on"],
      ] as const)
        await client.query(`alter system set ${name} = '${value}'`);
      await client.query("select pg_reload_conf()");
      await client.query("select pg_sleep(0.5)");
      await client.end();
      await holds(
        "postgres",
        { port: Number(new URL(server.adminUrl).port), database: "postgres", user: "postgres" },
        "pw",
      );
    } finally {
      await server.stop();
    }
  });

  const maria = hasOpenssl ? offerMariaDb() : Promise.resolve({ missing: "no openssl" });
  it("MariaDB", async (context) => {
    const offer = await maria;
    if ("missing" in offer) return context.skip(offer.missing);
    const server: MariaSettings & { stop(): Promise<void> } = await offer.start([
      `--ssl-cert=${folder}/server.pem`,
      `--ssl-key=${folder}/server.key`,
    ]);
    try {
      await holds("mysql", { port: server.port, database: "shop", user: server.user }, server.password);
    } finally {
      await server.stop();
    }
  });

  const redis = hasOpenssl ? offerRedis() : Promise.resolve({ missing: "no openssl" });
  it("Redis", async (context) => {
    const offer = await redis;
    if ("missing" in offer) return context.skip(offer.missing);
    const server: RedisSettings & { stop(): Promise<void> } = await offer.start([
      `tls-cert-file ${folder}/server.pem`,
      `tls-key-file ${folder}/server.key`,
      "tls-auth-clients no",
    ]);
    try {
      await holds("redis", { port: server.port }, server.password);
    } finally {
      await server.stop();
    }
  });
});
