/**
 * Every screen of signing in and of one's own account, light in English and dark in French, has no accessibility
 * violation; SCREENSHOTS keeps pictures.
 */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { enAccount } from "../../admin/src/i18n/en-account.ts";
import { frAccount } from "../../admin/src/i18n/fr-account.ts";
import { furnish, ORG } from "./account-furnished.ts";
import { givePassword, inDatabase, openPage, signedIn, urlOf } from "./account-support.ts";
import { type Account, axeViolations, picture, type Stage, setStage } from "./support.ts";

const LOOKS = [
  { scheme: "light", locale: "en-GB", language: "en", texts: enAccount },
  { scheme: "dark", locale: "fr-FR", language: "fr", texts: frAccount },
] as const;
type Look = (typeof LOOKS)[number];

let stage: Stage;
let operator: Account;
let invitation: string;
/** Recovery codes of the owner, who has an authenticator app: each signs in once. */
let codes: string[] = [];

beforeAll(async () => {
  stage = await setStage();
  ({ operator, invitation, codes } = await furnish(stage));
}, 180_000);
afterAll(() => stage?.close());

interface Screen {
  name: string;
  path: string;
  /** Who is signed in; nobody where it is left out. */
  as?: "owner" | "editor" | "viewer" | "operator";
  ready: string;
  act?: (page: Page, texts: Look["texts"]) => Promise<void>;
  /** Rules that do not hold there, each with the reason. */
  except?: string[];
}

/** An open list of choices floats outside the page's landmarks. */
const OPEN_LIST = ["region"];

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).first().click();
const dialog = (page: Page) => page.getByRole("dialog").waitFor();

const SCREENS: Screen[] = [
  { name: "signin", path: "/login", ready: "input[name=email]" },
  { name: "signin-refused", path: "/login?error=link_first", ready: '[role="alert"]' },
  {
    name: "signin-wrong",
    path: "/login",
    ready: "input[name=email]",
    act: async (page) => {
      await givePassword(page, { email: "nobody@observatory.example", password: "not this one", org: ORG });
      await page.locator('[role="alert"]').waitFor();
    },
  },
  {
    name: "signin-forgot",
    path: "/login",
    ready: "input[name=email]",
    act: async (page, { signin }) => {
      await press(page, signin.forgot);
      await page.getByRole("heading", { name: signin.forgot_title }).waitFor();
    },
  },
  {
    name: "signin-choose",
    path: "/login",
    ready: "input[name=email]",
    act: async (page) => {
      await givePassword(page, { ...stage.account("editor", ORG), org: "" });
      await page.locator("main li button").first().waitFor();
    },
  },
  {
    name: "signin-factor",
    path: "/login",
    ready: "input[name=email]",
    act: async (page) => {
      await givePassword(page, stage.account("owner", "exchange"));
      await page.locator("input[name=code]").waitFor();
    },
  },
  {
    name: "signin-recovery",
    path: "/login",
    ready: "input[name=email]",
    act: async (page, { signin }) => {
      await givePassword(page, stage.account("owner", "exchange"));
      await page.locator("input[name=code]").waitFor();
      await press(page, signin.use_recovery);
      await page.getByLabel(signin.recovery_code).waitFor();
    },
  },
  {
    name: "signin-enrol",
    path: "/login",
    ready: "input[name=email]",
    act: async (page, { signin }) => {
      await givePassword(page, stage.account("viewer", "exchange"));
      await page.getByRole("heading", { name: signin.enrol }).waitFor();
    },
  },
  {
    name: "signin-enrol-totp",
    path: "/login",
    ready: "input[name=email]",
    act: async (page, { account }) => {
      await givePassword(page, stage.account("viewer", "exchange"));
      await press(page, account.totp.add);
      await page.getByRole("textbox", { name: account.totp.secret }).waitFor();
    },
  },
  {
    name: "account-codes",
    path: "/login",
    ready: "input[name=email]",
    act: async (page, { signin, account }) => {
      await givePassword(page, stage.account("owner", "exchange"));
      await press(page, signin.use_recovery);
      await page.getByLabel(signin.recovery_code).fill(codes.pop()!);
      await press(page, signin.continue);
      await signedIn(page);
      await page.goto(`${urlOf(stage, true)}/account/security`);
      await press(page, account.recovery.renew);
      await page.locator("#recovery-codes").waitFor();
      codes = await page.locator("#recovery-codes li").allTextContents();
    },
  },
  {
    name: "account-proof",
    path: "/account/security",
    as: "viewer",
    ready: "#main-content li",
    act: async (page, { account }) => {
      await inDatabase(
        stage,
        "update private.sessions set authenticated_at = authenticated_at - interval '1 hour' where user_id = (select id from access.users where email = $1)",
        [stage.account("viewer", ORG).email],
      );
      await press(page, account.totp.add);
      await page.getByRole("dialog", { name: account.proof.title }).locator("input").waitFor();
    },
  },
  { name: "view-as", path: "/", as: "owner", ready: '[role="status"] button' },
  { name: "view-as-access", path: "/account/access", as: "owner", ready: "tbody tr" },
  {
    name: "link-invitation",
    path: "INVITATION",
    ready: "input[name=password]",
  },
  { name: "link-new-password", path: "/new-password#not-a-token-of-anybody", ready: "input[name=password]" },
  {
    name: "link-confirm",
    path: "/confirm-email#not-a-token-of-anybody",
    ready: "main button",
    act: async (page, { signin }) => {
      await press(page, signin.confirm_email_submit);
      await page.locator('[role="alert"]').waitFor();
    },
  },
  { name: "account-profile", path: "/account", as: "editor", ready: "input[name=name]" },
  {
    name: "account-password",
    path: "/account/profile",
    as: "editor",
    ready: "input[name=name]",
    act: async (page, { account }) => {
      await press(page, account.password.change);
      await dialog(page);
    },
  },
  { name: "account-security", path: "/account/security", as: "editor", ready: "#main-content li" },
  {
    name: "account-totp",
    path: "/account/security",
    as: "editor",
    ready: "#main-content li",
    act: async (page, { account }) => {
      await press(page, account.totp.add);
      await page.getByRole("textbox", { name: account.totp.secret }).waitFor();
    },
  },
  {
    name: "account-passkey",
    path: "/account/security",
    as: "editor",
    ready: "#main-content li",
    act: async (page, { account }) => {
      await press(page, account.passkey.add);
      await page.getByRole("dialog").locator("input[name=name]").waitFor();
    },
  },
  { name: "account-sessions", path: "/account/sessions", as: "editor", ready: "tbody tr" },
  {
    name: "account-sessions-end",
    path: "/account/sessions",
    as: "editor",
    ready: "tbody tr",
    act: async (page, { account }) => {
      await press(page, account.session.end_all);
      await dialog(page);
    },
  },
  { name: "account-keys", path: "/account/keys", as: "editor", ready: "tbody tr" },
  { name: "account-keys-none", path: "/account/keys", as: "viewer", ready: "main section" },
  {
    name: "account-key-new",
    path: "/account/keys",
    as: "editor",
    ready: "tbody tr",
    act: async (page, { account }) => {
      await press(page, account.key.make);
      await page.getByRole("dialog").getByLabel(account.key.permissions).click();
      await page.getByRole("option").first().waitFor();
    },
    except: OPEN_LIST,
  },
  {
    name: "account-sql",
    path: "/account/keys",
    as: "editor",
    ready: "tbody tr",
    act: async (page, { account }) => {
      if (await page.getByRole("button", { name: account.sql.make, exact: true }).count()) {
        await press(page, account.sql.make);
        await page.getByRole("dialog").getByRole("button", { name: account.sql.make }).click();
      } else {
        await press(page, account.sql.rotate);
      }
      await page.getByRole("textbox", { name: account.sql.url }).waitFor();
    },
  },
  { name: "account-access", path: "/account/access", as: "editor", ready: "tbody tr" },
  {
    name: "account-ask",
    path: "/account/access",
    as: "editor",
    ready: "tbody tr",
    act: async (page, { account }) => {
      await press(page, account.request.ask);
      await dialog(page);
    },
  },
  {
    name: "account-delegate",
    path: "/account/access",
    as: "editor",
    ready: "tbody tr",
    act: async (page, { account }) => {
      await press(page, account.request.delegate);
      await dialog(page);
    },
  },
  { name: "outbox", path: "/outbox", as: "operator", ready: "tbody tr" },
  {
    name: "outbox-mail",
    path: "/outbox",
    as: "operator",
    ready: "tbody tr",
    act: async (page) => {
      await page.locator("tbody button").last().click();
      await page.getByRole("dialog").locator("pre").filter({ hasText: "#" }).waitFor();
    },
  },
];

