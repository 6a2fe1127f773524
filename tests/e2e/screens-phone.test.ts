/** No screen is wider than a phone. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { SCREENS } from "./screens.ts";
import { settle, useScreens } from "./screens-look.ts";

const stage = useScreens();
let phone: Page;
const ROOMS = [
  ...new Map(
    SCREENS.filter(({ role, org }) => !role && !org).map((screen) => [screen.path, screen]),
  ).values(),
];

test.each(ROOMS)("$path is no wider than the screen", async ({ path, ready }) => {
  phone ??= await stage().visit("owner", { org: "observatory", viewport: { width: 390, height: 844 } });
  await phone.goto(stage().url + path);
  // What shows on a wide screen may lie beyond a phone's edge, but is there.
  await phone.locator(ready).first().waitFor({ state: "attached" });
  await settle(phone);
  const { innerWidth, scrollWidth } = await phone.evaluate(() => ({
    innerWidth: window.innerWidth,
    scrollWidth: document.documentElement.scrollWidth,
  }));
  expect(scrollWidth).toBeLessThanOrEqual(innerWidth);
});
