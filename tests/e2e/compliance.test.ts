/**
 * Compliance, as people come to it in a browser: a retention rule with what it would move told first, a legal hold that
 * stands against it and against an erasure, a person found by an address, erased and proven; a row added by hand; the
 * organization's time zone; what comes with the product, in French.
 */
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  acceptContract,
  axeViolations,
  menuLink,
  picture,
  type Stage,
  setStage,
  uploadCsv,
  waitForStatus,
} from "./support.ts";

const ORG = "observatory";
const edition = (number: number) =>
  `person_id,email,visits,seen_on\n1,ann@people.example,${number},2024-01-0${number}\n2,gone@people.example,${number},2024-02-0${number}\n`;

let stage: Stage;
let page: Page;

const go = async (path: string, who = page) => {
  await who.goto(stage.url + path);
  await who.locator("main h1").waitFor();
};
const dialog = () => page.getByRole("dialog");

beforeAll(async () => {
  stage = await setStage();
  page = await stage.visit("owner", { org: ORG, timezoneId: "Asia/Tokyo", acceptDownloads: true });
  for (const number of [1, 2, 3]) {
    await uploadCsv(
      page,
      stage.url,
      { name: `subscribers-${number}.csv`, text: edition(number) },
      { dataset: "subscribers", ...(number === 1 ? { key: ["person_id"] } : {}) },
    );
    if (number === 1) await acceptContract(page);
    await waitForStatus(page, "Succeeded");
  }
  await stage.command(["audit", "seal", "--org", ORG]);
}, 240_000);
afterAll(() => stage?.close());

describe("retention", () => {
  test("a rule is set with what it would move told before, and run; what moved lies in an archive", async () => {
    await go("/");
    await menuLink(page, "Retention").click();
    await page.getByRole("link", { name: "subscribers", exact: true }).click();
    await page.locator("dl").getByText("keeps everything").waitFor();
    await page.getByRole("button", { name: "Set a rule" }).click();
    await dialog().getByLabel("Newest versions of each row").fill("1");
    await dialog().getByText("4 versions would be archived").waitFor();
    await dialog().getByLabel("Newest versions of each row").fill("2");
    await dialog().getByText("2 versions would be archived").waitFor();
    await dialog()
      .getByRole("radio", { name: /^Remove/ })
      .check();
    await dialog().getByText("2 versions would be removed").waitFor();
    await dialog()
      .getByRole("radio", { name: /^Archive/ })
      .check();
    await picture(page, "compliance-retention-rule");
    expect(await axeViolations(page)).toEqual([]);
    await dialog().getByRole("button", { name: "Save" }).click();
    await dialog().waitFor({ state: "hidden" });
    await page.getByText("the newest 2 versions of each row; older ones go to archives").first().waitFor();
    await page.getByRole("button", { name: "Run now" }).click();
    await page.locator("dl").getByText("2 versions archived").waitFor({ timeout: 60_000 });
    await page.getByText("Nothing: no version is beyond this rule.").waitFor();
    await page.getByRole("region", { name: "What runs did" }).getByText("Archived").waitFor();
    await picture(page, "compliance-retention");
    expect(await axeViolations(page)).toEqual([]);
  });

  test("what is archived is brought back for some days, and nothing moves meanwhile", async () => {
    const archives = page.getByRole("region", { name: "Archives" });
    await archives.getByRole("button", { name: "Bring back" }).click();
    await dialog().getByLabel("Days that they stay").fill("3");
    await dialog().getByRole("button", { name: "Bring back" }).click();
    await archives.getByText("in history").waitFor({ timeout: 60_000 });
    await page.getByText(/Archives are brought back until/).waitFor();
    await page.getByRole("button", { name: "Run now" }).click();
    await page.locator("dl").getByText("archives were brought back").waitFor({ timeout: 60_000 });
  });

  test("is told on the dataset's page, and not to whoever does not see compliance", async () => {
    await page.getByRole("link", { name: "Dataset", exact: true }).click();
    await page.getByRole("region", { name: "Retention" }).getByText("the newest 2 versions").waitFor();
    const viewer = await stage.visit("viewer", { org: ORG });
    await go("/retention", viewer);
    await viewer.getByRole("alert").getByText("compliance.view").waitFor();
    expect(await menuLink(viewer, "Retention").count()).toBe(0);
    await viewer.context().close();
  });
});

