/** What must not come to a session: forged, used and foreign answers of providers, and ways out of the installation. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  acme,
  arrive,
  finish,
  forger,
  prove,
  provide,
  s,
  signIn,
  start,
  stop,
  world,
} from "./support/oidc.ts";
import { createBrowser, type Forgery } from "./support/providers.ts";

beforeAll(start);
afterAll(stop);

describe("a callback is refused", () => {
  beforeAll(() => prove(acme, "acme.example"));

  const before = { email: "ada@acme.example", email_verified: true, sub: "ada" };

  it("with another state, none, or one that was used", async () => {
    world.account = before;
    const browser = createBrowser();
    const callback = new URL(await arrive("main", browser));
    const wrong = new URL(callback);
    wrong.searchParams.set("state", "A".repeat(43));
    expect((await finish(wrong.toString(), browser)).location).toBe("/login?error=state");
    wrong.searchParams.delete("state");
    expect((await finish(wrong.toString(), browser)).location).toBe("/login?error=state");
    expect((await finish(callback.toString(), browser)).location).toBe("/");
    expect((await browser.visit(callback.toString())).headers.get("location")).toBe("/login?error=state");
  });

  it("in another browser than the one that began, and it is used up by the attempt", async () => {
    world.account = before;
    const browser = createBrowser();
    const callback = await arrive("main", browser);
    const other = createBrowser();
    await arrive("main", other);
    expect((await finish(callback, other)).location).toBe("/login?error=state");
    expect((await finish(callback, browser)).location).toBe("/login?error=state");
  });

  it("at another provider than the one it began with", async () => {
    world.account = before;
    const browser = createBrowser();
    const callback = (await arrive("main", browser)).replace("/oidc/main/", "/oidc/trusting/");
    expect((await finish(callback, browser)).location).toBe("/login?error=state");
  });

  it("20 times at once: one session", async () => {
    world.account = before;
    const browser = createBrowser();
    const callback = await arrive("main", browser);
    const all = await Promise.all(Array.from({ length: 20 }, () => browser.visit(callback)));
    expect(all.filter((r) => r.headers.get("location") === "/")).toHaveLength(1);
  });

  it("after its time", async () => {
    world.account = before;
    const browser = createBrowser();
    const callback = await arrive("main", browser);
    await s.db.admin.query("update private.oidc_states set expires_at = now() - interval '1 second'");
    expect((await finish(callback, browser)).location).toBe("/login?error=state");
  });

  it.each<[string, Forgery]>([
    ["another nonce", { nonce: "another" }],
    ["another issuer", { issuer: "https://other.example" }],
    ["another audience", { audience: "another" }],
    ["no signature (alg none)", { unsigned: true }],
    ["another key's signature", { otherKey: true }],
    ["an expired token", { expired: true }],
  ])("with %s", async (_what, wrong) => {
    world.forgery = wrong;
    const browser = createBrowser();
    const refused = await finish(await arrive("forged", browser), browser);
    expect(refused).toMatchObject({ location: "/login?error=provider", session: null });
    world.forgery = {};
  });

  it("while the same provider's right answer is taken", async () => {
    world.forgery = {};
    const browser = createBrowser();
    expect((await finish(await arrive("forged", browser), browser)).session).toMatchObject({
      user: { email: "eve@acme.example" },
    });
  });

  it("when the provider says that it was refused", async () => {
    const browser = createBrowser();
    const callback = new URL(await arrive("forged", browser));
    callback.searchParams.delete("code");
    callback.searchParams.set("error", "access_denied");
    expect((await finish(callback.toString(), browser)).location).toBe("/login?error=provider");
  });
});

describe("where it may lead", () => {
  it.each([
    "//evil.example",
    "/x/..//evil.example",
    "/.//evil.example",
    "/%2e//evil.example",
    "https://evil.example",
    "/\\evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
    "evil",
  ])("not to %j", async (path) => {
    const response = await fetch(`${s.url}/auth/oidc/main/start?return=${encodeURIComponent(path)}`, {
      redirect: "manual",
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: "BAD_INPUT", field: "return" } });
  });

  it("nor to a provider that is not there, or not to be asked", async () => {
    expect((await fetch(`${s.url}/auth/oidc/nothing/start`)).status).toBe(404);
    for (const issuer of [
      "http://127.0.0.2:1",
      "https://10.0.0.1",
      "https://169.254.169.254",
      "https://localhost.invalid",
    ]) {
      await provide("inside", { issuer });
      const response = await fetch(`${s.url}/auth/oidc/inside/start`, { redirect: "manual" });
      expect(response.status, issuer).toBe(502);
      expect(await response.json()).toMatchObject({ error: { code: "PROVIDER" } });
    }
    world.forgery = { huge: true };
    await provide("huge", { issuer: forger.issuer });
    expect((await fetch(`${s.url}/auth/oidc/huge/start`, { redirect: "manual" })).status).toBe(502);
    world.forgery = {};
  });

  it("to the second factor, where one is set up", async () => {
    await signIn("main", { sub: "fay", email: "fay@acme.example", email_verified: true });
    await s.db.admin.query(
      `insert into private.totp_factors (user_id, sealed_seed, confirmed_at)
       select id, 'v1.x', now() from access.users where email = 'fay@acme.example'`,
    );
    const made = await signIn("main", { sub: "fay", email: "fay@acme.example", email_verified: true });
    expect(made.session).toBeNull();
    expect(made.location).toMatch(/^\/login#challenge=[\w-]+&return=%2F&factors=totp/);
  });
});
