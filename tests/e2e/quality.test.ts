/**
 * Trust, as people come to it in a browser: a rule tried over past loads and deployed, a bad load held by it, explained and
 * released in part, its incident worked off, a row walked back to its line; profiles and anomalies besides.
 */
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  acceptContract,
  axeViolations,
  menuLink,
  picture,
  readCounts,
  type Stage,
  setStage,
  uploadCsv,
  waitForStatus,
} from "./support.ts";

const ORG = "observatory";
const HEADER = "order_id,customer,amount,status,ordered_on";
const good = (from: number, count: number, status = "sent") =>
  Array.from({ length: count }, (_, n) => `${from + n},Customer ${n},${10 + n}.50,${status},2024-01-02`);
const file = (name: string, lines: string[]) => ({ name, text: `${HEADER}\n${lines.join("\n")}\n` });

let stage: Stage;
let page: Page;
let editor: Page;
beforeAll(async () => {
  stage = await setStage();
  page = await stage.visit("owner", { org: ORG });
  editor = await stage.visit("editor", { org: ORG });
  await uploadCsv(editor, stage.url, file("first.csv", good(1, 40)), {
    dataset: "orders",
    key: ["order_id"],
  });
  await acceptContract(editor);
  await waitForStatus(editor, "Succeeded");
  const second = [...good(100, 30), ...good(200, 2, "lost")];
  await uploadCsv(editor, stage.url, file("second.csv", second), { dataset: "orders" });
  await waitForStatus(editor, "Succeeded");
}, 240_000);
afterAll(() => stage?.close());

const go = async (path: string, who = page) => {
  await who.goto(stage.url + path);
  await who.locator("main h1").waitFor();
};
/** What fades in or out is looked at when it stands still. */
const accessible = async () => {
  await page.waitForLoadState("networkidle");
  await page.waitForTimeout(400);
  return axeViolations(page);
};
const choose = async (label: string, option: string) => {
  await page.getByLabel(label, { exact: true }).first().click();
  await page.getByRole("option", { name: option, exact: true }).click();
};

describe("a rule", () => {
  test("is written in a form, read in words, tried over past loads, and deployed", async () => {
    await go("/quality/orders/new-rule");
    await page.getByLabel("Name").fill("status_known");
    await choose("Kind", "is one of a list");
    await choose("Field", "status");
    await page.getByLabel(/^Allowed values/).fill("new\nsent\npaid");
    await choose("Severity", "Error");
    await choose("What comes of it", "load held");
    await page.getByText("status is one of new, sent, paid.").waitFor();
    await page.getByRole("button", { name: "Dry run over the last 40 loads" }).click();
    await page.getByText("2 of 72 rows fail now").waitFor();
    await page.getByText("It would have held 1 of 2 loads, rejected 2 rows.").waitFor();
    const rows = page.getByRole("table", { name: "These rows" });
    expect(await rows.textContent()).toContain("lost");
    expect(await rows.locator("tbody tr").count()).toBe(2);
    expect(await accessible()).toEqual([]);
    await picture(page, "trust-dry-run");

    await page.getByRole("button", { name: "Deploy", exact: true }).click();
    await page.waitForURL(/\/quality\/orders\/rules\/status_known/);
    await page.getByText("Deployed · v1").waitFor();
  });

  test("has versions: a new one is a draft, is deployed, and is rolled back", async () => {
    await page.getByLabel("Rows that may fail").fill("1");
    await page.getByRole("button", { name: "Save draft" }).click();
    await page.getByText("1 row may fail. A load that fails waits for a person").first().waitFor();
    await page
      .getByRole("button", { name: "Deploy version 2" })
      .or(page.getByRole("button", { name: "Deploy", exact: true }))
      .first()
      .click();
    await page.getByText("Deployed · v2").waitFor();
    await page.getByRole("button", { name: "Deploy version 1" }).click();
    await page.getByText("Deployed · v1").waitFor();
    await page.getByRole("button", { name: "Disable" }).click();
    await page.getByText(/^Off/).first().waitFor();
    await page.getByRole("button", { name: "Enable" }).click();
    await page.getByText("Deployed · v1").waitFor();
  });
});