describe("legal holds", () => {
  test("are placed on rows and on a dataset, and refuse keys that are none at the field", async () => {
    await go("/holds");
    await page.getByText("No legal hold").waitFor();
    await page.getByRole("button", { name: "Place a hold" }).first().click();
    await dialog()
      .getByRole("radio", { name: /^Rows of a dataset/ })
      .check();
    await dialog().getByRole("combobox", { name: "Dataset" }).fill("subs");
    await page.getByRole("option", { name: "subscribers", exact: true }).click();
    await dialog().getByLabel("Keys, one row a line").fill("one");
    await dialog().getByLabel("Reason").fill("case 7");
    await dialog().getByRole("button", { name: "Place a hold" }).click();
    await dialog().getByRole("alert").getByText("person_id is not").waitFor();
    await dialog().getByLabel("Keys, one row a line").fill("1");
    await dialog().getByRole("button", { name: "Place a hold" }).click();
    await dialog().waitFor({ state: "hidden" });
    await page.locator("main").getByText("1 row of subscribers").waitFor();
    await page.getByRole("button", { name: "Place a hold" }).click();
    await dialog().getByRole("combobox", { name: "Dataset" }).fill("subs");
    await page.getByRole("option", { name: "subscribers", exact: true }).click();
    await dialog().getByLabel("Reason").fill("case 8");
    expect(await axeViolations(page)).toEqual([]);
    await dialog().getByRole("button", { name: "Place a hold" }).click();
    await dialog().waitFor({ state: "hidden" });
    await page.getByText("retention (a rule is set), erasure, dropping the dataset").waitFor();
    await picture(page, "compliance-holds");
    expect(await axeViolations(page)).toEqual([]);
  });

  test("stand against retention: which, whose, and who may release it", async () => {
    await go("/retention/subscribers");
    const notice = page.getByRole("alert").filter({ hasText: "A legal hold stands against it" });
    await notice.getByText(/placed by .*case 8/).waitFor();
    await notice.getByText(/Released by: .*Owner/).waitFor();
    await page.getByRole("button", { name: "Run now" }).click();
    await page.locator("dl").getByText("a legal hold stood against it").waitFor({ timeout: 60_000 });
  });
});

