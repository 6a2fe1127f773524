/** Signing in with second factors and passkeys, in a browser against the real server; and being kept out. */

import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  addAuthenticator,
  codeOf,
  givePassword,
  inDatabase,
  openPage,
  setUpTotp,
  signedIn,
  signOut,
  urlOf,
} from "./account-support.ts";
import { type Account, picture, type Stage, setStage } from "./support.ts";

const ORG = "observatory";

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
}, 180_000);
afterAll(() => stage?.close());

describe("an owner with an authenticator app", () => {
  let page: Page;
  let owner: Account;
  let secret = "";
  let codes: string[] = [];

  test("sets it up by its secret and keeps ten recovery codes", async () => {
    owner = stage.account("owner", ORG);
    page = await openPage(stage, "/account/security");
    await givePassword(page, owner);
    await page.getByRole("button", { name: "Set up an authenticator app" }).click();
    await page.getByRole("textbox", { name: "Secret for the app" }).waitFor();
    await picture(page, "account-totp-setup");
    await page.getByLabel("Six-digit code").fill("000000");
    await page.getByRole("button", { name: "Confirm" }).click();
    await page.getByText("This proof does not count").waitFor();
    ({ secret, codes } = await setUpTotp(page));
    await picture(page, "account-recovery-codes");
    expect(new Set(codes).size).toBe(10);
    await page.getByRole("button", { name: "I have kept them" }).click();
    await page.getByText("10 codes left").waitFor();
  });

  test("signs in with it, comes to where they wanted to go, and a code counts once", async () => {
    await signOut(page);
    await page.goto(`${stage.url}/datasets`);
    await givePassword(page, owner);
    await page.getByRole("heading", { name: "Second step" }).waitFor();
    await picture(page, "signin-factor");
    // The code of the set-up is used up.
    const code = codeOf(secret, 1);
    await page.getByLabel("Six-digit code").fill(code);
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByRole("heading", { name: "Datasets" }).waitFor();
    await signOut(page);
    await givePassword(page, owner);
    await page.getByLabel("Six-digit code").fill(code);
    await page.getByRole("button", { name: "Continue" }).click();
    await page.getByText("This proof does not count").waitFor();
  });

  test("gets in with a recovery code, once", async () => {
    await page.getByRole("button", { name: "Use a recovery code" }).click();
    await page.getByLabel("Recovery code").fill(codes[0]!.toUpperCase());
    await page.getByRole("button", { name: "Continue" }).click();
    await signedIn(page);
    await page.goto(`${stage.url}/account/security`);
    await page.getByText("9 codes left").waitFor();
  });

  test("proves it once more for a sensitive act, which then happens", async () => {
    await inDatabase(
      stage,
      "update private.sessions set authenticated_at = authenticated_at - interval '1 hour' where user_id = (select id from access.users where email = $1)",
      [owner.email],
    );
    await page.getByRole("button", { name: "Remove", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    const proof = page.getByRole("dialog", { name: "Is it you?" });
    await proof.getByRole("button", { name: "Use the password" }).click();
    await picture(page, "account-proof");
    await proof.locator("input[name=password]").fill("this is not it at all");
    await proof.getByRole("button", { name: "Confirm" }).click();
    await proof.getByText("This proof does not count").waitFor();
    await proof.locator("input[name=password]").fill(owner.password);
    await proof.getByRole("button", { name: "Confirm" }).click();
    await page.getByRole("button", { name: "Set up an authenticator app" }).waitFor();
    await page.context().close();
  });
});

describe("a passkey", () => {
  test("is made under a name and signs in alone", async () => {
    const editor = stage.account("editor", ORG);
    const page = await openPage(stage, "/account/security", { named: true });
    await addAuthenticator(page);
    await givePassword(page, editor);
    await page.getByRole("button", { name: "Add a passkey" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("Test key");
    await picture(page, "account-passkey-setup");
    await page.getByRole("button", { name: "Make the passkey" }).click();
    await page.getByRole("button", { name: "I have kept them" }).click();
    await page.getByText("Test key", { exact: true }).waitFor();
    await signOut(page);
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await signedIn(page);
    await page.goto(`${urlOf(stage, true)}/account/sessions`);
    await page
      .getByRole("row", { name: /This one/ })
      .getByText("Passkey")
      .waitFor();
    await signOut(page);
    // After the password it is the second factor.
    await givePassword(page, editor);
    await page.getByRole("button", { name: "Use a passkey" }).click();
    await signedIn(page);
    await page.goto(`${urlOf(stage, true)}/account/security`);
    await page.getByRole("button", { name: "Remove the passkey Test key" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await page.getByText("Test key", { exact: true }).waitFor({ state: "detached" });
    await page.context().close();
  });
});

describe("an organization that requires a second factor", () => {
  test("lets nobody in before one is set up", async () => {
    await inDatabase(
      stage,
      "update access.org_security s set require_factor = true from tenancy.organizations o where o.id = s.org_id and o.slug = $1",
      ["exchange"],
    );
    const page = await openPage(stage, "/datasets");
    await givePassword(page, stage.account("viewer", "exchange"));
    await page.getByRole("heading", { name: "Protect your account first" }).waitFor();
    await picture(page, "signin-enrol");
    // Neither by an address nor by a reload.
    await page.goto(`${stage.url}/datasets`);
    await page.getByRole("heading", { name: "Protect your account first" }).waitFor();
    await page.getByRole("button", { name: "Set up an authenticator app" }).click();
    await setUpTotp(page);
    await picture(page, "signin-enrol-codes");
    await page.getByRole("button", { name: "I have kept them" }).click();
    await page.getByRole("heading", { name: "Datasets" }).waitFor();
    await page.context().close();
  });
});

test("too many attempts are told with how long to wait", async () => {
  const page = await openPage(stage, "/");
  const wrong = { email: "nobody@observatory.example", password: "this is not it at all", org: ORG };
  const heading = page.getByRole("alert");
  for (let attempt = 0; attempt < 10; attempt++) {
    await givePassword(page, wrong);
    await heading.waitFor();
  }
  await givePassword(page, wrong);
  await page.getByText("Too many attempts").waitFor();
  await page.getByText(/Wait \d+ (minute|second)/).waitFor();
  await picture(page, "signin-too-many");
  await page.context().close();
});
