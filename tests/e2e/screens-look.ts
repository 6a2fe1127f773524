/** Looking at every screen in one colour scheme and language; in files of their own, since each takes minutes. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SCREENS, type Screen } from "./screens.ts";
import { setScreens } from "./screens-stage.ts";
import { axeViolations, picture, type Stage } from "./support.ts";

/** Lists load twice (rows, then what they refer to), and colours fade in: axe must see what people see. */
export async function settle(page: Page): Promise<void> {
  await page.waitForLoadState("networkidle");
  await page.waitForTimeout(400);
}

/** The organization in which every room has something to show, for the tests of a file. */
export function useScreens(): () => Stage {
  let stage: Stage | undefined;
  beforeAll(async () => {
    stage = await setScreens();
  }, 240_000);
  afterAll(() => stage?.close());
  return () => stage!;
}

interface Look {
  scheme: "light" | "dark";
  locale: string;
  language: string;
}

export function lookAtAll(stage: () => Stage, { scheme, locale, language }: Look): void {
  describe(`${scheme}, ${language}`, () => {
    const visits = new Map<string, Promise<Page>>();
    const visit = (screen: Screen): Promise<Page> => {
      const { role = "owner", org = "observatory" } = screen;
      const known = visits.get(`${role} ${org}`);
      if (known) return known;
      const made = stage().visit(role, { org, colorScheme: scheme, locale });
      visits.set(`${role} ${org}`, made);
      return made;
    };

    test("login", async () => {
      const context = await stage().browser.newContext({ colorScheme: scheme, locale });
      const page = await context.newPage();
      await page.goto(stage().url);
      await page.locator("input[name=email]").waitFor();
      await settle(page);
      await picture(page, `login-${scheme}`);
      expect(await page.locator("html").getAttribute("lang")).toBe(language);
      expect(await axeViolations(page)).toEqual([]);
      await context.close();
    });

    test.each(SCREENS)("$name", async (screen) => {
      const page = await visit(screen);
      await page.goto(`${stage().url}${screen.path}`);
      await page.locator(screen.ready).first().waitFor();
      await screen.act?.(page);
      await settle(page);
      await picture(page, `${screen.name}-${scheme}`);
      expect(await page.locator("html").getAttribute("lang")).toBe(language);
      expect(await axeViolations(page)).toEqual([]);
    });
  });
}