describe("erasure", () => {
  test("begins with an address: where it is, what would go, and which hold stands against it", async () => {
    await go("/erasures");
    await page.getByRole("link", { name: "New request" }).first().click();
    await page.getByLabel("E-mail address, number or name").first().fill("nobody@people.example");
    await page.getByRole("button", { name: "Look everywhere" }).click();
    await page.getByText(/No dataset has “nobody@people.example”/).waitFor({ timeout: 60_000 });
    await page.getByLabel("E-mail address, number or name").first().fill("gone@people.example");
    await page.getByRole("button", { name: "Look everywhere" }).click();
    const chosen = page.getByRole("checkbox", { name: /email of subscribers is “gone@people.example”/ });
    await chosen.waitFor({ timeout: 60_000 });
    expect(await chosen.isChecked()).toBe(true);
    await page.getByLabel("Reason").fill("request of 3 March");
    await page.getByRole("button", { name: "Search", exact: true }).click();
    const found = page.getByRole("region", { name: "What would be erased" });
    await found.getByText("Rows in force").waitFor({ timeout: 60_000 });
    expect(await found.locator("tbody tr").allTextContents()).toEqual(
      expect.arrayContaining(["Rows in force1", "Versions of them3", "Files3"]),
    );
    await page
      .getByRole("alert")
      .getByText(/case 8/)
      .waitFor();
    await picture(page, "compliance-erasure-search");
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole("button", { name: "Erase for good" }).click();
    await dialog().getByRole("checkbox").check();
    await dialog().getByRole("button", { name: "Erase for good" }).click();
    // Refused all the same, and nothing is gone.
    await dialog().getByRole("alert").getByText(/RT001/).waitFor();
    await dialog().getByRole("button", { name: "Cancel" }).click();
  });

  test("goes through once the hold is released, with a report that has the proof", async () => {
    // The search, with the person in it, stays in this page.
    const other = await page.context().newPage();
    other.setDefaultTimeout(20_000);
    await go("/holds", other);
    await other
      .getByRole("row", { name: /case 8/ })
      .getByRole("button", { name: "Release" })
      .click();
    await other.getByRole("dialog").getByLabel("Reason").fill("case closed");
    await other.getByRole("dialog").getByRole("button", { name: "Release" }).click();
    await other.getByRole("dialog").waitFor({ state: "hidden" });
    await other.getByRole("button", { name: "All", exact: true }).click();
    await other.getByText(/released by Owner/).waitFor();
    await other.close();
    await page.getByRole("button", { name: "Erase for good" }).click();
    await dialog().getByRole("checkbox").check();
    await dialog().getByRole("button", { name: "Erase for good" }).click();
    await page.waitForURL(/\/erasures\/[0-9a-f-]{36}$/);
    await page.locator("dl").getByText("Done").waitFor({ timeout: 120_000 });
    await page.getByRole("region", { name: "What was erased" }).getByText("Records in files").waitFor();
    const proof = page.getByRole("region", { name: "Proof" });
    await proof.getByText("erasure.finish").waitFor({ timeout: 60_000 });
    await picture(page, "compliance-erasure");
    expect(await axeViolations(page)).toEqual([]);
    await stage.command(["audit", "seal", "--org", ORG]);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download the report" }).click(),
    ]);
    const report = await readFile(await download.path(), "utf8");
    expect(report).not.toContain("gone@people.example");
    expect(JSON.parse(report)).toMatchObject({
      request: { state: "succeeded", reason: "request of 3 March", found: { rows: 1, versions: 3 } },
      events: expect.arrayContaining([
        expect.objectContaining({
          action: "erasure.finish",
          proof: expect.objectContaining({ leaf: expect.any(String) as string }) as object,
        }) as object,
      ]) as object,
    });
    await go("/records/subscribers");
    await page.locator("main tbody tr").first().waitFor();
    expect(await page.locator("main tbody tr").count()).toBe(1);
  });

  test("is asked for by whoever may erase alone", async () => {
    const viewer = await stage.visit("viewer", { org: ORG });
    await go("/erasures/new", viewer);
    await viewer.getByRole("alert").getByText("compliance.delete").waitFor();
    await viewer.context().close();
  });
});

describe("a row added by hand", () => {
  test("is asked what the contract asks, at the field, and has a page", async () => {
    await go("/records/subscribers");
    await page.getByRole("link", { name: "Add a row" }).click();
    await page.getByLabel(/^visits/).fill("many");
    await page.getByRole("button", { name: "Add the row" }).click();
    await page.getByText("A value is needed here").first().waitFor();
    await page.getByText("Write a whole number, such as 42").waitFor();
    // Where the first of them is.
    expect(await page.evaluate(() => document.activeElement?.getAttribute("name"))).toBe("personId");
    await picture(page, "compliance-row-new");
    expect(await axeViolations(page)).toEqual([]);
    await page.getByLabel(/^person_id/).fill("7");
    await page.getByLabel(/^email/).fill("new@people.example");
    await page.getByLabel(/^visits/).fill("1");
    await page.getByLabel(/^seen_on/).fill("2026-01-02");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/records\/subscribers\/%5B7%5D|\/records\/subscribers\/\[7\]/);
    await page.getByText("new@people.example").first().waitFor();
    await page.getByText("by hand").first().waitFor();
  });

  test("is refused where the key is taken, and not offered to whoever may not", async () => {
    await go("/records/subscribers/new");
    await page.getByLabel(/^person_id/).fill("7");
    await page.getByLabel(/^email/).fill("other@people.example");
    await page.getByLabel(/^visits/).fill("1");
    await page.getByLabel(/^seen_on/).fill("2026-01-02");
    await page.getByRole("button", { name: "Add the row" }).click();
    await page.locator("main").getByRole("alert").waitFor();
    const viewer = await stage.visit("viewer", { org: ORG });
    await go("/records/subscribers", viewer);
    await viewer.locator("main tbody tr").first().waitFor();
    expect(await viewer.getByRole("link", { name: "Add a row" }).count()).toBe(0);
    await go("/records/subscribers/new", viewer);
    await viewer.getByRole("alert").getByText("record.create").waitFor();
    await viewer.context().close();
  });
});