describe("a bad load", () => {
  test("is held, explained, and released in part", async () => {
    const lines = [...good(300, 20), ...good(400, 5, "lost"), "500,Odd,many,sent,2024-01-02"];
    await uploadCsv(editor, stage.url, file("bad.csv", lines), { dataset: "orders" });
    await waitForStatus(editor, "Held: somebody has to decide");
    await go(new URL(editor.url()).pathname);
    await page
      .getByText(/status_known/)
      .first()
      .waitFor();
    const quality = page.getByRole("region", { name: "Quality of this load" });
    await quality.getByRole("link", { name: "status_known" }).first().waitFor();
    expect(await quality.textContent()).toContain("5 (19.2");
    await page.waitForLoadState("networkidle");
    await picture(page, "trust-held");
    expect(await accessible()).toEqual([]);

    await page.getByRole("button", { name: "Release" }).click();
    await waitForStatus(page, "Succeeded");
    await expect.poll(() => readCounts(page)).toMatchObject({ read: 26, inserted: 25, rejected: 1 });
    // What could not be loaded stays to be corrected.
    expect(await page.getByRole("table", { name: "Rejected rows" }).textContent()).toContain("many");
  });

  test("opened an incident, which the bell tells of: taken, handed over, spoken of, resolved", async () => {
    await page.getByRole("button", { name: /^Notifications, / }).click();
    await page.getByRole("dialog").getByText("orders: rule status_known failed").first().click();
    await page.waitForURL(/\/incidents\//);
    await page.getByRole("heading", { level: 1, name: /Status must be one of/ }).waitFor();
    expect(await page.getByRole("table", { name: "5 failing rows" }).textContent()).toContain("lost");
    await page.getByRole("button", { name: "Take it" }).click();
    await page.getByText("Acknowledged", { exact: true }).first().waitFor();
    await page.getByRole("button", { name: "Hand over" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Member").fill("editor");
    await page.getByRole("option", { name: /Editor of/ }).click();
    await dialog.getByLabel(/^What was found/).fill("Ask the shop what lost means");
    await dialog.getByRole("button", { name: "Hand over" }).click();
    await page.getByRole("region", { name: "Comments" }).getByText("Ask the shop what lost means").waitFor();
    await page.getByLabel("Comment", { exact: true }).fill("They meant returned");
    await page.getByRole("button", { name: "Add comment" }).click();
    await page.getByText("They meant returned").first().waitFor();
    await page.waitForLoadState("networkidle");
    await picture(page, "trust-incident");
    expect(await accessible()).toEqual([]);

    await go("/incidents", editor);
    await editor.getByRole("button", { name: "Mine" }).click();
    await editor.getByRole("link", { name: /Status must be one of/ }).waitFor();

    await page.getByRole("button", { name: "Resolve" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Resolve" }).click();
    await page.getByText("Resolved", { exact: true }).first().waitFor();
    await editor.reload();
    await editor.getByRole("button", { name: "Mine" }).click();
    await editor.getByText("No incident here").waitFor();
  });
});

describe("the scorecard", () => {
  test("says the score, what it is made of, and how it went", async () => {
    await go("/quality/orders");
    await page.getByText(/weighted by severity/).waitFor();
    await page.getByRole("meter", { name: "Validity" }).waitFor();
    const trend = page.getByRole("region", { name: "Trend" });
    await trend.getByRole("img").waitFor();
    await trend.getByRole("button", { name: "Show as a table" }).click();
    expect(await trend.locator("tbody tr").count()).toBeGreaterThanOrEqual(2);
    await picture(page, "trust-scorecard");
    await go("/quality");
    await page.getByRole("meter", { name: "Score of orders" }).waitFor();
  });

  test("suggestions of the rows are accepted one by one or all; a file of another tool is read", async () => {
    await go("/quality/weather/suggestions");
    await page.getByRole("button", { name: "Suggest from the rows" }).click();
    await page.getByRole("button", { name: "Accept wind_range" }).click();
    await page.getByText("there already").waitFor();
    await page.getByRole("button", { name: /^Accept and deploy/ }).click();
    await expect.poll(() => page.getByText("there already").count(), { timeout: 20_000 }).toBeGreaterThan(5);
    await picture(page, "trust-suggestions");
    const checks =
      "checks for weather:\n  - missing_count(weather) = 0\n  - anomaly detection for row_count\n";
    await page
      .locator("input[type=file]")
      .setInputFiles({ name: "checks.yml", mimeType: "text/yaml", buffer: Buffer.from(checks) });
    await page.getByText("1 rule in checks.yml").waitFor();
    await page.getByText("1 part of the file has no like here").waitFor();
    await go("/quality/weather/rules");
    await page.getByRole("link", { name: "wind_range" }).waitFor();
    const [saved] = await Promise.all([
      page.waitForEvent("download"),
      (async () => {
        await page.getByRole("button", { name: "Export" }).click();
        await page.getByRole("menuitem", { name: "Great Expectations" }).click();
      })(),
    ]);
    expect(JSON.parse(await readFile(await saved.path(), "utf8"))).toHaveProperty("expectations");
  });
});

describe("profiles and anomalies", () => {
  test("a column is looked at closely, with a table beside each picture", async () => {
    await go("/quality/weather/profile");
    await page.getByRole("button", { name: "Look closer at precipitation" }).click();
    const spread = page.getByRole("region", { name: "Distribution" });
    await spread.getByRole("img", { name: /precipitation from 0 to/ }).waitFor();
    await spread.getByRole("button", { name: "Show as a table" }).click();
    expect(await spread.locator("tbody tr").count()).toBe(20);
    await page.getByRole("region", { name: "Quantiles" }).waitFor();
    await picture(page, "trust-profile");
  });

  test("what stands out of a series is called expected, and is told of no more", async () => {
    await go("/quality/weather/anomalies");
    await choose("Measure", "temp_max");
    await choose("Sensitivity", "high");
    const found = page.getByRole("region", { name: /anomal/ });
    await found.getByRole("button", { name: "Expected" }).first().waitFor();
    await page.getByRole("img", { name: /temp_max: 1461 points/ }).waitFor();
    await picture(page, "trust-anomalies");
    const before = await found.locator("tbody tr").count();
    await found.getByRole("button", { name: "Expected" }).first().click();
    await page.getByRole("dialog").getByLabel(/^Why/).fill("A warm spring");
    await page.getByRole("dialog").getByRole("button", { name: "Expected" }).click();
    await page.getByRole("region", { name: "What was called expected" }).getByText("A warm spring").waitFor();
    await expect
      .poll(() => page.getByRole("button", { name: "Expected", exact: true }).count())
      .toBeLessThan(before);
  });
});

test("a row is walked back to its line in its file, and the dataset to its files", async () => {
  await go(`/records/orders/${encodeURIComponent("[300]")}`);
  const history = page.getByRole("region", { name: "History" });
  await history.getByRole("link", { name: "loaded from line 2" }).click();
  await page.getByText("bad.csv").first().waitFor();
  await go("/lineage/orders");
  await page.getByRole("region", { name: "As a table" }).getByText("File bad.csv").first().waitFor();
});

test("a cancelled load is loaded again by a button", async () => {
  await go("/quality/orders");
  await uploadCsv(page, stage.url, file("again.csv", good(600, 10, "lost")), { dataset: "orders" });
  await waitForStatus(page, "Held: somebody has to decide");
  await page.getByRole("button", { name: "Reject" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Reject" }).click();
  await waitForStatus(page, "Cancelled");
  const before = page.url();
  await page.getByRole("button", { name: "Run again" }).click();
  await page.waitForURL((url) => url.href !== before);
  await waitForStatus(page, "Held: somebody has to decide");
});

test("rooms of trust are closed to whoever may not enter them", async () => {
  const viewer = await stage.visit("viewer", { org: ORG });
  for (const path of ["/quality", "/quality/orders", "/incidents", "/audit", "/schedules", "/templates"]) {
    await go(path, viewer);
    await viewer.getByText("This room is not open to your role").waitFor();
  }
  for (const name of ["Quality", "Incidents", "Audit", "Schedules"])
    expect(await menuLink(viewer, name).count()).toBe(0);
  await viewer.context().close();
});
