/** A server and its identity providers, and a person's way through a sign-in. */
import { expect } from "vitest";
import { asPlatform, type TestOrg } from "../../support/database.ts";
import {
  type Account,
  CLIENT,
  createBrowser,
  type Forgery,
  type GithubUser,
  type RunningProvider,
  startForger,
  startGithub,
  startOidcProvider,
} from "./providers.ts";
import { createOrg, startTestServer, type TestServer } from "./server.ts";

export let s: TestServer;
export let acme: TestOrg;
export let globex: TestOrg;
export let idp: RunningProvider;
export let forger: RunningProvider;
export let github: RunningProvider;
/** Whom the providers sign in, and what the forging one gets wrong: the tests set it. */
export const world: { account: Account; forgery: Forgery; githubUser: GithubUser } = {
  account: { sub: "nobody" },
  forgery: {},
  githubUser: { id: 1, login: "x", name: null, emails: [] },
};
export let owner: string;

interface Settings {
  kind?: string;
  issuer?: string;
  org?: string;
  join?: boolean;
  trusted?: string[];
  claims?: object;
}

/** Puts a provider of the installation in place, as an operator does; with a token: the organization's own. */
export async function provide(name: string, settings: Settings = {}, token?: string): Promise<Response> {
  const bearer = token ?? (await operatorToken());
  return s.post(
    "/access/v1/identity-providers",
    {
      name,
      title: name,
      kind: settings.kind ?? "oidc",
      issuer: settings.issuer ?? idp.issuer,
      clientId: CLIENT.id,
      clientSecret: CLIENT.secret,
      joinMembers: settings.join ?? false,
      trustedDomains: settings.trusted ?? [],
      claims: settings.claims ?? {},
    },
    { authorization: `Bearer ${bearer}` },
  );
}
let operator: string | null = null;
async function operatorToken(): Promise<string> {
  operator ??= await s.signIn("operator@platform.example");
  return operator;
}

export type Browser = ReturnType<typeof createBrowser>;
export const isOurs = (url: URL) => url.origin === s.url && url.pathname.endsWith("/callback");

/** From start to the callback's address, which has not been asked yet. */
export async function arrive(provider: string, browser: Browser, query = ""): Promise<string> {
  return browser.follow(`${s.url}/auth/oidc/${provider}/start${query}`, isOurs);
}
/** A whole sign-in; where it ended, and the session's user and organization when it came to one. */
export async function signIn(provider: string, who: Partial<Account>, query = "", browser = createBrowser()) {
  world.account = { sub: "nobody", ...who };
  return finish(await arrive(provider, browser, query), browser);
}
export async function finish(callback: string, browser: Browser) {
  const response = await browser.visit(callback);
  const location = response.headers.get("location") ?? "";
  const refreshed = await browser.visit(`${s.url}/auth/refresh`, { method: "POST" });
  const session = refreshed.status === 200 ? await refreshed.json() : null;
  return { status: response.status, location, session, browser };
}
export const membership = async (email: string, org: TestOrg) =>
  (
    await s.db.admin.query(
      "select m.role_key, m.source from access.memberships m join access.users u on u.id = m.user_id where u.email = $1::public.citext and m.org_id = $2",
      [email, org.id],
    )
  ).rows[0] ?? null;
export const countUsers = async () =>
  (await s.db.admin.query("select count(*)::int as n from access.users")).rows[0].n;

export async function prove(org: TestOrg, domain: string, join = true): Promise<void> {
  await asPlatform(s.db, (c) =>
    c.query("select access.add_domain($1, $2, 'viewer', $3)", [domain, join, org.id]),
  );
  await asPlatform(s.db, (c) => c.query("select access.verify_domain($1, $2)", [domain, org.id]));
}

/** In beforeAll. */
export async function start(): Promise<void> {
  process.env.OIDC_ALLOW_HTTP = "1";
  s = await startTestServer();
  acme = await createOrg(s.db, "acme");
  globex = await createOrg(s.db, "globex");
  owner = await s.member(acme, "owner@acme.example", "owner");
  await s.member(globex, "owner@globex.example", "owner");
  await s.member(globex, "operator@platform.example", "viewer");
  await s.db.admin.query(
    "update access.users set is_operator = true where email = 'operator@platform.example'",
  );
  const names = ["main", "joining", "pool", "acme.staff", "acme.strangers", "trusting", "second"];
  idp = await startOidcProvider(
    names.map((n) => `${s.url}/auth/oidc/${n}/callback`),
    () => world.account,
  );
  forger = await startForger(() => world.forgery);
  github = await startGithub(() => world.githubUser);
  for (const made of [
    await provide("main"),
    await provide("trusting", { trusted: ["acme.example"] }),
    await provide("pool", { kind: "cognito", join: true }),
    await provide("forged", { issuer: forger.issuer, trusted: ["acme.example"] }),
    await provide("code", { kind: "github", issuer: github.issuer, trusted: ["acme.example"] }),
  ]) {
    expect(made.status, await made.text()).toBe(201);
  }
}
export async function stop(): Promise<void> {
  await Promise.all([idp, forger, github].map((p) => p.close()));
  await s.close();
}