async function settle(page: Page): Promise<void> {
  await page.waitForLoadState("networkidle");
  await page.waitForTimeout(400);
}

async function examine(page: Page, look: Look, name: string, except: string[] = []): Promise<void> {
  await settle(page);
  await picture(page, `${name}-${look.scheme}`);
  expect(await page.locator("html").getAttribute("lang")).toBe(look.language);
  expect(await axeViolations(page, except)).toEqual([]);
}

describe.each(LOOKS)("$scheme, $language", (look) => {
  const { scheme, locale, texts } = look;
  const visits = new Map<string, Promise<Page>>();
  const options = { colorScheme: scheme, locale, named: true };
  const visit = async (screen: Screen): Promise<Page> => {
    const { as } = screen;
    const path = screen.path === "INVITATION" ? invitation.replace(stage.url, "") : screen.path;
    if (!as) return openPage(stage, path, options);
    const enter = async () => {
      const opened = await openPage(stage, "/login", options);
      await givePassword(opened, as === "operator" ? operator : stage.account(as, ORG));
      await signedIn(opened);
      return opened;
    };
    const known = visits.get(as) ?? enter();
    visits.set(as, known);
    const page = await known;
    await page.goto(urlOf(stage, true) + path);
    return page;
  };

  test.each(SCREENS)("$name", async (screen) => {
    const page = await visit(screen);
    await page.locator(screen.ready).first().waitFor();
    await screen.act?.(page, texts);
    await examine(page, look, screen.name, screen.except);
    if (!screen.as) await page.context().close();
  });
});

test("the second step is there on a telephone too", async () => {
  const viewport = { width: 390, height: 844 };
  const page = await openPage(stage, "/login", { locale: "en-GB", viewport });
  await givePassword(page, stage.account("owner", "exchange"));
  await page.locator("input[name=code]").waitFor();
  await examine(page, LOOKS[0], "signin-factor-narrow");
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width);
  await page.context().close();
});
