/** Sessions: one live token a session whatever happens at once, limits, listing and ending, keys, guessing, other sites. */
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { decodeProtectedHeader } from "jose";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSecrets } from "../../lib/secrets.ts";
import { createAnswers } from "../../server/auth/cookies.ts";
import { loadOrMakeKeys, rotateKeys } from "../../server/auth/keys.ts";
import { createLimits, networkOf } from "../../server/auth/limits.ts";
import { createTokens, type Tokens } from "../../server/auth/tokens.ts";
import type { TestOrg } from "../support/database.ts";
import { createOrg, PASSWORD, startTestServer, type TestServer } from "./support/server.ts";

let api: TestServer;
let acme: TestOrg;
let globex: TestOrg;

beforeAll(async () => {
  api = await startTestServer({ env: { CORS_ORIGINS: "https://app.example", TRUST_PROXY: "1" } });
  acme = await createOrg(api.db, "acme");
  globex = await createOrg(api.db, "globex");
  await api.member(acme, "ada@acme.example", "viewer");
  await api.member(acme, "admin@acme.example", "admin");
  await api.member(acme, "both@acme.example", "viewer");
  await api.member(globex, "both@acme.example", "viewer");
});
afterAll(() => api.close());

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const run = (text: string, values: unknown[] = []) => api.db.admin.query(text, values);
const from = (ip: string) => ({ "x-forwarded-for": ip });
const login = (email: string, password = PASSWORD, headers: Record<string, string> = {}) =>
  api.post("/auth/login", { email, password }, headers);
const cookie = (response: Response, name = "cadastre_refresh"): string =>
  response.headers
    .getSetCookie()
    .find((one) => one.startsWith(`${name}=`))!
    .split(";")[0]!;
const refresh = (value: string) => api.post("/auth/refresh", {}, { cookie: value });
const seen = async (token: string): Promise<number> =>
  (await api.graphql("/graphql", token, "{ organizations { nodes { slug } } }")).data.organizations.nodes
    .length;

async function open(email: string): Promise<{ token: string; cookie: string; session: string }> {
  const response = await login(email);
  const { accessToken } = await response.json();
  const session = JSON.parse(Buffer.from(accessToken.split(".")[1], "base64url").toString()).sid;
  return { token: accessToken, cookie: cookie(response), session };
}

describe("50 parallel refreshes", () => {
  it("give one successor and leave one live token in one live session; a copy that comes later ends it", async () => {
    const { cookie: first, session } = await open("ada@acme.example");
    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(first)));
    const good = answers.filter((answer) => answer.status === 200);
    expect(good).toHaveLength(1);
    expect(answers.filter((answer) => answer.status === 409)).toHaveLength(49);
    // The others must not take the winner's cookie away.
    expect(
      answers.filter((answer) => answer.status === 409 && answer.headers.getSetCookie().length > 0),
    ).toHaveLength(0);
    const live = () =>
      run(
        `select count(*) filter (where t.used_at is null)::int as tokens, count(distinct s.id) filter (where s.ended_at is null)::int as sessions
           from private.refresh_tokens t join private.sessions s on s.id = t.session_id where s.id = $1`,
        [session],
      ).then(({ rows }) => rows[0]);
    expect(await live()).toEqual({ tokens: 1, sessions: 1 });
    const next = await refresh(cookie(good[0]!));
    expect(next.status).toBe(200);
    const { accessToken } = await next.json();
    await run(
      "update private.refresh_tokens set used_at = used_at - interval '11 seconds' where session_id = $1 and used_at is not null",
      [session],
    );
    expect((await refresh(first)).status).toBe(401);
    expect((await refresh(cookie(next))).status).toBe(401);
    expect((await live()).sessions).toBe(0);
    // Not only the family: the access token under way is nobody at its next statement.
    expect(await seen(accessToken)).toBe(0);
    const { rows } = await run(
      "select detail->>'why' as why, ip is not null as ip from audit.events where action = 'session.reuse' and object_id = $1",
      [session],
    );
    expect(rows).toEqual([{ why: "reuse", ip: true }]);
  });
});

