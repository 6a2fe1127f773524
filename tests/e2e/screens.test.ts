/** Every screen, light in English and dark in French, has no accessibility violation; SCREENSHOTS keeps pictures. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
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

const LOOKS = [
  { scheme: "light", locale: "en-GB", language: "en" },
  { scheme: "dark", locale: "fr-FR", language: "fr" },
] as const;

const CSV = `order_id,customer,amount,ordered_on
1,Ada,10.50,2024-01-02
2,Grace,20.00,2024-01-03
`;

interface Screen {
  name: string;
  path: string;
  /** What shows that the screen is there. */
  ready: string;
  /** What is done on it before it is looked at. */
  act?: (page: Page) => Promise<void>;
  role?: string;
  org?: string;
}

const chooseFile = async (page: Page) => {
  const buffer = Buffer.from(CSV);
  await page
    .locator("input[type=file]")
    .setInputFiles({ name: "commandes.csv", mimeType: "text/csv", buffer });
  await page.locator("main table").waitFor();
};
const follow = (link: string, ready: string) => async (page: Page) => {
  await page.locator(link).first().click();
  await page.locator(ready).first().waitFor();
};

const SCREENS: Screen[] = [
  { name: "home", path: "/", ready: "main table" },
  { name: "home-empty", path: "/", ready: "main ol", org: "blank" },
  { name: "datasets", path: "/datasets", ready: "tbody tr" },
  { name: "datasets-empty", path: "/datasets", ready: "main section p", org: "blank" },
  { name: "dataset", path: "/datasets", ready: "tbody tr", act: follow('a:text-is("weather")', "dl") },
  {
    name: "contract-field",
    path: "/datasets",
    ready: "tbody tr",
    act: async (page) => {
      await follow('a:text-is("airports")', "tbody button")(page);
      await page.locator("tbody button").nth(1).click();
      await page.getByRole("dialog").waitFor();
    },
  },
  { name: "runs", path: "/runs", ready: "tbody tr" },
  {
    name: "run-rejected",
    path: "/runs",
    ready: "tbody tr",
    act: follow('a:text-is("birdstrikes")', "main table tbody tr"),
  },
  {
    name: "run-correct",
    path: "/runs",
    ready: "tbody tr",
    act: async (page) => {
      await follow('a:text-is("birdstrikes")', "main table tbody button")(page);
      await page.locator("main table tbody button").first().click();
      await page.getByRole("dialog").locator("input").first().waitFor();
    },
  },
  {
    name: "run-held",
    path: "/runs",
    ready: "tbody tr",
    act: follow('a:text-is("held_orders")', '[role="alert"]'),
  },
  {
    name: "run-proposed-contract",
    path: "/runs",
    ready: "tbody tr",
    act: follow('a:text-is("fresh_orders")', "main table [type=checkbox]"),
  },
  {
    name: "run-header-change",
    path: "/runs",
    ready: "tbody tr",
    act: async (page) => {
      await page.locator('a:text-is("held_orders")').nth(1).click();
      await page.locator("main table [role=combobox]").first().waitFor();
    },
  },
  { name: "upload", path: "/upload", ready: "main button" },
  { name: "upload-file", path: "/upload", ready: "main button", act: chooseFile },
  { name: "upload-refused", path: "/upload", ready: '[role="alert"]', role: "viewer" },
  { name: "records", path: "/records/weather", ready: "tbody tr" },
  { name: "records-wide", path: "/records/birdstrikes", ready: "tbody tr" },
  {
    name: "records-as-of",
    path: "/records/weather",
    ready: "tbody tr",
    act: async (page) => {
      await page.locator("input[type=datetime-local]").fill("2030-01-01T00:00:00");
      await page.locator('[role="alert"]').waitFor();
      await page.locator("tbody tr").first().waitFor();
    },
  },
  { name: "history", path: "/history/weather", ready: "main table tbody tr" },
  { name: "incoming-empty", path: "/incoming", ready: "main section p" },
  {
    name: "incoming-new",
    path: "/incoming",
    ready: "main section p",
    act: async (page) => {
      await page.locator("main button").first().click();
      await page.getByRole("dialog").locator("input").first().waitFor();
    },
  },
  { name: "record", path: `/records/weather/${encodeURIComponent('["2012-01-05"]')}`, ready: "ol li" },
  {
    name: "record-edit",
    path: `/records/weather/${encodeURIComponent('["2012-01-05"]')}`,
    ready: "ol li",
    act: async (page) => {
      await page.locator("main section").first().locator("button").last().click();
      await page.locator("main form input").first().waitFor();
    },
  },
  { name: "record-missing", path: "/records/nothing", ready: '[role="alert"]' },
  { name: "members", path: "/members", ready: "tbody tr" },
  { name: "connectors", path: "/connectors", ready: "tbody tr" },
  { name: "connectors-empty", path: "/connectors", ready: "main section p", org: "blank" },
  { name: "connector", path: "/connectors/warehouse", ready: "main dl" },
  { name: "connect", path: "/connect", ready: "main button h6, main button span" },
  {
    name: "connect-server",
    path: "/connect",
    ready: "main button span",
    act: async (page) => {
      await page.getByRole("button", { name: /REST/ }).click();
      await page.locator("main form input").first().waitFor();
    },
  },
  {
    name: "connect-preset",
    path: "/connect",
    ready: "main button span",
    act: async (page) => {
      await page.getByRole("button", { name: /Socrata/ }).click();
      await page.locator("main form input").first().waitFor();
    },
  },
  {
    name: "connector-secret",
    path: "/connectors/warehouse",
    ready: "main dl",
    act: async (page) => {
      await page.getByRole("button", { name: /^Secret$/ }).click();
      await page.getByRole("dialog").waitFor();
    },
  },
  { name: "sources", path: "/sources", ready: "tbody tr" },
  { name: "source", path: "/sources/stock", ready: "main dl" },
  {
    name: "source-new",
    path: "/connectors/warehouse",
    ready: "main dl",
    act: async (page) => {
      await page.getByRole("button", { name: /by hand|à la main/ }).click();
      await page.getByRole("dialog").waitFor();
    },
  },
  { name: "connectors-refused", path: "/connectors", ready: '[role="alert"]', role: "viewer" },
  { name: "pipelines", path: "/pipelines", ready: "tbody tr" },
  {
    name: "pipeline",
    path: "/pipelines/weather_shares",
    ready: ".react-flow__node",
    act: async (page) => {
      await page.getByRole("button", { name: /Dry run|Essai à blanc/ }).click();
      await page.getByRole("tab").first().waitFor();
      await page.locator("main h3 button").nth(1).click();
      await page.locator("main h3 + div input, main h3 + div textarea").first().waitFor();
    },
  },
  { name: "pipeline-new", path: "/new-pipeline", ready: ".react-flow__node" },
  { name: "quality", path: "/quality", ready: "tbody tr" },
  { name: "quality-empty", path: "/quality", ready: "main section p", org: "blank" },
  { name: "quality-refused", path: "/quality", ready: '[role="alert"]', role: "viewer" },
  { name: "quality-scorecard", path: "/quality/weather", ready: "main [role=meter]" },
  {
    name: "quality-scorecard-table",
    path: "/quality/weather",
    ready: "main [role=meter]",
    act: async (page) => {
      await page.locator("main section button[aria-pressed]").first().click();
      await page.locator("main section tbody tr").first().waitFor();
    },
  },
  { name: "quality-rules", path: "/quality/weather/rules", ready: "tbody tr" },
  {
    name: "quality-rule",
    path: "/quality/weather/rules/rain_range",
    ready: "main ol li",
    act: async (page) => {
      await page.getByRole("button", { name: /40/ }).click();
      await page.locator("main [role=status] tbody tr").first().waitFor();
    },
  },
  { name: "quality-rule-new", path: "/quality/weather/new-rule", ready: "main input" },
  { name: "quality-suggestions", path: "/quality/weather/suggestions", ready: "main section button" },
  {
    name: "quality-suggested",
    path: "/quality/weather/suggestions",
    ready: "main section button",
    act: async (page) => {
      await page.locator("main section button").first().click();
      await page.locator("tbody tr").first().waitFor();
    },
  },
  { name: "profile", path: "/quality/weather/profile", ready: "tbody tr" },
  { name: "anomalies", path: "/quality/weather/anomalies", ready: "main svg[role=img]" },
  { name: "incidents", path: "/incidents", ready: "tbody tr" },
  { name: "incidents-empty", path: "/incidents", ready: "main section p", org: "blank" },
  { name: "incident", path: "/incidents", ready: "tbody tr", act: follow("tbody a", "main dl") },
  {
    name: "incident-resolve",
    path: "/incidents",
    ready: "tbody tr",
    act: async (page) => {
      await follow("tbody a", "main dl")(page);
      await page.getByRole("button", { name: /^(Resolve|Résoudre)$/ }).click();
      await page.getByRole("dialog").waitFor();
    },
  },
  { name: "audit", path: "/audit", ready: "tbody tr" },
  {
    name: "audit-event",
    path: "/audit",
    ready: "tbody tr",
    act: follow("tbody td:nth-child(3) a", "main dl"),
  },
  { name: "audit-data", path: "/audit/data", ready: "tbody tr" },
  { name: "audit-refused", path: "/audit", ready: '[role="alert"]', role: "editor" },
  { name: "schedules", path: "/schedules", ready: "main table a" },
  { name: "schedules-empty", path: "/schedules", ready: "main section p", org: "blank" },
  {
    name: "schedules-week",
    path: "/schedules",
    ready: "main table a",
    act: async (page) => {
      await page.getByRole("button", { name: /^(Week|Semaine)$/ }).click();
      await page.locator("main table a").first().waitFor();
    },
  },
  {
    name: "schedule-new",
    path: "/schedules",
    ready: "main table a",
    act: async (page) => {
      await page.getByRole("button", { name: /New schedule|Nouvelle planification/ }).click();
      await page.getByRole("dialog").locator("li").first().waitFor();
    },
  },
  { name: "schedule", path: "/schedules/rain-report", ready: "main dl" },
  { name: "templates", path: "/templates", ready: "main li" },
  { name: "streams", path: "/streams", ready: "tbody tr" },
  { name: "rejected", path: "/rejected", ready: "tbody tr" },
  {
    name: "rejected-chosen",
    path: "/rejected",
    ready: "tbody tr",
    act: async (page) => {
      await page.locator("main thead input[type=checkbox]").check();
    },
  },
  { name: "notifications", path: "/notifications", ready: "tbody tr" },
  {
    name: "notifications-bell",
    path: "/notifications",
    ready: "tbody tr",
    act: async (page) => {
      await page.locator('header button[aria-haspopup="dialog"]').click();
      await page.getByRole("dialog").locator("li").first().waitFor();
    },
  },
  { name: "notification-rules", path: "/notifications/rules", ready: "tbody tr" },
  {
    name: "notification-rule",
    path: "/notifications/rules",
    ready: "tbody tr",
    act: async (page) => {
      await page.locator("main section button").first().click();
      await page.getByRole("dialog").waitFor();
    },
  },
  { name: "webhooks", path: "/notifications/webhooks", ready: "tbody tr" },
  {
    name: "webhook",
    path: "/notifications/webhooks",
    ready: "tbody tr",
    act: async (page) => {
      await page.locator("tbody a").first().click();
      await page.locator("main section p").first().waitFor();
    },
  },
];

