/** Signing in and one's own account, in a browser against the real server. */
import pg from "pg";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  act,
  ask,
  givePassword,
  inDatabase,
  makeOperator,
  openPage,
  readLink,
  signedIn,
} from "./account-support.ts";
import { menuLink, picture, type Stage, setStage } from "./support.ts";

const NEW_PASSWORD = "entirely different words 42";
const ORG = "observatory";

let stage: Stage;
let operator: Page;
beforeAll(async () => {
  stage = await setStage();
  operator = await openPage(stage, "/");
  await givePassword(operator, await makeOperator(stage));
  await operator.getByRole("heading", { name: "Outbox" }).waitFor();
}, 180_000);
afterAll(() => stage?.close());

describe("mailed links", () => {
  test("an invitation from the outbox makes an account that is signed in, once", async () => {
    await act(
      stage,
      stage.account("owner", ORG),
      `mutation { invite(input: { email: "nina@observatory.example", roleKey: "editor" }) { result { id } } }`,
    );
    const link = await readLink(operator, /^Join/);
    const page = await openPage(stage, new URL(link).pathname + new URL(link).hash);
    await page.getByText("nina@observatory.example").first().waitFor();
    await picture(page, "link-invitation");
    await page.getByLabel("Your name").fill("Nina");
    await page.locator("input[name=password]").fill("passwordpassword");
    await page.getByRole("button", { name: "Join" }).click();
    await page.getByRole("alert").waitFor();
    await page.locator("input[name=password]").fill(NEW_PASSWORD);
    await page.getByRole("button", { name: "Join" }).click();
    await signedIn(page);
    await page.getByRole("button", { name: "Nina: my account" }).waitFor();
    // Uploading is an editor's right; members' settings are not.
    await menuLink(page, "Upload").waitFor();
    await page.context().close();
    const again = await openPage(stage, new URL(link).pathname + new URL(link).hash);
    await again.getByText("This link does not count any more").waitFor();
    await again.context().close();
  });

  test("somebody who has an account joins with it and chooses between organizations afterwards", async () => {
    await act(
      stage,
      stage.account("owner", "exchange"),
      `mutation { invite(input: { email: "nina@observatory.example", roleKey: "viewer" }) { result { id } } }`,
    );
    const link = await readLink(operator, /^Join/);
    const page = await openPage(stage, new URL(link).pathname + new URL(link).hash);
    await page.getByRole("button", { name: "Join, then sign in" }).click();
    await page.getByText("You are a member now").waitFor();
    await givePassword(page, { email: "nina@observatory.example", password: NEW_PASSWORD, org: "" });
    await page.getByRole("heading", { name: "Your organizations" }).waitFor();
    await picture(page, "signin-choose");
    await page.getByRole("button", { name: /exchange/i }).click();
    await signedIn(page);
    await page.getByRole("button", { name: /Exchange.*Viewer/ }).waitFor();
    await page.context().close();
  });

  test("a forgotten password is replaced, and the old one counts no more", async () => {
    const analyst = stage.account("analyst", "exchange");
    const page = await openPage(stage, "/");
    await page.getByRole("button", { name: "Forgot your password?" }).click();
    await page.locator("input[name=email]").fill(analyst.email);
    await page.getByRole("button", { name: "Send the link" }).click();
    await page.getByText("a link is on its way").waitFor();
    const link = await readLink(operator, /new password/i);
    await page.goto(link);
    await page.locator("input[name=password]").fill(NEW_PASSWORD);
    await picture(page, "link-new-password");
    await page.getByRole("button", { name: "Save the password" }).click();
    await page.getByText("Your password is changed").waitFor();
    await givePassword(page, analyst);
    await page.getByText("The address, the password or the organization is wrong").waitFor();
    await givePassword(page, { ...analyst, password: NEW_PASSWORD });
    await signedIn(page);
    await page.context().close();
  });

  test("an address is confirmed by its link", async () => {
    const page = await stage.visit("editor", { org: "exchange" });
    await page.goto(`${stage.url}/account`);
    await page.getByRole("button", { name: "Send a link to confirm it" }).click();
    await page.getByText("A link was sent").waitFor();
    await page.goto(await readLink(operator, /Confirm your address/));
    await page.getByRole("button", { name: "Confirm the address" }).click();
    await page.getByText("Your address is confirmed.").waitFor();
    await page.goto(`${stage.url}/account`);
    await page.getByText("Confirmed", { exact: true }).waitFor();
    await page.context().close();
  });
});

describe("sessions", () => {
  test("one is ended from another browser, which then says so; signing out everywhere ends the rest", async () => {
    const first = await stage.visit("viewer", { org: ORG });
    const second = await stage.visit("viewer", { org: ORG });
    await first.goto(`${stage.url}/account/sessions`);
    await first.getByRole("row", { name: /This one/ }).waitFor();
    await picture(first, "account-sessions-two");
    expect(await first.locator("tbody tr").count()).toBe(2);
    await first.getByRole("button", { name: /^End the session/ }).click();
    await first.getByRole("button", { name: /^End the session/ }).waitFor({ state: "detached" });
    await second.reload();
    await second.getByText("Your session has ended").waitFor();
    await picture(second, "signin-ended");
    await first.getByRole("button", { name: "Sign out everywhere" }).click();
    await first.getByRole("dialog").getByRole("button", { name: "Sign out everywhere" }).click();
    await first.locator("input[name=email]").waitFor();
    await first.context().close();
    await second.context().close();
  });

  test("outlives reloads in the middle of its renewal", async () => {
    const page = await stage.visit("viewer", { org: ORG });
    for (let reload = 0; reload < 5; reload++) {
      const renewal = page.waitForRequest(/\/auth\/refresh$/);
      await page.reload({ waitUntil: "commit" });
      await renewal;
    }
    await page.reload();
    await signedIn(page);
    await page.context().close();
  });

  test("ended while its page is open, the page finds out at the next click", async () => {
    const page = await stage.visit("viewer", { org: ORG });
    await inDatabase(
      stage,
      "update private.sessions set ended_at = clock_timestamp(), ended_why = 'revoked' where ended_at is null and user_id = (select id from access.users where email = $1)",
      [stage.account("viewer", ORG).email],
    );
    // Not asked more often than every two seconds.
    await page.waitForTimeout(2_100);
    await menuLink(page, "Datasets").click();
    await page.getByText("Your session has ended").waitFor();
    await page.context().close();
  });
});

