/** Second factors: TOTP that cannot be replayed, recovery codes, passkeys; required by an organization; step-up. */
import { Secret, TOTP } from "otpauth";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asMember, asPlatform, type TestOrg } from "../support/database.ts";
import { createAuthenticator } from "./support/authenticator.ts";
import { createOrg, PASSWORD, startTestServer, type TestServer } from "./support/server.ts";

let api: TestServer;
let acme: TestOrg;
let origin: string;

beforeAll(async () => {
  api = await startTestServer();
  acme = await createOrg(api.db, "acme");
  origin = api.url;
});
afterAll(() => api.close());

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const login = async (email: string) => (await api.post("/auth/login", { email, password: PASSWORD })).json();
const run = (text: string, values: unknown[] = []) => api.db.admin.query(text, values);
const codeOf = async (response: Response): Promise<string> =>
  ((await response.json()) as { error?: { code: string } }).error?.code ?? "";
/** Code of a step as many away from now; each test uses later ones, since each counts once. */
const at = (secret: string, steps = 0): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + steps * 30_000 });
const seen = async (token: string): Promise<number> =>
  (await api.graphql("/graphql", token, "{ organizations { nodes { slug } } }")).data.organizations.nodes
    .length;

/** Sets up TOTP for a new member. */
async function withTotp(
  email: string,
): Promise<{ token: string; secret: string; codes: string[]; id: string; used: string }> {
  const id = await api.member(acme, email, "viewer");
  const token = await api.signIn(email);
  const { secret, uri } = await (await api.post("/auth/totp/start", {}, bearer(token))).json();
  expect(uri).toMatch(/^otpauth:\/\/totp\/Cadastre:/);
  const used = at(secret, -1);
  const response = await api.post("/auth/totp/confirm", { code: used }, bearer(token));
  expect(response.status).toBe(200);
  const { recoveryCodes } = await response.json();
  return { token, secret, codes: recoveryCodes, id, used };
}
const factor = (challenge: string, proof: object) => api.post("/auth/factor", { challenge, proof });

