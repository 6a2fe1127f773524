/** Signing in at identity providers, over HTTP. Whose account it comes to is the database's to say. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asMember } from "../support/database.ts";
import {
  acme,
  arrive,
  countUsers,
  finish,
  forger,
  globex,
  isOurs,
  membership,
  owner,
  prove,
  provide,
  s,
  signIn,
  start,
  stop,
  world,
} from "./support/oidc.ts";
import { CLIENT, createBrowser } from "./support/providers.ts";

beforeAll(start);
afterAll(stop);

describe("signing in", () => {
  it("makes a member of who has an address of a proven domain, and finds them again", async () => {
    await prove(acme, "acme.example");
    const first = await signIn(
      "main",
      { sub: "ada", email: "ada@acme.example", email_verified: true, name: "Ada" },
      "?return=/datasets%3Fx=1",
    );
    expect(first).toMatchObject({ status: 303, location: "/datasets?x=1" });
    expect(first.session).toMatchObject({
      user: { email: "ada@acme.example" },
      org: { slug: "acme" },
      role: "viewer",
    });
    expect(await membership("ada@acme.example", acme)).toEqual({ role_key: "viewer", source: "domain" });
    const again = await signIn("main", {
      sub: "ada",
      email: "elsewhere@other.example",
      email_verified: false,
    });
    expect(again.session).toMatchObject({ user: { email: "ada@acme.example" } });
    const { rows } = await s.db.admin.query(
      "select detail->>'method' as method from audit.events where action = 'session.open' and actor_id = $1",
      [first.session.user.id],
    );
    expect(rows).toContainEqual({ method: "oidc:main" });
  });

  it("keeps out whose address the provider has not verified, and makes no account", async () => {
    const before = await countUsers();
    const refused = await signIn("main", {
      sub: "mallory",
      email: "mallory@acme.example",
      email_verified: false,
    });
    expect(refused).toMatchObject({ status: 303, location: "/login?error=unverified", session: null });
    const none = await signIn("main", { sub: "mallory2" });
    expect(none.location).toBe("/login?error=unverified");
    expect(await countUsers()).toBe(before);
  });

  it("keeps out who has nowhere to go", async () => {
    const before = await countUsers();
    const refused = await signIn("main", {
      sub: "stranger",
      email: "x@unknown.example",
      email_verified: true,
    });
    expect(refused.location).toBe("/login?error=nowhere");
    expect(await countUsers()).toBe(before);
  });

  it("does not let a suspended member in", async () => {
    await signIn("main", { sub: "sue", email: "sue@acme.example", email_verified: true });
    await s.db.admin.query(
      "update access.memberships set status = 'suspended' where user_id = (select id from access.users where email = 'sue@acme.example')",
    );
    const refused = await signIn("main", { sub: "sue", email: "sue@acme.example", email_verified: true });
    expect(refused).toMatchObject({ location: "/login?error=nowhere", session: null });
  });

  it("lists the providers that there are", async () => {
    const list = await (await fetch(`${s.url}/auth/providers?org=acme`)).json();
    expect(list.providers.map((p: { address: string }) => p.address)).toContain("main");
    expect(JSON.stringify(list)).not.toContain("secret");
  });
});

describe("an account that is there", () => {
  it("is not taken over: its holder signs in and links", async () => {
    const who = { sub: "owner-at-idp", email: "owner@acme.example", email_verified: true };
    expect((await signIn("main", who)).location).toBe("/login?error=link_first");
    const token = await s.signIn("owner@acme.example");
    const browser = createBrowser();
    world.account = who;
    const begun = await browser.visit(`${s.url}/auth/oidc/main/link`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ returnPath: "/me" }),
    });
    const { redirectTo } = await begun.json();
    const linked = await finish(await browser.follow(redirectTo, isOurs), browser);
    expect(linked.location).toBe("/me?link=linked");
    expect((await signIn("main", who)).session).toMatchObject({ user: { id: owner } });
  });

  it("is linked at once where the provider is trusted for the address's domain", async () => {
    const made = await signIn("trusting", { sub: "o2", email: "owner@acme.example", email_verified: true });
    expect(made.session).toMatchObject({ user: { id: owner } });
  });

  it("links nobody else's subject", async () => {
    const token = await s.signIn("owner@globex.example");
    const browser = createBrowser();
    world.account = { sub: "owner-at-idp", email: "owner@acme.example", email_verified: true };
    const begun = await browser.visit(`${s.url}/auth/oidc/main/link`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
    });
    const { redirectTo } = await begun.json();
    const linked = await finish(await browser.follow(redirectTo, isOurs), browser);
    expect(linked.location).toBe("/?link=taken");
  });

  it("needs a recent sign-in for linking, and a signed-in person", async () => {
    const token = await s.signIn("owner@globex.example");
    await s.db.admin.query(
      "update private.sessions set authenticated_at = now() - interval '1 day' where user_id = (select id from access.users where email = 'owner@globex.example')",
    );
    const stale = await s.post("/auth/oidc/main/link", {}, { authorization: `Bearer ${token}` });
    expect(await stale.json()).toMatchObject({ error: { code: "AC060" } });
    expect((await s.post("/auth/oidc/main/link", {})).status).toBe(401);
  });

  it("keeps one way to sign in when a provider is taken away", async () => {
    const { session } = await signIn("main", { sub: "uma", email: "uma@acme.example", email_verified: true });
    const who = { orgId: acme.id, userId: session.user.id };
    const links = (await asMember(s.db, who, (c) => c.query("select id from access.linked_identities"))).rows;
    expect(links).toHaveLength(1);
    const unlink = (as: { orgId: string; userId: string }) =>
      asMember(s.db, as, (c) => c.query("select access.unlink_identity($1) as done", [links[0].id]));
    expect((await unlink({ orgId: acme.id, userId: owner })).rows).toEqual([{ done: false }]);
    await expect(unlink(who)).rejects.toMatchObject({ code: "AC084" });
    await signIn("trusting", { sub: "uma2", email: "uma@acme.example", email_verified: true });
    expect((await unlink(who)).rows).toEqual([{ done: true }]);
  });
});

describe("an organization's own provider", () => {
  it("speaks for addresses of its proven domains alone, and for that organization alone", async () => {
    const token = await s.signIn("owner@acme.example");
    expect((await provide("staff", { join: true }, token)).status).toBe(201);
    const joined = await signIn("acme.staff", {
      sub: "sam",
      email: "sam@acme.example",
      email_verified: true,
    });
    expect(joined.session).toMatchObject({ org: { slug: "acme" } });
    const before = await countUsers();
    for (const email of ["new@other.example", "owner@globex.example"]) {
      const refused = await signIn("acme.staff", { sub: email, email, email_verified: true });
      expect(refused).toMatchObject({ location: "/login?error=domain", session: null });
    }
    expect(await countUsers()).toBe(before);
    await s.db.admin.query(
      "update access.domains set verified_at = null, verified_by = null where domain = 'acme.example'",
    );
    const later = await signIn("acme.staff", { sub: "sam", email: "sam@acme.example", email_verified: true });
    expect(later.location).toBe("/login?error=domain");
    await prove(acme, "acme.example");
  });

  it("is its administrators' to change, and nobody else's", async () => {
    await s.member(acme, "viewer@acme.example", "viewer");
    const viewer = await provide("x", {}, await s.signIn("viewer@acme.example"));
    expect(viewer.status).toBe(403);
    const trusted = await provide("x", { trusted: ["globex.example"] }, await s.signIn("owner@acme.example"));
    expect(await trusted.json()).toMatchObject({ error: { code: "AC086" } });
    const globexOwner = {
      orgId: globex.id,
      userId: (await s.db.admin.query("select id from access.users where email = 'owner@globex.example'"))
        .rows[0].id,
    };
    const seen = await asMember(s.db, globexOwner, (c) => c.query("select * from access.identity_providers"));
    expect(seen.rows).toEqual([]);
    const gone = await asMember(s.db, globexOwner, (c) =>
      c.query("select access.remove_identity_provider('staff') as done"),
    );
    expect(gone.rows).toEqual([{ done: false }]);
  });

  it("keeps its client secret sealed, and its issuer while people are linked", async () => {
    const { rows } = await s.db.admin.query("select sealed from private.identity_provider_secrets");
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row.sealed).not.toContain(CLIENT.secret);
    const moved = await provide("main", { issuer: forger.issuer });
    expect(await moved.json()).toMatchObject({ error: { code: "AC087" } });
  });
});

describe("Cognito", () => {
  it.each([
    ["id", () => globex.id],
    ["slug", () => "globex"],
  ])("names the organization by its %s", async (what, value) => {
    const email = `pool-${what}@somewhere.example`;
    const made = await signIn("pool", {
      sub: email,
      email,
      email_verified: true,
      "custom:organization_id": value(),
    });
    expect(made.session).toMatchObject({ user: { email }, org: { slug: "globex" } });
    expect(await membership(email, globex)).toEqual({ role_key: "viewer", source: "oidc" });
    expect(await membership(email, acme)).toBeNull();
  });

  it("names one that does not exist: nowhere to go", async () => {
    const made = await signIn("pool", {
      sub: "p9",
      email: "p9@somewhere.example",
      email_verified: true,
      "custom:organization_id": "no-such",
    });
    expect(made.location).toBe("/login?error=nowhere");
  });
});

describe("GitHub", () => {
  it("signs in by the primary address, when it is verified", async () => {
    world.githubUser = {
      id: 7,
      login: "gina",
      name: "Gina",
      emails: [
        { email: "owner@acme.example", primary: false, verified: true },
        { email: "gina@acme.example", primary: true, verified: true },
      ],
    };
    const browser = createBrowser();
    const made = await finish(await arrive("code", browser), browser);
    expect(made.session).toMatchObject({ user: { email: "gina@acme.example" }, org: { slug: "acme" } });
    world.githubUser = {
      id: 8,
      login: "gil",
      name: null,
      emails: [{ email: "owner@acme.example", primary: true, verified: false }],
    };
    const other = createBrowser();
    expect((await finish(await arrive("code", other), other)).location).toBe("/login?error=unverified");
  });
});