const PIPELINE = {
  input: { kind: "dataset", name: "weather" },
  steps: [
    { kind: "derive", fields: { wet: "precipitation > 0" } },
    { kind: "filter", where: "wet" },
    { kind: "deduplicate", keys: ["weather"], order: [{ field: "date" }] },
  ],
  output: { dataset: "weather_shares", mode: "snapshot", key_fields: ["weather"] },
};

let stage: Stage;

const RULES = [
  {
    name: "rain_range",
    kind: "range",
    field: "precipitation",
    parameters: { max: "30" },
    severity: "critical",
  },
  { name: "wind_mean", kind: "mean", field: "wind", parameters: { max: 5 } },
];

/** Rules that were asked twice, with the incident that came of it, and a schedule. */
async function makeQuality(): Promise<void> {
  const org = ["--org", "observatory"];
  const folder = await mkdtemp(path.join(tmpdir(), "cadastre-screens-"));
  const file = path.join(folder, "rules.json");
  await writeFile(file, JSON.stringify(RULES));
  const about = [...org, "--dataset", "weather"];
  await stage.command(["rules", "add", ...about, "--file", file, "--deploy"]);
  await rm(folder, { recursive: true });
  // A rule that failed ends the command with an error.
  for (let twice = 0; twice < 2; twice++)
    await stage.command(["rules", "run", ...about]).catch(() => undefined);
  const target = ["--pipeline", "weather_shares", "--every", "5 hours"];
  await stage.command(["schedule", "create", "rain-report", ...org, ...target]);
}