describe("TOTP", () => {
  it("is asked for after the password, and each code counts once", async () => {
    const { secret, codes, token, used } = await withTotp("totp@acme.example");
    expect(codes).toHaveLength(10);
    expect(new Set(codes).size).toBe(10);
    expect(await seen(token)).toBe(1);
    const first = await login("totp@acme.example");
    expect(first).toEqual({ challenge: expect.stringMatching(/^[\w-]{43}$/), factors: ["totp", "recovery"] });
    // The code that confirmed the set-up is used up.
    expect(await codeOf(await factor(first.challenge, { kind: "totp", code: used }))).toBe("AC063");
    const code = at(secret);
    const open = await factor(first.challenge, { kind: "totp", code });
    expect(open.status).toBe(200);
    expect(await seen((await open.json()).accessToken)).toBe(1);
    // The challenge is used up, and so is the code.
    expect(await codeOf(await factor(first.challenge, { kind: "totp", code: at(secret, 1) }))).toBe("AC063");
    const second = await login("totp@acme.example");
    expect(await codeOf(await factor(second.challenge, { kind: "totp", code }))).toBe("AC063");
    const { rows } = await run(
      "select action from audit.events where action in ('factor.add', 'factor.refuse')",
    );
    expect(rows.map((row) => row.action).sort()).toEqual(["factor.add", "factor.refuse", "factor.refuse"]);
  });

  it("of ten sign-ins at once with one code lets one through", async () => {
    const { secret } = await withTotp("race@acme.example");
    const challenges = await Promise.all(Array.from({ length: 10 }, () => login("race@acme.example")));
    const code = at(secret, 1);
    const answers = await Promise.all(
      challenges.map(({ challenge }) => factor(challenge, { kind: "totp", code })),
    );
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
  });

  it("cannot be guessed: a challenge takes ten tries, a person twenty in a quarter of an hour", async () => {
    await withTotp("guess@acme.example");
    const statuses: number[] = [];
    for (let round = 0; round < 3; round++) {
      const { challenge } = await login("guess@acme.example");
      for (let n = 0; n < 10; n++)
        statuses.push((await factor(challenge, { kind: "totp", code: "000000" })).status);
    }
    expect(statuses.slice(0, 20).every((status) => status === 401)).toBe(true);
    expect(statuses.slice(20).every((status) => status === 429)).toBe(true);
  });

  it("keeps its seed encrypted with a key that is not in PostgreSQL", async () => {
    const { secret, id } = await withTotp("sealed@acme.example");
    const { rows } = await run("select sealed_seed from private.totp_factors where user_id = $1", [id]);
    expect(rows[0].sealed_seed).toMatch(/^v1\./);
    expect(rows[0].sealed_seed).not.toContain(secret);
    // Copied to another person's row it does not open.
    const other = await withTotp("thief@acme.example");
    await run("update private.totp_factors set sealed_seed = $1, last_step = 0 where user_id = $2", [
      rows[0].sealed_seed,
      other.id,
    ]);
    const { challenge } = await login("thief@acme.example");
    expect((await factor(challenge, { kind: "totp", code: at(secret) })).status).toBe(401);
  });

  it("is stood in for by recovery codes, each once, however it is typed", async () => {
    const { codes } = await withTotp("recover@acme.example");
    const first = await login("recover@acme.example");
    const proof = { kind: "recovery", code: codes[0]!.toUpperCase().replaceAll("-", " ") };
    expect((await factor(first.challenge, proof)).status).toBe(200);
    const second = await login("recover@acme.example");
    expect((await factor(second.challenge, proof)).status).toBe(401);
    expect((await factor(second.challenge, { kind: "recovery", code: codes[1]! })).status).toBe(200);
    const { rows } = await run("select c::text as text from private.recovery_codes c");
    expect(rows.some((row) => codes.some((code) => row.text.includes(code)))).toBe(false);
  });

  it("refuses what is not a challenge, not a code, or too late", async () => {
    const { secret } = await withTotp("odd@acme.example");
    const { challenge } = await login("odd@acme.example");
    expect((await factor(challenge, { kind: "totp", code: "12345" })).status).toBe(400);
    expect((await factor(challenge, { kind: "sms", code: "123456" })).status).toBe(400);
    expect((await factor("x".repeat(3000), { kind: "totp", code: "123456" })).status).toBe(400);
    expect((await factor("x".repeat(43), { kind: "totp", code: at(secret) })).status).toBe(401);
    await run("update private.challenges set expires_at = clock_timestamp() where used_at is null");
    expect((await factor(challenge, { kind: "totp", code: at(secret) })).status).toBe(401);
  });
});

describe("an organization that requires a factor", () => {
  it("opens sessions that see nothing and can only set one up", async () => {
    const strict = await createOrg(api.db, "strict");
    await api.member(strict, "owner@strict.example", "owner");
    const before = await api.signIn("owner@strict.example");
    expect(await seen(before)).toBe(1);
    await run("update access.org_security set require_factor = true where org_id = $1", [strict.id]);
    // Sessions under way too, from the next statement on.
    expect(await seen(before)).toBe(0);
    const answer = await login("owner@strict.example");
    expect(answer).toMatchObject({ pending: true, permissions: [] });
    const token = answer.accessToken;
    expect(await seen(token)).toBe(0);
    expect(
      (await fetch(`${api.url}/orgs/strict/runs/${crypto.randomUUID()}`, { headers: bearer(token) })).status,
    ).toBe(404);
    const me = await (await fetch(`${api.url}/auth/me`, { headers: bearer(token) })).json();
    expect(me).toMatchObject({ pending: true, totp: false, proofs: ["password"] });
    const { secret } = await (await api.post("/auth/totp/start", {}, bearer(token))).json();
    await api.post("/auth/totp/confirm", { code: at(secret) }, bearer(token));
    // The same access token counts from the next statement on; the session from before, which showed none, has ended.
    expect(await seen(token)).toBe(1);
    expect(await seen(before)).toBe(0);
    const removal = await api.post("/auth/totp/remove", {}, bearer(token));
    expect(await codeOf(removal)).toBe("AC069");
  });
});

