/** What is looked at: each room, and what is done in it before it is looked at. */
import type { Page } from "playwright-core";

export const CSV = `order_id,customer,amount,ordered_on
1,Ada,10.50,2024-01-02
2,Grace,20.00,2024-01-03
`;

export interface Screen {
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

export const SCREENS: Screen[] = [
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
  { name: "upload", path: "/upload", ready: "#main-content button" },
  { name: "upload-file", path: "/upload", ready: "#main-content button", act: chooseFile },
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
      await page.locator("#main-content button").first().click();
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
  { name: "connect", path: "/connect", ready: "#main-content button h6, #main-content button span" },
  {
    name: "connect-server",
    path: "/connect",
    ready: "#main-content button span",
    act: async (page) => {
      await page.getByRole("button", { name: /REST/ }).click();
      await page.locator("main form input").first().waitFor();
    },
  },
  {
    name: "connect-preset",
    path: "/connect",
    ready: "#main-content button span",
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
  { name: "backfills", path: "/backfills", ready: "tbody tr" },
  { name: "backfills-empty", path: "/backfills", ready: "main section p", org: "blank" },
  { name: "backfill", path: "/backfills", ready: "tbody tr", act: follow("tbody a", "main dl") },
  {
    name: "backfill-new",
    path: "/backfills?source=stock",
    ready: '[role="dialog"] input',
  },
  { name: "freshness", path: "/freshness", ready: "tbody tr" },
  {
    name: "freshness-bound",
    path: "/freshness",
    ready: "tbody tr",
    act: async (page) => {
      await page.locator("tbody button").first().click();
      await page.getByRole("dialog").waitFor();
    },
  },
  { name: "retention", path: "/retention", ready: "tbody tr" },
  { name: "retention-empty", path: "/retention", ready: "main section p", org: "blank" },
  { name: "retention-refused", path: "/retention", ready: '[role="alert"]', role: "viewer" },
  { name: "retention-dataset", path: "/retention/held_orders", ready: "main dl" },
  {
    name: "retention-rule",
    path: "/retention/weather",
    ready: "main dl",
    act: async (page) => {
      await page.locator("#main-content button").first().click();
      await page.getByRole("dialog").locator("input[type=number]").first().fill("1");
      await page.getByRole("dialog").locator("[role=status] p").first().waitFor();
    },
  },
  { name: "holds", path: "/holds", ready: "tbody tr" },
  { name: "holds-empty", path: "/holds", ready: "main section p", org: "blank" },
  {
    name: "hold-new",
    path: "/holds",
    ready: "tbody tr",
    act: async (page) => {
      await page.getByRole("button", { name: /Place a hold|Placer un gel/ }).click();
      await page.getByRole("dialog").locator("input[value=rows]").check();
    },
  },
  { name: "erasures", path: "/erasures", ready: "tbody tr" },
  { name: "erasures-empty", path: "/erasures", ready: "main section p", org: "blank" },
  { name: "erasure", path: "/erasures", ready: "tbody tr", act: follow("tbody a", "main dl") },
  {
    name: "erasure-new",
    path: "/erasures/new",
    ready: "main form input",
    act: async (page) => {
      await page.locator("main form input").first().fill("Ada");
      await page.locator("main form button[type=submit]").first().click();
      await page.locator("main tbody tr").first().waitFor();
    },
  },
  { name: "record-new", path: "/records/held_orders/new", ready: "main form input" },
  {
    name: "record-new-refused",
    path: "/records/held_orders/new",
    ready: "main form input",
    act: async (page) => {
      await page.locator("main form button[type=submit]").click();
      await page.locator("main form [aria-invalid=true]").first().waitFor();
    },
  },
  { name: "security-general", path: "/security/general", ready: "#security-panel form input" },
  { name: "limits", path: "/limits", ready: "main form" },
  { name: "home-viewer", path: "/", ready: "main table", role: "viewer" },
  { name: "grants-empty", path: "/grants", ready: "main section p", org: "blank" },
  { name: "policies-empty", path: "/policies", ready: "main section p", org: "blank" },
  { name: "templates", path: "/templates", ready: "#main-content li" },
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
