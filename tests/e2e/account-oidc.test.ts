/** Signing in at an identity provider, a certified one on this machine, in a browser. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  CLIENT,
  type Account as Person,
  type RunningProvider,
  startOidcProvider,
} from "../api/support/providers.ts";
import {
  accessToken,
  codeOf,
  givePassword,
  makeOperator,
  openPage,
  setUpTotp,
  signedIn,
  signOut,
} from "./account-support.ts";
import { type Account, picture, type Stage, setStage } from "./support.ts";

const ORG = "observatory";
let stage: Stage;
let provider: RunningProvider;
let who: Person = { sub: "nobody" };

/** Makes the provider known under a name; trusted for a domain, it signs in to the accounts that are there. */
async function provide(operator: Account, name: string, title: string, trustedDomains: string[]) {
  const response = await fetch(`${stage.url}/access/v1/identity-providers`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${await accessToken(stage, operator)}`,
      "content-type": "application/json",
    },
    body: JSON.stringify({
      name,
      title,
      kind: "oidc",
      issuer: provider.issuer,
      clientId: CLIENT.id,
      clientSecret: CLIENT.secret,
      trustedDomains,
    }),
  });
  expect(response.status, await response.text()).toBe(201);
}

beforeAll(async () => {
  process.env.OIDC_ALLOW_HTTP = "1";
  stage = await setStage();
  const callbacks = ["trusted", "plain"].map((name) => `${stage.url}/auth/oidc/${name}/callback`);
  provider = await startOidcProvider(callbacks, () => who);
  const operator = await makeOperator(stage);
  await provide(operator, "trusted", "Acme ID", ["observatory.example"]);
  await provide(operator, "plain", "Other ID", []);
}, 180_000);
afterAll(async () => {
  await stage?.close();
  await provider?.close();
});

const asPerson = (account: Account) => {
  who = { sub: account.email, email: account.email, email_verified: true, name: account.role };
};
const press = (page: Page, name: string | RegExp) => page.getByRole("button", { name }).click();

test("one click signs in, and leads to where one wanted to go", async () => {
  asPerson(stage.account("analyst", ORG));
  const page = await openPage(stage, "/datasets?x=1");
  await press(page, "Sign in with Acme ID");
  await page.getByRole("heading", { name: "Datasets" }).waitFor();
  expect(new URL(page.url()).pathname).toBe("/datasets");
  await page.goto(`${stage.url}/account/sessions`);
  await page
    .getByRole("row", { name: /This one/ })
    .getByText("trusted")
    .waitFor();
  await page.context().close();
});

test("a member of two organizations chooses", async () => {
  const editor = await stage.join("editor", ORG, "exchange", "viewer");
  asPerson(editor);
  const page = await openPage(stage, "/account");
  await press(page, "Sign in with Acme ID");
  await page.getByRole("heading", { name: "Your organizations" }).waitFor();
  // The challenge is in no history.
  expect(new URL(page.url()).hash).toBe("");
  await press(page, /exchange/);
  await page.getByRole("heading", { name: "My account" }).waitFor();
  await page.getByRole("button", { name: /Exchange.*Viewer/ }).waitFor();
  await page.context().close();
});

test("a second factor is asked for after the provider too", async () => {
  const viewer = stage.account("viewer", ORG);
  const page = await stage.visit("viewer", { org: ORG });
  await page.goto(`${stage.url}/account/security`);
  await press(page, "Set up an authenticator app");
  await page.getByRole("textbox", { name: "Secret for the app" }).waitFor();
  const { secret } = await setUpTotp(page);
  await press(page, "I have kept them");
  await signOut(page);
  asPerson(viewer);
  await page.locator("input[name=org]").fill("");
  await press(page, "Sign in with Acme ID");
  await page.getByLabel("Six-digit code").fill(codeOf(secret, 1));
  await press(page, "Continue");
  await signedIn(page);
  await page.context().close();
});

test("what the provider does not vouch for is refused with a reason; linking opens the way", async () => {
  const owner = stage.account("owner", ORG);
  const page = await openPage(stage, "/");
  who = { sub: "mallory", email: owner.email, email_verified: false };
  await press(page, "Sign in with Other ID");
  await page.getByText("has not verified your e-mail address").waitFor();
  await picture(page, "signin-provider-refused");
  await page.context().close();

  const own = await openPage(stage, "/account/security");
  asPerson(owner);
  await press(own, "Sign in with Other ID");
  await own.getByText("There is an account with this address already").waitFor();
  await givePassword(own, owner);
  await signedIn(own);
  await own.goto(`${stage.url}/account/security`);
  await press(own, "Link Other ID");
  await own.getByText("Linked: from now on it signs you in.").waitFor();
  await signOut(own);
  await press(own, "Sign in with Other ID");
  await signedIn(own);
  await own.goto(`${stage.url}/account/security`);
  await press(own, "Unlink");
  await own.getByRole("dialog").getByRole("button", { name: "Unlink" }).click();
  await own.getByRole("button", { name: "Unlink" }).waitFor({ state: "detached" });
  await own.context().close();
});
