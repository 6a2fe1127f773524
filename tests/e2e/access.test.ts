/** How an organization gives and limits access, in browsers against the real server. */
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  accessToken,
  act,
  ask,
  givePassword,
  makeOperator,
  openPage,
  readLink,
  signedIn,
} from "./account-support.ts";
import { type Account, axeViolations, picture, type Stage, setStage } from "./support.ts";

const ORG = "observatory";
const PASSWORD = "winds over the estuary 9";

let stage: Stage;
let owner: Page;
let weather: string;

beforeAll(async () => {
  stage = await setStage();
  owner = await stage.visit("owner", { org: ORG });
  const { datasets } = await act<{ datasets: { nodes: { id: string }[] } }>(
    stage,
    stage.account("owner", ORG),
    `{ datasets(filter: { name: { equalTo: "weather" } }) { nodes { id } } }`,
  );
  weather = datasets.nodes[0]!.id;
}, 180_000);
afterAll(() => stage?.close());

const dialog = (page: Page) => page.getByRole("dialog");

/** Chooses an entry of a select by its label. */
async function choose(page: Page, label: string, entry: string): Promise<void> {
  await dialog(page).getByRole("combobox", { name: label }).click();
  await page.getByRole("option", { name: entry, exact: true }).click();
}

async function member(email: string): Promise<string> {
  const { members } = await act<{ members: { nodes: { userId: string }[] } }>(
    stage,
    stage.account("owner", ORG),
    `query ($email: String!) { members(filter: { email: { equalTo: $email } }) { nodes { userId } } }`,
    { email },
  );
  return members.nodes[0]!.userId;
}

describe("an invited editor", () => {
  const nina: Account = { email: "nina@observatory.example", password: PASSWORD, org: ORG, role: "editor" };
  let page: Page;

  test("is invited by the owner, accepts by the mailed link and is a member", async () => {
    await owner.goto(`${stage.url}/members`);
    await owner.getByRole("button", { name: "Invite" }).click();
    await dialog(owner).getByLabel("E-mail").fill(nina.email);
    await choose(owner, "Role", "Editor");
    await dialog(owner).getByRole("button", { name: "Send invitation" }).click();
    await owner.getByRole("region", { name: "Pending invitations" }).getByText(nina.email).waitFor();
    await picture(owner, "access-journey-invited");

    const operator = await openPage(stage, "/");
    await givePassword(operator, await makeOperator(stage));
    await operator.getByRole("heading", { name: "Outbox" }).waitFor();
    // The mail leaves a moment after the act that it belongs to.
    const mail = operator.getByRole("button", { name: /Demo Observatory/ }).first();
    await expect
      .poll(
        async () => {
          await operator.reload();
          await operator.getByRole("heading", { name: "Outbox" }).waitFor();
          await operator.waitForLoadState("networkidle");
          return mail.count();
        },
        { timeout: 30_000 },
      )
      .toBeGreaterThan(0);
    const link = await readLink(operator, /Demo Observatory/);
    await operator.context().close();

    page = await openPage(stage, new URL(link).pathname + new URL(link).hash);
    await page.locator("input[name=name]").fill("Nina");
    await page.locator("input[name=password]").fill(nina.password);
    await page.locator("form button[type=submit]").click();
    await signedIn(page);
    await owner.goto(`${stage.url}/members`);
    await owner.getByRole("link", { name: "Nina" }).waitFor();
    await owner.getByText("Nobody is invited at the moment.").waitFor();
  });

  test("does what editors do", async () => {
    await page.goto(`${stage.url}/records/weather`);
    await page.locator("tbody tr").first().waitFor();
    await page.getByRole("link", { name: "Upload file" }).waitFor();
  });

  test("is denied the rest: by the menu, by address, by GraphQL", async () => {
    const menu = page.getByRole("navigation", { name: "Main menu" }).getByRole("link");
    await menu.filter({ hasText: "Policies" }).waitFor();
    expect(await menu.filter({ hasText: "Grants" }).count()).toBe(0);
    expect(await menu.filter({ hasText: "Security" }).count()).toBe(0);
    for (const path of ["/grants", "/requests", "/policies/create", "/security", "/security/keys"]) {
      await page.goto(stage.url + path);
      await page.getByText("This room is not open to your role").waitFor();
    }
    await picture(page, "access-journey-denied");
    expect(await axeViolations(page)).toEqual([]);

    const token = await accessToken(stage, nina);
    const me = await member(nina.email);
    const refused: [string, string][] = [
      [
        "grantAccess",
        `grantAccess(input: { userId: "${me}", lasts: { days: 1 }, permission: "role.share" }) { clientMutationId }`,
      ],
      ["setMemberRole", `setMemberRole(input: { userId: "${me}", roleKey: "owner" }) { clientMutationId }`],
      ["invite", `invite(input: { email: "x@observatory.example", roleKey: "owner" }) { clientMutationId }`],
      [
        "createPolicy",
        `createPolicy(input: { name: "x", kind: "permit", permissions: ["role.share"] }) { clientMutationId }`,
      ],
      ["setOrgSecurity", "setOrgSecurity(input: { fourEyes: true }) { clientMutationId }"],
    ];
    for (const [name, mutation] of refused) {
      const answer = await ask(stage, token, `mutation { ${mutation} }`);
      expect(answer.errors?.[0]?.extensions.code, name).toBe("FORBIDDEN");
    }
    const seen = await ask<Record<string, { nodes: unknown[] }>>(
      stage,
      token,
      "{ grants { nodes { id } } invitations { nodes { id } } events { nodes { id } } apiKeys { nodes { id } } orgSecurities { nodes { orgId } } }",
    );
    expect(Object.values(seen.data).flatMap(({ nodes }) => nodes)).toEqual([]);
  });

  test("is nobody from the moment of being suspended, and again somebody when let back", async () => {
    await owner.goto(`${stage.url}/members/${await member(nina.email)}/show`);
    await owner.getByRole("button", { name: "Suspend" }).click();
    const token = await accessToken(stage, nina);
    await dialog(owner).getByRole("button", { name: "Suspend" }).click();
    await owner.getByRole("button", { name: "Let back" }).waitFor();
    const answer = await ask<{ datasets: { nodes: unknown[] } } | null>(
      stage,
      token,
      "{ datasets { nodes { id } } }",
    );
    expect(answer.data?.datasets.nodes ?? []).toEqual([]);
    await owner.getByRole("button", { name: "Let back" }).click();
    await dialog(owner).getByRole("button", { name: "Let back" }).click();
    await owner.getByRole("button", { name: "Suspend" }).waitFor();
    await page.context().close();
  });
});