describe("a fresh proof", () => {
  it("is asked for sensitive acts after a while, and told how to give", async () => {
    const { token, secret } = await withTotp("prove@acme.example");
    await run(
      "update private.sessions set authenticated_at = clock_timestamp() - interval '16 minutes' where ended_at is null",
    );
    const refused = await api.post("/auth/recovery-codes", {}, bearer(token));
    expect(refused.status).toBe(403);
    const body = await refused.json();
    expect(body.error.code).toBe("AC060");
    expect(body.error.hint).toContain("password, totp, recovery");
    const key = await api.graphql(
      "/graphql",
      token,
      `mutation { createApiKey(input: {name: "k", permissions: ["record.view"]}) { result { apiKey } } }`,
    );
    expect(key.errors?.[0]?.extensions.code).toBe("AC060");
    const wrong = await api.post(
      "/auth/reauthenticate",
      { password: "not the password at all" },
      bearer(token),
    );
    expect(await codeOf(wrong)).toBe("AC063");
    const proof = { proof: { kind: "totp", code: at(secret) } };
    const right = await api.post("/auth/reauthenticate", proof, bearer(token));
    expect(right.status).toBe(200);
    expect((await api.post("/auth/reauthenticate", proof, bearer(token))).status).toBe(401);
    expect((await api.post("/auth/recovery-codes", {}, bearer(token))).status).toBe(200);
    await run(
      "update private.sessions set authenticated_at = clock_timestamp() - interval '16 minutes' where ended_at is null",
    );
    expect((await api.post("/auth/reauthenticate", { password: PASSWORD }, bearer(token))).status).toBe(200);
    expect((await api.post("/auth/totp/remove", {}, bearer(token))).status).toBe(204);
  });
});

