/** Proving a mail domain by a TXT record, against a DNS server on 127.0.0.1 that the test fills. */
import { createSocket, type Socket } from "node:dgram";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asMember, asPlatform, type TestOrg } from "../support/database.ts";
import { createOrg, startTestServer, type TestServer } from "./support/server.ts";

let s: TestServer;
let acme: TestOrg;
let globex: TestOrg;
let owner: { orgId: string; userId: string };
let rival: { orgId: string; userId: string };
let dns: Socket;
const records = new Map<string, string[]>();

/** Answers TXT questions from `records`; NXDOMAIN for the rest. RFC 1035, one question a message. */
function answer(query: Buffer): Buffer {
  let at = 12;
  const labels: string[] = [];
  while (query[at] !== 0) {
    labels.push(query.subarray(at + 1, at + 1 + query[at]!).toString());
    at += query[at]! + 1;
  }
  const question = query.subarray(12, at + 5);
  const found = records.get(labels.join(".").toLowerCase()) ?? [];
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(found.length > 0 ? 0x8180 : 0x8183, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(found.length, 6);
  header.writeUInt32BE(0, 8);
  const answers = found.map((text) => {
    const head = Buffer.from([0xc0, 0x0c, 0, 16, 0, 1, 0, 0, 0, 1, 0, text.length + 1, text.length]);
    return Buffer.concat([head, Buffer.from(text)]);
  });
  return Buffer.concat([header, question, ...answers]);
}

beforeAll(async () => {
  dns = createSocket("udp4");
  dns.on("message", (message, from) => dns.send(answer(message), from.port, from.address));
  await new Promise<void>((resolve) => dns.bind(0, "127.0.0.1", resolve));
  process.env.DNS_SERVERS = `127.0.0.1:${(dns.address() as AddressInfo).port}`;
  s = await startTestServer();
  acme = await createOrg(s.db, "acme");
  globex = await createOrg(s.db, "globex");
  owner = { orgId: acme.id, userId: await s.member(acme, "owner@acme.example", "owner") };
  rival = { orgId: globex.id, userId: await s.member(globex, "owner@globex.example", "owner") };
});
afterAll(async () => {
  await s.close();
  dns.close();
});

const add = async (who: { orgId: string; userId: string }, domain: string, role = "viewer") =>
  (await asMember(s.db, who, (c) => c.query("select * from access.add_domain($1, true, $2)", [domain, role])))
    .rows[0];
const verify = async (email: string, domain: string) => {
  const response = await s.post(
    `/access/v1/domains/${domain}/verify`,
    {},
    { authorization: `Bearer ${await s.signIn(email)}` },
  );
  return { status: response.status, body: await response.json() };
};

describe("a mail domain", () => {
  it("counts once its record says so, and not before", async () => {
    const { token } = await add(owner, "Acme.Example.");
    expect(await verify("owner@acme.example", "acme.example")).toMatchObject({
      status: 400,
      body: { error: { code: "AC090", hint: expect.stringContaining(token) } },
    });
    records.set("_cadastre.acme.example", ["v=spf1 -all", `cadastre-verification=${token}x`]);
    expect((await verify("owner@acme.example", "acme.example")).status).toBe(400);
    records.set("_cadastre.acme.example", ["v=spf1 -all", `cadastre-verification=${token}`]);
    expect(await verify("owner@acme.example", "acme.example")).toMatchObject({
      status: 200,
      body: { domain: "acme.example", verified_by: "dns" },
    });
  });

  it("is one organization's: another's record of its own does not take it", async () => {
    const { token } = await add(rival, "acme.example");
    records.set("_cadastre.acme.example", [`cadastre-verification=${token}`]);
    expect(await verify("owner@globex.example", "acme.example")).toMatchObject({
      body: { error: { code: "AC089" } },
    });
    const seen = await asMember(s.db, rival, (c) => c.query("select verified_at from access.domains"));
    expect(seen.rows).toEqual([{ verified_at: null }]);
  });

  it("is looked up only where it was named, by who may", async () => {
    expect(await verify("owner@globex.example", "unnamed.example")).toMatchObject({
      body: { error: { code: "AC088" } },
    });
    await s.member(acme, "viewer@acme.example", "viewer");
    expect((await verify("viewer@acme.example", "acme.example")).status).toBe(403);
  });

  it("is not proven by records that a caller brings", async () => {
    await expect(
      asMember(s.db, rival, (c) => c.query("select private.domain_seen('acme.example', '{x}')")),
    ).rejects.toMatchObject({ code: "42501" });
    await expect(
      asMember(s.db, rival, (c) => c.query("select access.verify_domain('acme.example', $1)", [globex.id])),
    ).rejects.toMatchObject({ code: "42501" });
    await expect(
      asMember(s.db, rival, (c) =>
        c.query("update access.domains set verified_at = now(), verified_by = 'dns'"),
      ),
    ).rejects.toMatchObject({ code: "42501" });
  });

  it("may be vouched for by an operator, once it is nobody else's", async () => {
    const vouch = () =>
      asPlatform(s.db, (c) => c.query("select access.verify_domain('acme.example', $1)", [globex.id]));
    await expect(vouch()).rejects.toMatchObject({ code: "AC089" });
    await asMember(s.db, owner, (c) => c.query("select access.remove_domain('acme.example')"));
    await vouch();
    expect(
      (await s.db.admin.query("select verified_by from access.domains where verified_at is not null")).rows,
    ).toEqual([{ verified_by: "operator" }]);
  });

  it.each([
    "",
    "localhost",
    "a b.example",
    "-x.example",
    "x..example",
    "*.example",
    `${"a".repeat(64)}.example`,
    "1.2.3.4",
  ])("is not %j", async (domain) => {
    await expect(add(owner, domain)).rejects.toMatchObject({ code: "AC088" });
  });

  it("gives nobody who joins a role that rules, or one above its maker's", async () => {
    await expect(add(owner, "more.example", "admin")).rejects.toMatchObject({ code: "AC085" });
    await expect(add(owner, "more.example", "nothing")).rejects.toMatchObject({ code: "AC002" });
    await add(owner, "more.example", "editor");
  });
});