describe("an outside party", () => {
  const LASTS_SECONDS = 20;
  const client: Account = { email: "client@partner.example", password: PASSWORD, org: ORG, role: "client" };
  let page: Page;

  test("sees nothing until a request is approved", async () => {
    await stage.command(
      ["user", "add", client.email, "--org", ORG, "--role", "client", "--password-stdin"],
      client.password,
    );
    page = await openPage(stage, "/");
    await givePassword(page, client);
    await signedIn(page);
    await page.goto(`${stage.url}/datasets`);
    await page.getByText("No datasets yet").waitFor();
    await page.goto(`${stage.url}/datasets/${weather}/show`);
    await page.locator('main [role="alert"]').waitFor();
    await act(
      stage,
      client,
      `mutation ($id: String!) { requestAccess(input: { reason: "To plan the harvest", duration: { seconds: ${LASTS_SECONDS} },
         systemRole: "viewer", objectKind: "dataset", objectId: $id }) { clientMutationId } }`,
      { id: weather },
    );
  });

  test("sees that dataset alone once it is approved, and nothing after its end", async () => {
    await owner.goto(`${stage.url}/requests`);
    const row = owner.getByRole("row").filter({ hasText: "To plan the harvest" });
    await row.getByRole("button", { name: "Approve" }).click();
    await dialog(owner).getByLabel("Note for the asker").fill("Good luck");
    await dialog(owner).getByRole("button", { name: "Approve" }).click();
    await owner.getByRole("region", { name: "Decided" }).getByText("Good luck").waitFor();
    const end = Date.now() + LASTS_SECONDS * 1000;

    await page.goto(`${stage.url}/datasets`);
    await page.getByRole("link", { name: "weather", exact: true }).waitFor();
    expect(await page.locator("tbody tr").count()).toBe(1);
    await page.goto(`${stage.url}/records/weather`);
    await page.locator("tbody tr").nth(5).waitFor();
    await picture(page, "access-journey-granted");
    const other = await ask<{ datasets: { nodes: { name: string }[] } }>(
      stage,
      await accessToken(stage, client),
      "{ datasets { nodes { name } } }",
    );
    expect(other.data.datasets.nodes).toEqual([{ name: "weather" }]);

    await page.waitForTimeout(Math.max(0, end - Date.now()) + 500);
    await page.goto(`${stage.url}/datasets`);
    await page.getByText("No datasets yet").waitFor();
    await page.goto(`${stage.url}/records/weather`);
    await page.locator('main [role="alert"]').waitFor();
    await owner.goto(`${stage.url}/grants`);
    await owner.getByRole("tab", { name: /Ended/ }).click();
    await owner.getByRole("row").filter({ hasText: "To plan the harvest" }).waitFor();
    await page.context().close();
  });
});

