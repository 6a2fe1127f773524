/** The whole of Cadastre on a home of its own, a browser in front of it, and what a person does there. */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { startCadastre } from "../../cli/start.ts";
import { projectRoot } from "../../lib/db/urls.ts";
import { launchBrowser } from "../support/browser.ts";

export interface Account {
  email: string;
  password: string;
  org: string;
  role: string;
}

export interface Stage {
  url: string;
  /** The database, as its administrator. */
  adminUrl: string;
  /** Runs the command line on this home. */
  command(args: string[], input?: string): Promise<string>;
  browser: Browser;
  account(role: string, org?: string): Account;
  /** A page of its own, signed in as that role. */
  visit(role: string, options?: BrowserContextOptions & { org?: string }): Promise<Page>;
  /** Makes a member of one organization a member of another too. */
  join(role: string, org: string, otherOrg: string, otherRole: string): Promise<Account>;
  close(): Promise<void>;
}

const VIEWPORT = { width: 1280, height: 860 };
const DEFAULT_TIMEOUT_MS = 20_000;

export async function signIn(page: Page, url: string, account: Account): Promise<void> {
  await page.goto(url);
  await page.locator("input[name=email]").fill(account.email);
  await page.locator("input[name=password]").fill(account.password);
  await page.locator("button[type=submit]").click();
  await page.locator("main h1").waitFor();
  await page.getByRole("banner").waitFor();
}

/** The menu's way into a room. */
export const menuLink = (page: Page, name: string | RegExp): Locator =>
  page
    .getByRole("navigation", { name: /Main menu|Menu principal/ })
    .getByRole("link", { name, exact: typeof name === "string" });

/** Runs the command line on that home, as an operator would; what it printed. */
async function command(home: string, args: string[], input = ""): Promise<string> {
  const running = promisify(execFile)(process.execPath, [path.join(projectRoot, "cli", "main.ts"), ...args], {
    env: { ...process.env, CADASTRE_HOME: home, DATABASE_URL: undefined },
  });
  running.child.stdin?.end(input);
  return (await running).stdout;
}

/** An organization where nothing was loaded yet. */
async function makeBlank(home: string): Promise<Account> {
  const password = randomBytes(12).toString("hex");
  const account = { email: "owner@blank.example", password, org: "blank", role: "owner" };
  await command(home, ["org", "create", account.org, "--name", "Blank"]);
  const { email, org, role } = account;
  await command(home, ["user", "add", email, "--org", org, "--role", role, "--password-stdin"], password);
  return account;
}

export async function setStage({ blank = false } = {}): Promise<Stage> {
  const home = await mkdtemp(path.join(tmpdir(), "cadastre-e2e-"));
  // The embedded server may run as another user than the tests.
  await chmod(home, 0o755);
  const cadastre = await startCadastre({
    ...process.env,
    CADASTRE_HOME: home,
    CADASTRE_DEMO: "1",
    PORT: "0",
    LOG_LEVEL: "error",
    DATABASE_URL: undefined,
  });
  const accounts = JSON.parse(await readFile(path.join(home, "demo.json"), "utf8")) as Account[];
  if (blank) accounts.push(await makeBlank(home));
  const browser = await launchBrowser();
  const account = (role: string, org?: string): Account => {
    const found = accounts.find((one) => one.role === role && (!org || one.org === org));
    if (!found) throw new Error(`the demo has no ${role}`);
    return found;
  };
  return {
    url: cadastre.url,
    adminUrl: cadastre.adminUrl,
    command: (args, input) => command(home, args, input),
    browser,
    account,
    async visit(role, { org, ...options } = {}) {
      const context = await browser.newContext({ viewport: VIEWPORT, locale: "en-GB", ...options });
      const page = await context.newPage();
      page.setDefaultTimeout(DEFAULT_TIMEOUT_MS);
      await signIn(page, cadastre.url, account(role, org));
      return page;
    },
    async join(role, org, otherOrg, otherRole) {
      const known = account(role, org);
      await command(home, ["user", "add", known.email, "--org", otherOrg, "--role", otherRole]);
      return known;
    },
    async close() {
      await browser.close();
      await cadastre.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Chooses a file on the upload page, names the dataset and its key columns, and sends it. */
export async function uploadCsv(
  page: Page,
  url: string,
  file: { name: string; text: string },
  plan: { dataset: string; key?: string[] },
): Promise<void> {
  await page.goto(`${url}/upload?dataset=${plan.dataset}`);
  const buffer = Buffer.from(file.text);
  await page.locator("input[type=file]").setInputFiles({ name: file.name, mimeType: "text/csv", buffer });
  for (const column of plan.key ?? [])
    await page.getByRole("checkbox", { name: column, exact: true }).check();
  await page.getByRole("button", { name: plan.dataset }).click();
  await page.waitForURL(/\/runs\/.+\/show/);
}

/** Accepts the contract that the run on the page waits for, as it was proposed. */
export async function acceptContract(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Accept the contract and load" }).click();
}

/** Waits until the run on the page has this status. */
export async function waitForStatus(page: Page, status: string): Promise<void> {
  await page.locator("main").getByText(status, { exact: true }).first().waitFor({ timeout: 60_000 });
}

/** What became of the rows, as the run's page tells it. */
export async function readCounts(page: Page): Promise<Record<string, number>> {
  const section = page.getByRole("region", { name: "What became of the rows" });
  const names = await section.locator("dt").allTextContents();
  const values = await section.locator("dd").allTextContents();
  return Object.fromEntries(
    names.map((name, index) => [
      name.trim().toLowerCase(),
      Number((values[index] ?? "").replaceAll(",", "")),
    ]),
  );
}

/** Longest wait until nothing on the page moves or fades, in ms. */
const MAX_MOVING_MS = 3000;
/** Resolves when what fades in or out stands still; endless ones (a spinner) do not count. */
const STANDS_STILL = `Promise.race([
  Promise.allSettled(document.getAnimations()
    .filter((one) => one.effect?.getComputedTiming().iterations !== Infinity)
    .map((one) => one.finished)),
  new Promise((resolve) => setTimeout(resolve, ${MAX_MOVING_MS})),
]).then(() => null)`;

/**
 * Rules that axe finds broken on the page as it stands, each with the first place. What is found is looked at again: half
 * faded in, a text has less contrast than a moment later.
 */
export async function axeViolations(page: Page, except: string[] = []): Promise<string[]> {
  const look = async (): Promise<string[]> => {
    await page.evaluate(STANDS_STILL);
    const { violations } = await new AxeBuilder({ page }).disableRules(except).analyze();
    return violations.map(
      ({ id, nodes }) =>
        `${id} (${nodes.length}): ${nodes[0]?.html.slice(0, 200)} ${nodes[0]?.any[0]?.message ?? ""}`,
    );
  };
  const found = await look();
  if (found.length === 0) return found;
  await page.waitForTimeout(1000);
  return look();
}

/** Keeps a picture of the page under SCREENSHOTS, when that is set. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
}
