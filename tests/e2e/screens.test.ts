/** Every screen, light in English and dark in French, has no accessibility violation; SCREENSHOTS keeps pictures. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SCREENS, type Screen } from "./screens.ts";
import { setScreens } from "./screens-stage.ts";
import { axeViolations, menuLink, picture, type Stage } from "./support.ts";

const LOOKS = [
  { scheme: "light", locale: "en-GB", language: "en" },
  { scheme: "dark", locale: "fr-FR", language: "fr" },
] as const;

let stage: Stage;
beforeAll(async () => {
  stage = await setScreens();
}, 240_000);

afterAll(() => stage?.close());

/** Lists load twice (rows, then what they refer to), and colours fade in: axe must see what people see. */
async function settle(page: Page): Promise<void> {
  await page.waitForLoadState("networkidle");
  await page.waitForTimeout(400);
}

describe.each(LOOKS)("$scheme, $language", ({ scheme, locale, language }) => {
  const visits = new Map<string, Promise<Page>>();
  const visit = (screen: Screen): Promise<Page> => {
    const { role = "owner", org = "observatory" } = screen;
    const known = visits.get(`${role} ${org}`);
    if (known) return known;
    const made = stage.visit(role, { org, colorScheme: scheme, locale });
    visits.set(`${role} ${org}`, made);
    return made;
  };

  test("login", async () => {
    const context = await stage.browser.newContext({ colorScheme: scheme, locale });
    const page = await context.newPage();
    await page.goto(stage.url);
    await page.locator("input[name=email]").waitFor();
    await settle(page);
    await picture(page, `login-${scheme}`);
    expect(await page.locator("html").getAttribute("lang")).toBe(language);
    expect(await axeViolations(page)).toEqual([]);
    await context.close();
  });

  test.each(SCREENS)("$name", async (screen) => {
    const page = await visit(screen);
    await page.goto(`${stage.url}${screen.path}`);
    await page.locator(screen.ready).first().waitFor();
    await screen.act?.(page);
    await settle(page);
    await picture(page, `${screen.name}-${scheme}`);
    expect(await page.locator("html").getAttribute("lang")).toBe(language);
    expect(await axeViolations(page)).toEqual([]);
  });
});

describe("on a phone", () => {
  let phone: Page;
  const ROOMS = [
    ...new Map(
      SCREENS.filter(({ role, org }) => !role && !org).map((screen) => [screen.path, screen]),
    ).values(),
  ];

  test.each(ROOMS)("$path is no wider than the screen", async ({ path, ready }) => {
    phone ??= await stage.visit("owner", { org: "observatory", viewport: { width: 390, height: 844 } });
    await phone.goto(stage.url + path);
    // What shows on a wide screen may lie beyond a phone's edge, but is there.
    await phone.locator(ready).first().waitFor({ state: "attached" });
    await settle(phone);
    const { innerWidth, scrollWidth } = await phone.evaluate(() => ({
      innerWidth: window.innerWidth,
      scrollWidth: document.documentElement.scrollWidth,
    }));
    expect(scrollWidth).toBeLessThanOrEqual(innerWidth);
  });
});

/** An open menu floats outside the page's landmarks, as menus do. */
const OPEN_MENU = ["region"];

test("the menus of language, theme and account are within reach", async () => {
  const page = await stage.visit("owner", { org: "observatory" });
  await page.getByRole("button", { name: "English" }).click();
  await settle(page);
  expect(await axeViolations(page, OPEN_MENU)).toEqual([]);
  await page.getByRole("menuitem", { name: "Français" }).click();
  await menuLink(page, "Jeux de données").waitFor();
  expect(await page.locator("html").getAttribute("lang")).toBe("fr");
  await page.reload();
  await menuLink(page, "Jeux de données").waitFor();
  await page
    .getByRole("button", { name: /Demo Observatory/ })
    .first()
    .click();
  await page.getByRole("menu").getByRole("menuitem").first().waitFor();
  await settle(page);
  await picture(page, "organization-menu");
  expect(await axeViolations(page, OPEN_MENU)).toEqual([]);
});