describe("limits of sessions", () => {
  it("are the organization's: absolute and idle, also when they are narrowed later", async () => {
    const idle = await open("ada@acme.example");
    await run(
      "update private.sessions set last_seen_at = clock_timestamp() - interval '4 days' where id = $1",
      [idle.session],
    );
    expect((await refresh(idle.cookie)).status).toBe(401);
    const old = await open("ada@acme.example");
    await run(
      "update private.sessions set created_at = clock_timestamp() - interval '2 hours' where id = $1",
      [old.session],
    );
    await run("update access.org_security set session_lifetime = '1 hour' where org_id = $1", [acme.id]);
    expect((await refresh(old.cookie)).status).toBe(401);
    const short = await login("ada@acme.example");
    expect(short.headers.getSetCookie().find((one) => one.startsWith("cadastre_refresh"))).toContain(
      "Max-Age=3600",
    );
    await run("update access.org_security set session_lifetime = '14 days' where org_id = $1", [acme.id]);
    const { rows } = await run("select ended_why from private.sessions where id = any ($1) order by id", [
      [idle.session, old.session],
    ]);
    expect(rows.map((row) => row.ended_why)).toEqual(["idle", "expired"]);
  });

  it("end the access token too: at the end of the session and when a member is suspended", async () => {
    const { token, session } = await open("ada@acme.example");
    expect(await seen(token)).toBe(1);
    await run("update private.sessions set expires_at = clock_timestamp() where id = $1", [session]);
    expect(await seen(token)).toBe(0);
  });
});

describe("one's own sessions", () => {
  it("are listed, ended one by one and all at once, in every organization", async () => {
    const acmeOne = await api.signIn("both@acme.example", "acme");
    const globexOne = await api.signIn("both@acme.example", "globex");
    const list = async () =>
      (await (await fetch(`${api.url}/auth/sessions`, { headers: bearer(acmeOne) })).json()).sessions;
    const sessions = await list();
    expect(sessions.map((one: { org: string; current: boolean }) => [one.org, one.current]).sort()).toEqual([
      ["acme", true],
      ["globex", false],
    ]);
    expect(JSON.stringify(sessions)).not.toContain("token");
    const other = sessions.find((one: { current: boolean }) => !one.current);
    const ended = await api.post("/auth/sessions/end", { id: other.id }, bearer(acmeOne));
    expect(await ended.json()).toEqual({ ended: true });
    expect(await seen(globexOne)).toBe(0);
    await api.signIn("both@acme.example", "globex");
    const kept = await api.post("/auth/sessions/end-all", { keepThis: true }, bearer(acmeOne));
    expect(await kept.json()).toEqual({ ended: 1 });
    expect(await seen(acmeOne)).toBe(1);
    await api.post("/auth/sessions/end-all", {}, bearer(acmeOne));
    expect(await seen(acmeOne)).toBe(0);
  });

  it("are nobody else's, but for administrators within their organization", async () => {
    const ada = await open("ada@acme.example");
    const both = await open("admin@acme.example");
    const mine = await api.signIn("both@acme.example", "acme");
    const theirs = await api.signIn("both@acme.example", "globex");
    const end = (id: string, token: string) => api.post("/auth/sessions/end", { id }, bearer(token));
    expect((await end(both.session, ada.token)).status).toBe(404);
    expect((await end(crypto.randomUUID(), ada.token)).status).toBe(404);
    const id = (token: string) => JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString()).sid;
    expect((await end(id(theirs), both.token)).status).toBe(404);
    expect(await (await end(id(mine), both.token)).json()).toEqual({ ended: true });
    expect(await seen(mine)).toBe(0);
    expect(await seen(theirs)).toBe(1);
    const { rows } = await run("select ended_why from private.sessions where id = $1", [id(mine)]);
    expect(rows[0].ended_why).toBe("revoked");
  });
});