/** A connector that cannot be reached and a source of it, a pipeline, a webhook. */
async function makeIngest(): Promise<void> {
  const org = ["--org", "observatory"];
  const set = ["--set", "host=127.0.0.1", "--set", "database=stock", "--set", "user=reader"];
  await stage.command(
    ["connector", "create", "warehouse", ...org, "--kind", "postgres", ...set, "--secret-stdin"],
    "not-this-one",
  );
  // A refusal ends the command with an error, and is what the page shows.
  await stage.command(["connector", "test", "warehouse", ...org]).catch(() => undefined);
  const selection = ["--set", "table=public.stock"];
  await stage.command(["source", "create", "stock", ...org, "--connector", "warehouse", ...selection]);
  const folder = await mkdtemp(path.join(tmpdir(), "cadastre-screens-"));
  const file = path.join(folder, "pipeline.json");
  await writeFile(file, JSON.stringify(PIPELINE));
  await stage.command(["pipeline", "create", "weather_shares", ...org, "--file", file]);
  await rm(folder, { recursive: true });
  await stage.command([
    "webhook",
    "add",
    ...org,
    "--url",
    "https://events.example/in",
    "--events",
    "run.failed",
  ]);
}

beforeAll(async () => {
  stage = await setStage({ blank: true });
  const editor = await stage.visit("editor", { org: "observatory" });
  await uploadCsv(
    editor,
    stage.url,
    { name: "orders.csv", text: CSV },
    { dataset: "held_orders", key: ["order_id"] },
  );
  await acceptContract(editor);
  await waitForStatus(editor, "Succeeded");
  // Runs that wait for a contract: a new one, and one with another header.
  const fresh = { name: "fresh.csv", text: CSV.replace("order_id", "no") };
  await uploadCsv(editor, stage.url, fresh, { dataset: "fresh_orders", key: ["no"] });
  await editor.getByRole("button", { name: "Accept the contract and load" }).waitFor();
  const renamed = { name: "renamed.csv", text: CSV.replace("customer", "customer_name") };
  await uploadCsv(editor, stage.url, renamed, { dataset: "held_orders" });
  await waitForStatus(editor, "Held");
  const rows = Array.from({ length: 120 }, (_value, index) => `${index + 10},X,none,2024-01-01`);
  const text = `order_id,customer,amount,ordered_on\n${rows.join("\n")}\n`;
  await uploadCsv(editor, stage.url, { name: "orders-2.csv", text }, { dataset: "held_orders" });
  await waitForStatus(editor, "Held: somebody has to decide");
  await editor.context().close();
  await makeIngest();
  await makeQuality();
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
