/** Signing in: uniform refusals, single-use refresh tokens, tokens that cannot be forged, operators, guessing. */
import { generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestOrg } from "../support/database.ts";
import { createOrg, PASSWORD, startTestServer, type TestServer } from "./support/server.ts";

let api: TestServer;
let acme: TestOrg;
let globex: TestOrg;
let ada: string;

beforeAll(async () => {
  api = await startTestServer();
  acme = await createOrg(api.db, "acme");
  globex = await createOrg(api.db, "globex");
  ada = await api.member(acme, "ada@example.org", "editor");
  await api.member(acme, "both@example.org", "viewer");
  await api.member(globex, "both@example.org", "owner");
});
afterAll(() => api.close());

const age = (text: string, values: unknown[] = []) => api.db.admin.query(text, values);
const login = (body: object, headers?: Record<string, string>) => api.post("/auth/login", body, headers);
const cookieOf = (response: Response) => refreshOf(response);
const refreshOf = (response: Response): string =>
  response.headers
    .getSetCookie()
    .find((cookie) => cookie.startsWith("cadastre_refresh="))!
    .split(";")[0]!;
const withCookie = (path: string, cookie: string, body: object = {}) => api.post(path, body, { cookie });

describe("POST /auth/login", () => {
  it("answers who, where and what, and sets a cookie that scripts cannot read", async () => {
    const response = await login({ email: "ADA@example.org", password: PASSWORD, org: "acme" });
    expect(response.status).toBe(200);
    const body = await response.json();
    expect(body).toMatchObject({
      expiresIn: 900,
      user: { id: ada, email: "ada@example.org", displayName: "" },
      org: { id: acme.id, slug: "acme", name: "acme" },
      role: "editor",
    });
    expect(body.permissions).toContain("run.execute");
    expect(body.permissions).not.toContain("member.create");
    expect(response.headers.getSetCookie().find((cookie) => cookie.startsWith("cadastre_refresh="))).toMatch(
      /^cadastre_refresh=[\w-]{43}; Max-Age=1209600; Path=\/auth; HttpOnly; SameSite=Strict$/,
    );
    expect(response.headers.get("x-powered-by")).toBeNull();
  });

  it("needs no organization from somebody who has one, and asks somebody who has two", async () => {
    expect((await login({ email: "ada@example.org", password: PASSWORD })).status).toBe(200);
    const response = await login({ email: "both@example.org", password: PASSWORD, org: null });
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({
      error: { code: "CHOOSE_ORGANIZATION", field: "org" },
      organizations: [
        { slug: "acme", name: "acme" },
        { slug: "globex", name: "globex" },
      ],
    });
  });

  it("refuses a wrong password, an unknown account and a foreign organization alike", async () => {
    const answers = [];
    for (const body of [
      { email: "ada@example.org", password: "wrong" },
      { email: "nobody@example.org", password: PASSWORD },
      { email: "ada@example.org", password: PASSWORD, org: "globex" },
      { email: "ada@example.org", password: PASSWORD, org: "no-such-org" },
    ]) {
      const response = await login(body);
      answers.push({ status: response.status, body: await response.json() });
    }
    expect(answers[0]).toMatchObject({ status: 401, body: { error: { code: "UNAUTHENTICATED" } } });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  it("refuses what is not JSON of the right shape", async () => {
    for (const body of [{}, { email: "a", password: "b" }, { email: "ada@example.org", password: "" }, []]) {
      expect((await login(body)).status).toBe(400);
    }
    const text = await fetch(`${api.url}/auth/login`, {
      method: "POST",
      body: "{",
      headers: { "content-type": "application/json" },
    });
    expect(await text.json()).toMatchObject({ error: { code: "BAD_INPUT" } });
    const long = await login({ email: "ada@example.org", password: "x".repeat(20_000) });
    expect(long.status).toBe(413);
  });

  it("refuses a page of another site", async () => {
    const response = await login(
      { email: "ada@example.org", password: PASSWORD },
      { origin: "https://evil.example" },
    );
    expect(response.status).toBe(403);
    const own = await login({ email: "ada@example.org", password: PASSWORD }, { origin: api.url });
    expect(own.status).toBe(200);
  });

  it("signs an operator in to the platform, where there are organizations but no rows", async () => {
    await api.member(acme, "root@example.org", "viewer");
    await api.db.admin.query("update access.users set is_operator = true where email = 'root@example.org'");
    await api.db.admin.query(
      "delete from access.memberships m using access.users u where u.id = m.user_id and u.email = 'root@example.org'",
    );
    const response = await login({ email: "root@example.org", password: PASSWORD });
    const body = await response.json();
    expect(body).toMatchObject({
      org: null,
      role: "operator",
    });
    expect(body.permissions).toContain("platform.view");
    expect((await withCookie("/auth/refresh", refreshOf(response))).status).toBe(200);
    const seen = await api.graphql(
      "/graphql",
      body.accessToken,
      "{ organizations { nodes { slug } } users { nodes { id } } }",
    );
    expect(seen.data.organizations.nodes).toHaveLength(2);
    expect(seen.data.users.nodes).toHaveLength(1);
  });

  it("stops guessing at one account without locking out others", async () => {
    await api.member(acme, "target@example.org", "viewer");
    for (let n = 0; n < 10; n++) {
      expect((await login({ email: "target@example.org", password: `guess ${n}` })).status).toBe(401);
    }
    const stopped = await login({ email: "TARGET@example.org", password: PASSWORD });
    expect(stopped.status).toBe(429);
    expect((await login({ email: "ada@example.org", password: PASSWORD })).status).toBe(200);
  });
});

describe("refresh tokens", () => {
  it("count once; a used one that comes back ends the whole session", async () => {
    const first = cookieOf(await login({ email: "ada@example.org", password: PASSWORD }));
    const renewed = await withCookie("/auth/refresh", first);
    expect(renewed.status).toBe(200);
    expect(await renewed.json()).toMatchObject({ expiresIn: 900, org: { slug: "acme" }, role: "editor" });
    const second = cookieOf(renewed);
    expect(second).not.toBe(first);
    // Right after its use it is another tab of the same browser: told to ask again, and nothing else happens.
    expect((await withCookie("/auth/refresh", first)).status).toBe(409);
    expect((await withCookie("/auth/refresh", second)).status).toBe(200);
    await age(
      "update private.refresh_tokens set used_at = used_at - interval '11 seconds' where used_at is not null",
    );
    expect((await withCookie("/auth/refresh", first)).status).toBe(401);
    expect((await withCookie("/auth/refresh", second)).status).toBe(401);
  });

  it("renew once when used twice at the same moment", async () => {
    const cookie = cookieOf(await login({ email: "ada@example.org", password: PASSWORD }));
    const answers = await Promise.all(Array.from({ length: 6 }, () => withCookie("/auth/refresh", cookie)));
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
  });

  it("end with signing out, expiry, and the membership", async () => {
    const out = cookieOf(await login({ email: "ada@example.org", password: PASSWORD }));
    const signedOut = await withCookie("/auth/logout", out);
    expect(signedOut.status).toBe(204);
    expect(signedOut.headers.get("set-cookie")).toMatch(/Max-Age=0/);
    expect((await withCookie("/auth/refresh", out)).status).toBe(401);

    const old = cookieOf(await login({ email: "ada@example.org", password: PASSWORD }));
    await api.db.admin.query(
      `update private.refresh_tokens t set expires_at = clock_timestamp()
         from private.sessions s where s.id = t.session_id and s.user_id = $1`,
      [ada],
    );
    expect((await withCookie("/auth/refresh", old)).status).toBe(401);

    const gone = await api.member(acme, "gone@example.org", "viewer");
    const cookie = cookieOf(await login({ email: "gone@example.org", password: PASSWORD }));
    await api.db.admin.query("delete from access.memberships where user_id = $1", [gone]);
    expect((await withCookie("/auth/refresh", cookie)).status).toBe(401);
    expect((await api.post("/auth/refresh", {})).status).toBe(401);
  });

  it("change over to another organization of one's own, and to no other", async () => {
    const cookie = cookieOf(await login({ email: "both@example.org", password: PASSWORD, org: "acme" }));
    const switched = await withCookie("/auth/switch", cookie, { org: "globex" });
    expect(await switched.json()).toMatchObject({ org: { slug: "globex" }, role: "owner" });
    const own = cookieOf(await login({ email: "ada@example.org", password: PASSWORD }));
    expect((await withCookie("/auth/switch", own, { org: "globex" })).status).toBe(403);
    expect((await withCookie("/auth/switch", own, { org: "nowhere" })).status).toBe(403);
    expect((await withCookie("/auth/refresh", own)).status).toBe(200);
  });

  it("are kept as digests only", async () => {
    const cookie = cookieOf(await login({ email: "ada@example.org", password: PASSWORD }));
    const token = cookie.slice("cadastre_refresh=".length);
    const { rows } = await api.db.admin.query("select t::text as text from private.refresh_tokens t");
    expect(
      rows.some((row) => row.text.includes(token) || row.text.includes(Buffer.from(token).toString("hex"))),
    ).toBe(false);
  });
});

describe("access tokens", () => {
  const query = "{ myOrganizations { nodes { slug } } }";
  const ask = (authorization: string) => api.post("/graphql", { query }, { authorization });

  it("are refused when forged, unsigned, for others, from others, expired or malformed", async () => {
    const good = await api.signIn("ada@example.org");
    expect((await ask(`Bearer ${good}`)).status).toBe(200);
    const claims = { knd: "user", sid: crypto.randomUUID(), org: acme.id };
    const sign = (key: CryptoKey, change: (jwt: SignJWT) => SignJWT = (jwt) => jwt) =>
      change(
        new SignJWT(claims)
          .setProtectedHeader({ alg: "EdDSA", kid: api.keys.kid, typ: "at+jwt" })
          .setSubject(ada)
          .setIssuer("cadastre")
          .setAudience("cadastre-api")
          .setExpirationTime("5m"),
      ).sign(key);
    const foreign = (await generateKeyPair("EdDSA")).privateKey;
    const [head, body, tail] = good.split(".") as [string, string, string];
    const altered = Buffer.from(
      JSON.stringify({ ...JSON.parse(Buffer.from(body, "base64url").toString()), org: globex.id }),
    ).toString("base64url");
    const bad = [
      await sign(foreign),
      await sign(api.keys.privateKey, (jwt) => jwt.setExpirationTime(new Date(Date.now() - 1000))),
      await sign(api.keys.privateKey, (jwt) => jwt.setAudience("another")),
      await sign(api.keys.privateKey, (jwt) => jwt.setIssuer("another")),
      await sign(api.keys.privateKey, (jwt) => jwt.setSubject("nobody")),
      new UnsecuredJWT(claims)
        .setSubject(ada)
        .setIssuer("cadastre")
        .setAudience("cadastre-api")
        .setExpirationTime("5m")
        .encode(),
      `${head}.${altered}.${tail}`,
      `${head}.${body}.`,
      "a.b.c",
      "x".repeat(5000),
    ];
    expect((await ask(`Bearer ${await sign(api.keys.privateKey)}`)).status).toBe(200);
    for (const token of bad) {
      const response = await ask(`Bearer ${token}`);
      expect(response.status, token).toBe(401);
      expect((await response.json()).error.code).toBe("UNAUTHENTICATED");
      expect(response.headers.get("www-authenticate")).toBe("Bearer");
    }
    for (const header of ["Basic YTpi", "Bearer", "Bearer a b"]) {
      expect((await ask(header)).status, header).toBe(401);
    }
  });

  it("can be verified by anybody with the published keys, which are public ones", async () => {
    const { keys } = await (await fetch(`${api.url}/.well-known/jwks.json`)).json();
    expect(keys).toEqual([
      expect.objectContaining({ kty: "OKP", crv: "Ed25519", alg: "EdDSA", kid: api.keys.kid }),
    ]);
    expect(JSON.stringify(keys)).not.toContain('"d"');
  });

  it("of a removed member are nobody at the next request", async () => {
    const eve = await api.member(acme, "eve@example.org", "viewer");
    const token = await api.signIn("eve@example.org");
    const before = await api.graphql("/graphql", token, "{ organizations { nodes { slug } } }");
    expect(before.data.organizations.nodes).toEqual([{ slug: "acme" }]);
    await api.db.admin.query("delete from access.memberships where user_id = $1", [eve]);
    const after = await api.graphql("/graphql", token, "{ organizations { nodes { slug } } }");
    expect(after.data.organizations.nodes).toEqual([]);
  });
});