describe("signing keys", () => {
  it("change without signing anybody out: two keys verify, the new one signs", async () => {
    const before = await api.signIn("ada@acme.example");
    const kid = await rotateKeys(api.home);
    // A token of the new key by another server on this home is known at once.
    const other = createTokens(await loadOrMakeKeys(api.home), "cadastre");
    const { sub, sid, org } = JSON.parse(Buffer.from(before.split(".")[1]!, "base64url").toString());
    const elsewhere = await other.sign({ kind: "user", userId: sub, orgId: org, sessionId: sid });
    expect(decodeProtectedHeader(elsewhere).kid).toBe(kid);
    expect(await seen(elsewhere)).toBe(1);
    await expect
      .poll(async () => (await (await fetch(`${api.url}/.well-known/jwks.json`)).json()).keys.length, {
        timeout: 15_000,
      })
      .toBe(2);
    const after = await api.signIn("ada@acme.example");
    expect(decodeProtectedHeader(after).kid).toBe(kid);
    expect(decodeProtectedHeader(before).kid).not.toBe(kid);
    expect([await seen(before), await seen(after)]).toEqual([1, 1]);
    // A day later the old one is gone.
    const file = path.join(api.home, "keys.json");
    const keys = JSON.parse(await readFile(file, "utf8"));
    for (const key of keys.keys) key.made -= 2 * 24 * 3600 * 1000;
    await writeFile(file, JSON.stringify(keys));
    await rotateKeys(api.home);
    const left = JSON.parse(await readFile(file, "utf8")).keys;
    expect(left).toHaveLength(2);
    expect(left[1].kid).toBe(kid);
  });
});

describe("guessing", () => {
  it("is stopped per account and address, at the same moment too, and locks nobody else out", async () => {
    await api.member(acme, "victim@acme.example", "viewer");
    const home = await login("victim@acme.example", PASSWORD, from("203.0.113.1"));
    const device = cookie(home, "cadastre_device");
    const guesses = await Promise.all(
      Array.from({ length: 25 }, (_n, index) =>
        login("victim@acme.example", `guess number ${index}`, from("198.51.100.1")),
      ),
    );
    expect(guesses.filter((answer) => answer.status === 401)).toHaveLength(10);
    expect(guesses.filter((answer) => answer.status === 429)).toHaveLength(15);
    // From many addresses the account itself is protected ...
    for (let n = 0; n < 40; n++) await login("victim@acme.example", "guess", from(`198.51.100.${2 + n}`));
    expect((await login("victim@acme.example", PASSWORD, from("198.51.100.99"))).status).toBe(429);
    // ... and its owner still gets in: from where they were before, and anywhere with their own browser.
    expect((await login("victim@acme.example", PASSWORD, from("203.0.113.1"))).status).toBe(200);
    const elsewhere = { ...from("198.51.100.98"), cookie: device };
    expect((await login("victim@acme.example", PASSWORD, elsewhere)).status).toBe(200);
    const forged = {
      ...from("198.51.100.97"),
      cookie: device.replace(/.$/, (last) => (last === "A" ? "B" : "A")),
    };
    expect((await login("victim@acme.example", PASSWORD, forged)).status).toBe(429);
    // Somebody else's cookie is no pass.
    const ada = cookie(await login("ada@acme.example"), "cadastre_device");
    expect(
      (await login("victim@acme.example", PASSWORD, { ...from("198.51.100.96"), cookie: ada })).status,
    ).toBe(429);
  });

  it("meets accounts that do not exist with the same answers", async () => {
    const statuses = [];
    for (let n = 0; n < 12; n++)
      statuses.push((await login("ghost@acme.example", "guess", from("198.51.100.200"))).status);
    expect(statuses).toEqual([...Array(10).fill(401), 429, 429]);
    const { rows } = await run("select key from private.rate_limits");
    expect(rows.some((row) => row.key.includes("ghost") || row.key.includes("198.51"))).toBe(false);
    const { rows: told } = await run(
      "select e::text as text from audit.events e where action = 'session.refuse'",
    );
    expect(told.length).toBeGreaterThan(9);
    expect(told.some((row) => row.text.includes("ghost@"))).toBe(false);
  });
});