describe("an owner who looks as a viewer", () => {
  const csv = async (page: Page): Promise<string[]> => {
    const downloading = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export" }).click();
    return (await readFile(await (await downloading).path(), "utf8")).split("\r\n");
  };
  const column = (lines: string[], name: string): string[] => {
    const at = lines[0]!.split(",").indexOf(name);
    return lines.slice(1).map((line) => line.split(",")[at]!);
  };

  test("tags a column and masks what carries the tag", async () => {
    await owner.goto(`${stage.url}/datasets/${weather}/show`);
    const contract = owner.getByRole("region", { name: "Contract" });
    await contract.getByRole("button", { name: "Tags of weather" }).click();
    await dialog(owner).getByLabel("Tags").fill("observed");
    await owner.keyboard.press("Enter");
    await dialog(owner).getByRole("button", { name: "Save" }).click();
    await dialog(owner).waitFor({ state: "detached" });
    await contract.getByText("observed").waitFor();

    await owner.goto(`${stage.url}/policies/create`);
    await owner.getByLabel("Name").first().fill("Observations");
    await owner.getByRole("combobox", { name: "Kind" }).click();
    await owner.getByRole("option", { name: "Mask" }).click();
    await owner.getByLabel("Members with one of these roles").fill("Analyst");
    await owner.getByRole("option", { name: "Analyst" }).click();
    await owner.keyboard.press("Escape");
    await owner.getByLabel("Tags").fill("observed");
    await owner.keyboard.press("Enter");
    await owner.getByRole("combobox", { name: "Mask" }).click();
    await owner.getByRole("option", { name: "A fixed value" }).click();
    await owner.getByLabel("Value").fill("hidden");
    await owner.getByText(/In 1,461 of 1,461 rows/).waitFor();
    await owner.locator("main ins", { hasText: "hidden" }).first().waitFor();
    await picture(owner, "access-journey-mask");
    await owner.getByRole("button", { name: "Save policy" }).click();
    await owner.getByRole("link", { name: "Observations" }).waitFor();
  });

  test("exports what they see, edits nothing, and is themselves again", async () => {
    await owner.goto(`${stage.url}/records/weather`);
    await owner.locator("tbody tr").first().waitFor();
    expect(new Set(column(await csv(owner), "weather"))).toContain("rain");

    await owner.goto(`${stage.url}/members/${await member("analyst@observatory.example")}/show`);
    await owner.getByRole("button", { name: "View as" }).click();
    await dialog(owner).getByLabel("Reason").fill("They miss values");
    await dialog(owner).getByRole("button", { name: "Start" }).click();
    const banner = owner.getByRole("status").filter({ hasText: "Analyst of Demo Observatory" });
    await banner.waitFor();

    await owner.goto(`${stage.url}/records/weather`);
    await banner.waitFor();
    await owner.locator("tbody tr").first().waitFor();
    await picture(owner, "access-journey-view-as");
    const lines = await csv(owner);
    expect(lines.length).toBeGreaterThan(900);
    expect(new Set(column(lines, "weather"))).toEqual(new Set(["hidden"]));

    await owner.goto(`${stage.url}/records/weather/${encodeURIComponent('["2012-01-05"]')}`);
    await owner.getByRole("heading", { name: "History" }).waitFor();
    expect(await owner.getByRole("button", { name: "Edit" }).count()).toBe(0);
    expect(await owner.getByRole("button", { name: /Restore/ }).count()).toBe(0);
    const refused = await ask(
      stage,
      await accessToken(stage, stage.account("owner", ORG)),
      `mutation { createOrgRole(input: { key: "not_now", title: "Not now" }) { clientMutationId } }`,
    );
    expect(refused.errors?.[0]?.extensions.code).toBe("FORBIDDEN");

    await banner.getByRole("button").click();
    await banner.waitFor({ state: "detached" });
    await owner.goto(`${stage.url}/records/weather`);
    await owner.getByRole("cell", { name: "rain" }).first().waitFor();
  });
});
