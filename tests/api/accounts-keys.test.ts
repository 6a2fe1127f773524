/** API keys: shown once, never more than their maker, on every road, gone at once; the outbox of mails for operators. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestOrg } from "../support/database.ts";
import { createOrg, startTestServer, type TestServer } from "./support/server.ts";

let api: TestServer;
let acme: TestOrg;
let ada: string;

beforeAll(async () => {
  api = await startTestServer();
  acme = await createOrg(api.db, "acme");
  await createOrg(api.db, "globex");
  ada = await api.member(acme, "ada@acme.example", "editor");
  await api.member(acme, "owner@acme.example", "owner");
});
afterAll(() => api.close());

const run = (text: string, values: unknown[] = []) => api.db.admin.query(text, values);
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

async function makeKey(token: string, permissions: string[], extra = "") {
  const answer = await api.graphql(
    "/graphql",
    token,
    `mutation ($permissions: [String]!) { createApiKey(input: {name: "robot", permissions: $permissions ${extra}}) { result { apiKeyId apiKey expiresAt } } }`,
    { permissions },
  );
  return { key: answer.data?.createApiKey?.result, error: answer.errors?.[0]?.extensions.code };
}
const slugs = async (token: string) =>
  (await api.graphql("/graphql", token, "{ organizations { nodes { slug } } }")).data.organizations.nodes.map(
    (one: { slug: string }) => one.slug,
  );
const permissions = async (token: string) =>
  (
    await api.graphql(
      "/graphql",
      token,
      "{ datasets { nodes { name } } members: memberships { nodes { userId } } }",
    )
  ).data;

describe("API keys", () => {
  it("may what they were given, on every road, and their secret is kept as a hash alone", async () => {
    const token = await api.signIn("ada@acme.example");
    const { key } = await makeKey(token, ["organization.view", "dataset.view"]);
    expect(key.apiKey).toMatch(/^cad_[0-9a-f]{8}_[\w-]{43}$/);
    expect(await slugs(key.apiKey)).toEqual(["acme"]);
    // Its maker sees all members; the key, without member.view, its maker's own membership at most.
    expect((await permissions(token)).members.nodes.length).toBe(2);
    expect((await permissions(key.apiKey)).members.nodes.length).toBeLessThan(2);
    const upload = await fetch(`${api.url}/orgs/acme/datasets/x/files?key=a`, {
      method: "POST",
      headers: { ...bearer(key.apiKey), "content-type": "text/csv" },
      body: "a\n1\n",
    });
    expect(upload.status).toBe(403);
    const { key: loader } = await makeKey(token, [
      "run.execute",
      "dataset.create",
      "organization.view",
      "run.view",
    ]);
    const loaded = await fetch(`${api.url}/orgs/acme/datasets/x/files?key=a`, {
      method: "POST",
      headers: { ...bearer(loader.apiKey), "content-type": "text/csv" },
      body: "a\n1\n",
    });
    expect(loaded.status).toBe(202);
    const own = await api.post("/orgs/acme/graphql", { query: "{ __typename }" }, bearer(key.apiKey));
    expect(own.status).toBe(200);
    const other = await api.post("/orgs/globex/graphql", { query: "{ __typename }" }, bearer(key.apiKey));
    expect(other.status).toBe(404);
    const { rows } = await run(
      "select k::text || coalesce(s::text, '') as text from access.api_keys k left join private.api_key_secrets s on s.key_id = k.id",
    );
    expect(rows.some((row) => row.text.includes(key.apiKey.slice(13)))).toBe(false);
    const { rows: used } = await run(
      "select last_used_at is not null as used, last_used_ip is not null as ip from access.api_keys where id = $1",
      [key.apiKeyId],
    );
    expect(used).toEqual([{ used: true, ip: true }]);
  });

  it("hold nothing that their maker does not hold, when they are made and ever after", async () => {
    const token = await api.signIn("ada@acme.example");
    expect((await makeKey(token, ["member.create"])).error).toBe("FORBIDDEN");
    expect((await makeKey(token, ["platform.manage"])).error).toBe("FORBIDDEN");
    expect((await makeKey(token, ["no.such"])).error).toBe("FORBIDDEN");
    expect((await makeKey(token, [])).error).toBe("AC067");
    expect((await makeKey(token, ["record.view", "record.view"])).error).toBe("AC067");
    expect((await makeKey(token, ["record.view"], ", validFor: {years: 5}")).error).toBe("AC067");
    const { key } = await makeKey(token, ["organization.view", "member.view", "run.execute"]);
    expect((await permissions(key.apiKey)).members.nodes.length).toBe(2);
    await run("update access.memberships set role_key = 'client' where user_id = $1", [ada]);
    expect((await permissions(key.apiKey)).members.nodes.length).toBeLessThan(2);
    await run("update access.memberships set role_key = 'editor' where user_id = $1", [ada]);
  });

  it("make no keys, no sessions and no changes to the account", async () => {
    const { key } = await makeKey(await api.signIn("ada@acme.example"), ["organization.view", "record.view"]);
    expect((await makeKey(key.apiKey, ["record.view"])).error).toBe("AC060");
    for (const to of [
      "/auth/totp/start",
      "/auth/recovery-codes",
      "/auth/sessions/end-all",
      "/auth/email/verify",
    ]) {
      expect((await api.post(to, {}, bearer(key.apiKey))).status, to).toBe(401);
    }
    expect((await fetch(`${api.url}/auth/me`, { headers: bearer(key.apiKey) })).status).toBe(401);
  });

  it("are nobody at the next statement when revoked, expired, or their maker has gone", async () => {
    const token = await api.signIn("ada@acme.example");
    const made = await Promise.all([1, 2, 3].map(() => makeKey(token, ["organization.view"])));
    const [revoked, expired, left] = made.map(({ key }) => key);
    for (const key of [revoked, expired, left]) expect(await slugs(key.apiKey)).toEqual(["acme"]);
    const revoke = (by: string) =>
      api.graphql("/graphql", by, `mutation { revokeApiKey(input: {id: "${revoked.apiKeyId}"}) { result } }`);
    expect((await revoke(left.apiKey)).errors?.[0]?.extensions.code).toBe("AC068");
    await api.member(acme, "viewer@acme.example", "viewer");
    expect((await revoke(await api.signIn("viewer@acme.example"))).errors?.[0]?.extensions.code).toBe(
      "AC068",
    );
    expect((await revoke(await api.signIn("owner@acme.example"))).data.revokeApiKey.result).toBe(true);
    expect(await slugs(revoked.apiKey)).toEqual([]);
    await run("update access.api_keys set expires_at = clock_timestamp() where id = $1", [expired.apiKeyId]);
    expect(await slugs(expired.apiKey)).toEqual([]);
    await run("update access.memberships set status = 'suspended' where user_id = $1", [ada]);
    expect(await slugs(left.apiKey)).toEqual([]);
    await run("update access.memberships set status = 'active' where user_id = $1", [ada]);
  });

  it("that are not keys are refused alike, and never logged or answered with", async () => {
    const { key } = await makeKey(await api.signIn("ada@acme.example"), ["organization.view"]);
    const wrong = [
      key.apiKey.replace(/.$/, (last: string) => (last === "A" ? "B" : "A")),
      "cad_",
      "cad_00000000_x",
      `cad_${"x".repeat(3000)}`,
      "cad_aaaaaaaa_' or true --",
    ];
    for (const token of wrong) {
      const response = await api.post("/graphql", { query: "{ __typename }" }, bearer(token));
      expect(response.status, token).toBe(401);
      expect(await response.json()).toMatchObject({ error: { code: "UNAUTHENTICATED", field: null } });
    }
  });
});

describe("GET /ops/outbox", () => {
  it("shows operators, and nobody else, the mails that had no server to go to", async () => {
    await api.member(acme, "root@acme.example", "viewer");
    await run("update access.users set is_operator = true where email = 'root@acme.example'");
    const root = await api.signIn("root@acme.example");
    await api.post("/auth/password/forgot", { email: "ada@acme.example" });
    const list = async (token: string) => fetch(`${api.url}/ops/outbox`, { headers: bearer(token) });
    await expect
      .poll(async () => (await (await list(root)).json()).mails.length, { timeout: 10_000 })
      .toBe(1);
    const { mails } = await (await list(root)).json();
    expect(mails[0]).toMatchObject({
      to: "ada@acme.example",
      template: "recovery",
      subject: "A new password for Cadastre",
    });
    const mail = await fetch(`${api.url}/ops/outbox/${mails[0].id}`, { headers: bearer(root) });
    expect(mail.headers.get("content-type")).toContain("text/plain");
    expect(await mail.text()).toContain("/new-password#");
    expect((await list(await api.signIn("owner@acme.example"))).status).toBe(403);
    expect((await fetch(`${api.url}/ops/outbox`)).status).toBe(403);
    for (const id of [
      "..%2F..%2Fsecret.key",
      "..%2fkeys.json",
      "0000000000000-000000000000",
      "index.ndjson",
    ]) {
      expect((await fetch(`${api.url}/ops/outbox/${id}`, { headers: bearer(root) })).status, id).toBe(404);
    }
    expect((await fetch(`${api.url}/ops/outbox?limit=100000`, { headers: bearer(root) })).status).toBe(400);
  });
});