describe("an address that attempts are counted by", () => {
  it.each([
    ["203.0.113.7", "203.0.113.7"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
    ["2001:0db8:0001:0002::9", "2001:db8:1:2"],
    ["2001:db8::1", "2001:db8:0:0"],
    ["fe80::1%eth0", "fe80:0:0:0"],
    ["::1", "0:0:0:0"],
  ])("%s counts as %s", (ip, network) => expect(networkOf(ip)).toBe(network));
});

describe("counting attempts while the database is away", () => {
  it("goes on in memory", async () => {
    const pool = new pg.Pool({ connectionString: "postgres://nobody@127.0.0.1:1/none" });
    const secrets = createSecrets(randomBytes(32));
    const limits = createLimits({ pool, secrets, answers: createAnswers({} as Tokens, false) });
    for (let n = 0; n < 20; n++) await limits.spend("factor", "somebody");
    await expect(limits.spend("factor", "somebody")).rejects.toMatchObject({ code: "TOO_MANY" });
    await limits.spend("factor", "somebody else");
    await pool.end();
  });
});

describe("other sites", () => {
  const paths = [
    "/auth/login",
    "/auth/refresh",
    "/auth/logout",
    "/auth/switch",
    "/auth/choose",
    "/auth/factor",
    "/auth/passkey",
    "/auth/password/forgot",
    "/auth/invitations/accept",
  ];

  it("are refused on every road of cookies, and so are bodies that forms can send", async () => {
    for (const to of paths) {
      expect((await api.post(to, {}, { origin: "https://evil.example" })).status, to).toBe(403);
      expect((await api.post(to, {}, { origin: "null" })).status, to).toBe(403);
      expect((await api.post(to, {}, { "sec-fetch-site": "cross-site" })).status, to).toBe(403);
      // An origin that may call the APIs has no business here either.
      expect((await api.post(to, {}, { origin: "https://app.example" })).status, to).toBe(403);
      const form = await fetch(api.url + to, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded", origin: api.url },
        body: "email=a&password=b",
      });
      expect(form.status, to).toBe(415);
    }
  });

  it("may call the APIs from listed origins alone, without cookies", async () => {
    const preflight = (origin: string, to = "/graphql") =>
      fetch(api.url + to, {
        method: "OPTIONS",
        headers: {
          origin,
          "access-control-request-method": "POST",
          "access-control-request-headers": "authorization",
        },
      });
    const good = await preflight("https://app.example");
    expect(good.status).toBe(204);
    expect(good.headers.get("access-control-allow-origin")).toBe("https://app.example");
    expect(good.headers.get("access-control-allow-credentials")).toBeNull();
    expect((await preflight("https://evil.example")).headers.get("access-control-allow-origin")).toBeNull();
    expect(
      (await preflight("https://app.example", "/auth/login")).headers.get("access-control-allow-origin"),
    ).toBeNull();
    const token = await api.signIn("ada@acme.example");
    const asked = await api.post(
      "/graphql",
      { query: "{ myPermissions { nodes } }" },
      { ...bearer(token), origin: "https://app.example" },
    );
    expect(asked.headers.get("access-control-allow-origin")).toBe("https://app.example");
  });

  it("get nothing over-long, malformed or nested into the endpoints", async () => {
    for (const to of paths) {
      for (const body of [
        [],
        "text",
        {
          email: "x".repeat(3000),
          token: "x".repeat(3000),
          challenge: "x".repeat(3000),
          org: "x".repeat(3000),
        },
      ]) {
        const response = await api.post(to, body);
        expect([400, 401, 204], `${to} ${response.status}`).toContain(response.status);
        expect(JSON.stringify(await response.text())).not.toContain("INTERNAL");
      }
      expect((await api.post(to, { email: "x".repeat(20_000) })).status, to).toBe(413);
    }
  });
});
