/** Every screen, light in English, has no accessibility violation; SCREENSHOTS keeps pictures. */
import { expect, test } from "vitest";
import { lookAtAll, settle, useScreens } from "./screens-look.ts";
import { axeViolations, menuLink, picture } from "./support.ts";

const stage = useScreens();
lookAtAll(stage, { scheme: "light", locale: "en-GB", language: "en" });

/** An open menu floats outside the page's landmarks, as menus do. */
const OPEN_MENU = ["region"];

test("the menus of language, theme and account are within reach", async () => {
  const page = await stage().visit("owner", { org: "observatory" });
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
