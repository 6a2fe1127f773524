/** What people do with their own account, in a browser; and the same over HTTP where only the outcome matters. */
import { Secret, TOTP } from "otpauth";
import pg from "pg";
import type { BrowserContextOptions, Page } from "playwright-core";
import type { Account, Stage } from "./support.ts";

const TIMEOUT_MS = 20_000;
const STEP_MS = 30_000;
const PASSWORD = "an operator reads no rows 5";
export const VIEWPORT = { width: 1280, height: 860 };

/** A browser of its own, where nobody is signed in. `named`: by a name, which passkeys need. */
export async function openPage(
  stage: Stage,
  path: string,
  options: BrowserContextOptions & { named?: boolean } = {},
): Promise<Page> {
  const { named = false, ...rest } = options;
  const context = await stage.browser.newContext({ viewport: VIEWPORT, locale: "en-GB", ...rest });
  const page = await context.newPage();
  page.setDefaultTimeout(TIMEOUT_MS);
  await page.goto(urlOf(stage, named) + path);
  return page;
}

export const urlOf = (stage: Stage, named = false): string =>
  named ? stage.url.replace("127.0.0.1", "localhost") : stage.url;

/** The first step; what comes after it is the caller's. */
export async function givePassword(page: Page, account: Pick<Account, "email" | "password" | "org">) {
  await page.locator("input[name=email]").fill(account.email);
  await page.locator("input[name=password]").fill(account.password);
  await page.locator("input[name=org]").fill(account.org);
  await page.locator("button[type=submit]").click();
}

export const signedIn = (page: Page): Promise<void> => page.getByRole("banner").waitFor();

export async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: /: my account$/ }).click();
  await page.getByRole("menuitem", { name: "Logout" }).click();
  await page.locator("input[name=email]").waitFor();
}

/** The secret of an authenticator app as it is shown to be typed. */
export async function readSecret(page: Page): Promise<string> {
  const shown = await page.getByRole("textbox", { name: "Secret for the app" }).inputValue();
  return shown.replace(/\s/g, "");
}

/** The code of now, or of a later step: each counts once. */
export function codeOf(secret: string, stepsLater = 0): string {
  const totp = new TOTP({ secret: Secret.fromBase32(secret) });
  return totp.generate({ timestamp: Date.now() + stepsLater * STEP_MS });
}

/** Sets up an authenticator app where the page has just been asked to; gives its secret and the recovery codes. */
export async function setUpTotp(page: Page): Promise<{ secret: string; codes: string[] }> {
  const secret = await readSecret(page);
  await page.getByLabel("Six-digit code").fill(codeOf(secret));
  await page.getByRole("button", { name: "Confirm" }).click();
  const list = page.getByRole("list", { name: "Recovery codes" }).locator("li");
  await list.first().waitFor();
  return { secret, codes: await list.allTextContents() };
}

/** A device that has passkeys and says yes to everything. */
export async function addAuthenticator(page: Page): Promise<void> {
  const client = await page.context().newCDPSession(page);
  await client.send("WebAuthn.enable");
  await client.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

/** Changes what no page can: the past. */
export async function inDatabase(stage: Stage, text: string, values: unknown[]): Promise<void> {
  const client = new pg.Client({ connectionString: stage.adminUrl });
  await client.connect();
  await client.query(text, values);
  await client.end();
}

interface Answer<T> {
  data: T;
  errors?: { message: string; extensions: { code: string } }[];
}

/** A session over HTTP. */
export async function accessToken(stage: Stage, account: Account): Promise<string> {
  const response = await fetch(`${stage.url}/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: account.email, password: account.password, org: account.org || null }),
  });
  return ((await response.json()) as { accessToken: string }).accessToken;
}

export async function ask<T>(stage: Stage, token: string, query: string, variables = {}): Promise<Answer<T>> {
  const response = await fetch(`${stage.url}/graphql`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as Answer<T>;
}

/** Does as a member what no page of this test is about. Errors: what the server refused. */
export async function act<T>(stage: Stage, account: Account, query: string, variables = {}): Promise<T> {
  const answer = await ask<T>(stage, await accessToken(stage, account), query, variables);
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return answer.data;
}

export async function makeOperator(stage: Stage): Promise<Account> {
  const account = { email: "operator@platform.example", password: PASSWORD, org: "", role: "operator" };
  await stage.command(["operator", "add", account.email, "--password-stdin"], account.password);
  return account;
}

/** The newest mail to an address, read by an operator on the outbox's page; gives the link in it. */
export async function readLink(operator: Page, subject: RegExp): Promise<string> {
  await operator.reload();
  await operator.getByRole("button", { name: subject }).first().click();
  const shown = operator.getByRole("dialog").locator("pre").filter({ hasText: "#" });
  const text = await shown.textContent();
  const link = /https?:\/\/\S+#\S+/.exec(text ?? "")?.[0];
  await operator.getByRole("dialog").getByRole("button", { name: "Close" }).click();
  if (!link) throw new Error(`no link in ${text}`);
  return link;
}