describe("passkeys", () => {
  async function register(token: string, name = "Laptop") {
    const { hostname } = new URL(origin);
    const passkey = createAuthenticator(hostname);
    const { challenge, options } = await (await api.post("/auth/passkeys/options", {}, bearer(token))).json();
    const response = passkey.register(options.challenge, origin);
    const answer = await api.post("/auth/passkeys", { challenge, response, name }, bearer(token));
    return {
      passkey,
      answer,
      again: () => api.post("/auth/passkeys", { challenge, response, name }, bearer(token)),
    };
  }

  it("are set up once a ceremony, by the session that began it", async () => {
    await api.member(acme, "key@acme.example", "viewer");
    const token = await api.signIn("key@acme.example");
    const { answer, again, passkey } = await register(token);
    expect(answer.status).toBe(200);
    expect((await answer.json()).recoveryCodes).toHaveLength(10);
    expect(await codeOf(await again())).toBe("AC063");
    const { challenge, options } = await (await api.post("/auth/passkeys/options", {}, bearer(token))).json();
    for (const response of [
      passkey.register(options.challenge, "https://evil.example"),
      passkey.register("AAAA", origin),
      createAuthenticator("evil.example").register(options.challenge, origin),
    ]) {
      const refused = await api.post("/auth/passkeys", { challenge, response, name: "x" }, bearer(token));
      expect(await codeOf(refused)).toBe("AC063");
    }
    await api.member(acme, "other@acme.example", "viewer");
    const other = await api.signIn("other@acme.example");
    const stolen = await api.post(
      "/auth/passkeys",
      {
        challenge,
        response: createAuthenticator(new URL(origin).hostname).register(options.challenge, origin),
        name: "x",
      },
      bearer(other),
    );
    expect(await codeOf(stolen)).toBe("AC063");
  });

  it("are a second factor", async () => {
    await api.member(acme, "second@acme.example", "viewer");
    const { passkey } = await register(await api.signIn("second@acme.example"));
    const { challenge, factors } = await login("second@acme.example");
    expect(factors).toEqual(["passkey", "recovery"]);
    const { options } = await (await api.post("/auth/factor/options", { challenge })).json();
    expect(options.allowCredentials).toHaveLength(1);
    const bad = passkey.answer(options.challenge, origin, { tamper: true });
    expect((await factor(challenge, { kind: "passkey", response: bad })).status).toBe(401);
    const good = passkey.answer(options.challenge, origin);
    const open = await factor(challenge, { kind: "passkey", response: good });
    expect(open.status).toBe(200);
    expect((await factor(challenge, { kind: "passkey", response: good })).status).toBe(401);
  });

  it("sign in without a password, and a copied one is found by its counter", async () => {
    await api.member(acme, "alone@acme.example", "viewer");
    const { passkey } = await register(await api.signIn("alone@acme.example"));
    const begin = async () => (await api.post("/auth/passkey/options", {})).json();
    const one = await begin();
    const response = passkey.answer(one.options.challenge, origin, { counter: 5 });
    const open = await api.post("/auth/passkey", { challenge: one.challenge, response });
    expect(await open.json()).toMatchObject({ user: { email: "alone@acme.example" }, org: { slug: "acme" } });
    expect((await api.post("/auth/passkey", { challenge: one.challenge, response })).status).toBe(401);
    const two = await begin();
    const copy = passkey.answer(two.options.challenge, origin, { counter: 5 });
    expect((await api.post("/auth/passkey", { challenge: two.challenge, response: copy })).status).toBe(401);
    const three = await begin();
    const unknown = createAuthenticator(new URL(origin).hostname).answer(three.options.challenge, origin);
    expect((await api.post("/auth/passkey", { challenge: three.challenge, response: unknown })).status).toBe(
      401,
    );
  });

  it("prove again who somebody is", async () => {
    await api.member(acme, "again@acme.example", "viewer");
    const token = await api.signIn("again@acme.example");
    const { passkey } = await register(token);
    await run(
      "update private.sessions set authenticated_at = clock_timestamp() - interval '16 minutes' where ended_at is null",
    );
    const { challenge, options } = await (
      await api.post("/auth/reauthenticate/options", {}, bearer(token))
    ).json();
    const response = passkey.answer(options.challenge, origin);
    const body = { challenge, proof: { kind: "passkey", response } };
    const proven = await api.post("/auth/reauthenticate", body, bearer(token));
    expect(proven.status).toBe(200);
    const { passkeys } = await proven.json();
    expect((await api.post("/auth/reauthenticate", body, bearer(token))).status).toBe(401);
    expect((await api.post("/auth/passkeys/remove", { id: passkeys[0].id }, bearer(token))).status).toBe(204);
    expect((await login("again@acme.example")).accessToken).toBeDefined();
  });
});

describe("a lost factor", () => {
  it("is reset by the platform alone: sessions end, the person is told, the password is enough again", async () => {
    const { token, id } = await withTotp("lost@acme.example");
    const admin = await api.member(acme, "chief@acme.example", "owner");
    await expect(
      asMember(api.db, { orgId: acme.id, userId: admin }, (client) =>
        client.query("select access.reset_factors('lost@acme.example')"),
      ),
    ).rejects.toMatchObject({ code: "42501" });
    expect(await seen(token)).toBe(1);
    await asPlatform(api.db, (client) => client.query("select access.reset_factors('LOST@acme.example')"));
    const answer = await api.graphql("/graphql", token, "{ organizations { nodes { slug } } }");
    expect(answer.data?.organizations?.nodes ?? []).toEqual([]);
    expect(await login("lost@acme.example")).toMatchObject({ accessToken: expect.any(String) });
    const { rows } = await run(
      "select (select count(*)::int from private.mails where user_id = $1 and template = 'factor_removed') as mails, (select count(*)::int from audit.events where object_id = $2 and action = 'factor.reset') as events",
      [id, id],
    );
    expect(rows).toEqual([{ mails: 1, events: 1 }]);
    await expect(
      asPlatform(api.db, (client) => client.query("select access.reset_factors('nobody@acme.example')")),
    ).rejects.toMatchObject({ code: "AC004" });
  });
});