describe("keys", () => {
  test("an API key is shown once, counts, and is revoked; an SQL login connects", async () => {
    const page = await stage.visit("analyst", { org: ORG });
    await page.goto(`${stage.url}/account/keys`);
    await page.getByRole("button", { name: "Make a key" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("Nightly report");
    await dialog.getByLabel("Permissions").fill("dataset.view");
    await page.getByRole("option", { name: /dataset\.view/ }).click();
    await picture(page, "account-key-new");
    await dialog.getByLabel("Permissions").press("Escape");
    await dialog.getByRole("button", { name: "Make a key" }).click();
    const key = await page.getByRole("textbox", { name: "Key", exact: true }).inputValue();
    expect(key).toMatch(/^cad_/);
    await picture(page, "account-key-made");
    await page.getByRole("button", { name: "I have kept it" }).click();
    const query = "{ datasets(first: 1) { nodes { name } } }";
    const before = await ask<{ datasets: { nodes: unknown[] } }>(stage, key, query);
    expect(before.data.datasets.nodes).toHaveLength(1);
    await page.getByRole("button", { name: "Revoke the key Nightly report" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await page.getByText("You have no API keys").waitFor();
    const after = await ask<{ datasets: { nodes: unknown[] } } | null>(stage, key, query);
    expect(after.data?.datasets.nodes ?? []).toEqual([]);

    await page.getByRole("button", { name: "Make an SQL login" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Make an SQL login" }).click();
    const url = await page.getByRole("textbox", { name: "Connection string" }).inputValue();
    await picture(page, "account-sql-made");
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query<{ n: number }>("select count(*)::int as n from weather");
    await client.end();
    expect(rows[0]!.n).toBeGreaterThan(0);
    await page.getByRole("button", { name: "I have kept it" }).click();
    await page.getByRole("button", { name: "Revoke" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await page.getByText("You have none.").waitFor();
    await expect(new pg.Client({ connectionString: url }).connect()).rejects.toThrow();
    await page.context().close();
  });
});

describe("one's own access", () => {
  test("asking for access is seen waiting, then given with its time left", async () => {
    const page = await stage.visit("viewer", { org: ORG });
    await page.goto(`${stage.url}/account/access`);
    await page.getByRole("button", { name: "Ask for access" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Which permission or role").fill("run.execute");
    await page.getByRole("option", { name: /run\.execute/ }).click();
    await dialog.getByLabel("For how long").fill("3");
    await dialog.getByLabel("Reason").fill("Loading the spring files");
    await picture(page, "account-ask");
    await dialog.getByRole("button", { name: "Ask", exact: true }).click();
    await page
      .getByRole("row", { name: /Loading the spring files/ })
      .getByText("Waiting")
      .waitFor();
    const owner = stage.account("owner", ORG);
    const { requests } = await act<{ requests: { nodes: { id: string }[] } }>(
      stage,
      owner,
      `{ requests(filter: { status: { equalTo: "pending" } }) { nodes { id } } }`,
    );
    await act(
      stage,
      owner,
      `mutation ($id: UUID!) { decideRequest(input: { requestId: $id, approved: true, note: "Welcome" }) { result { status } } }`,
      { id: requests.nodes[0]!.id },
    );
    await page.reload();
    await page.getByText("Approved").waitFor();
    const given = page.getByRole("region", { name: "Given for a time" });
    await given
      .getByRole("row", { name: /run\.execute/ })
      .getByText("in 3 days")
      .waitFor();
    // And so uploading is open now.
    await menuLink(page, "Upload").waitFor();
    await page.context().close();
  });
});

describe("looking as somebody else", () => {
  test("shows whom on every page, hides what changes anything, and ends", async () => {
    const owner = stage.account("owner", "exchange");
    const { users } = await act<{ users: { nodes: { id: string }[] } }>(
      stage,
      owner,
      `{ users(filter: { email: { equalTo: "viewer@exchange.example" } }) { nodes { id } } }`,
    );
    const page = await stage.visit("owner", { org: "exchange" });
    await menuLink(page, "Upload").waitFor();
    await act(
      stage,
      owner,
      `mutation ($id: UUID!) { startViewAs(input: { subject: $id, reason: "a question of theirs" }) { result { id } } }`,
      { id: users.nodes[0]!.id },
    );
    await page.goto(`${stage.url}/datasets`);
    const banner = page.getByRole("status").filter({ hasText: "You look as" });
    await banner.waitFor();
    await picture(page, "view-as");
    expect(await menuLink(page, "Upload").count()).toBe(0);
    expect(await page.getByRole("link", { name: "Upload" }).count()).toBe(0);
    await page.goto(`${stage.url}/account/keys`);
    await banner.waitFor();
    await page.getByText("You have no API keys").waitFor();
    expect(await page.getByRole("button", { name: "Make a key" }).count()).toBe(0);
    await banner.getByRole("button", { name: "End" }).click();
    await banner.waitFor({ state: "detached" });
    await menuLink(page, "Upload").waitFor();
    await page.context().close();
  });
});