describe("the organization's time zone", () => {
  test("is checked, then tells moments to everybody, with the visitor's own one click away", async () => {
    await go("/security/general");
    const zone = page.getByLabel("Time zone of the organization");
    await zone.fill("Europe/Atlantis");
    await page.getByRole("region", { name: "Time zone" }).getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").getByText("TN004").waitFor();
    await zone.fill("America/New_York");
    await page.getByRole("region", { name: "Time zone" }).getByRole("button", { name: "Save" }).click();
    const toggle = page.getByRole("button", { name: /Times are told in America\/New_York/ });
    await toggle.waitFor();
    await picture(page, "compliance-time-zone");
    expect(await axeViolations(page)).toEqual([]);
    await go("/runs");
    const shown = () => page.locator("main tbody time").first().getAttribute("title");
    await page.locator("main tbody time").first().waitFor();
    await go("/audit");
    await expect.poll(shown).toMatch(/GMT-[45]/);
    await toggle.click();
    await expect.poll(shown).toMatch(/GMT\+9/);
    await page.getByRole("button", { name: /Times are told in your own zone/ }).click();
    await expect.poll(shown).toMatch(/GMT-[45]/);
    // A moment is typed in the zone in which it is told.
    await go("/records/subscribers");
    await page.locator("input[type=datetime-local]").first().fill("2030-01-01T00:00:00");
    await page.waitForURL(/as-of\/2030-01-01T05/);
    // New schedules begin with it.
    await go("/schedules");
    await page
      .getByRole("button", { name: /New schedule/ })
      .first()
      .click();
    expect(await dialog().getByLabel("Time zone").inputValue()).toBe("America/New_York");
  });
});

test("what comes with the product is in French for whoever reads French", async () => {
  const french = await stage.visit("owner", { org: ORG, locale: "fr-FR", colorScheme: "dark" });
  await go("/templates", french);
  await french.getByText("La dernière ligne de chaque clé").waitFor();
  await go("/connect", french);
  await french.getByText("Banque mondiale : un indicateur de tous les pays").waitFor();
  await go("/records/subscribers/new", french);
  await french.getByLabel(/^visits/).fill("beaucoup");
  await french.getByRole("button", { name: "Ajouter la ligne" }).click();
  await french.getByText("Écrivez un nombre entier, par exemple 42").waitFor();
  expect(await axeViolations(french)).toEqual([]);
});

describe.each([
  { look: "light, English, wide", locale: "en-GB", scheme: "light", width: 1440 },
  { look: "dark, French, a phone", locale: "fr-FR", scheme: "dark", width: 390 },
] as const)("$look", ({ locale, scheme, width }) => {
  let visitor: Page;
  test.each([
    "/retention",
    "/retention/subscribers",
    "/holds",
    "/erasures",
    "/erasures/new",
    "/records/subscribers/new",
    "/security/general",
  ])("%s is accessible, and no wider than the screen", async (path) => {
    const viewport = { width, height: 860 };
    visitor ??= await stage.visit("owner", { org: ORG, locale, colorScheme: scheme, viewport });
    await go(path, visitor);
    await visitor.waitForLoadState("networkidle");
    await visitor.waitForTimeout(400);
    await picture(visitor, `compliance-${width}${path.replaceAll("/", "-")}`);
    expect(await axeViolations(visitor)).toEqual([]);
    expect(await visitor.evaluate("document.documentElement.scrollWidth <= window.innerWidth")).toBe(true);
  });
});

test("a rule is set, and a hold is placed, with the keyboard alone", async () => {
  await go("/retention/weather");
  await page.getByRole("button", { name: "Set a rule" }).focus();
  await page.keyboard.press("Enter");
  await dialog().getByLabel("Newest versions of each row").focus();
  await page.keyboard.type("3");
  await page.keyboard.press("Enter");
  await dialog().waitFor({ state: "hidden" });
  await page.locator("dl").getByText("the newest 3 versions of each row").waitFor();
  await go("/holds");
  await page.getByRole("button", { name: "Place a hold" }).focus();
  await page.keyboard.press("Enter");
  await dialog().getByRole("radio", { checked: true }).focus();
  // To the last of the choices: everything.
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Tab");
  await page.keyboard.type("case 9");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await dialog().waitFor({ state: "hidden" });
  await page.getByRole("cell", { name: /^The whole organization/ }).waitFor();
});
