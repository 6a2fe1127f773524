/**
 * The back office as a newcomer and its owner use it: a menu in groups, a home page that says what to do next, freshness,
 * limits, what a rule is worth, and errors in the reader's language.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { axeViolations, menuLink, picture, type Stage, setStage } from "./support.ts";

const ORG = "observatory";
const RULE = {
  name: "rain_range",
  kind: "range",
  field: "precipitation",
  parameters: { max: "30" },
  severity: "critical",
};

let stage: Stage;
let owner: Page;
const go = async (to: string, who = owner) => {
  await who.goto(stage.url + to);
  await who.locator("main h1").waitFor();
};
const settled = async (who = owner) => {
  await who.waitForLoadState("networkidle");
  await who.waitForTimeout(400);
};

beforeAll(async () => {
  stage = await setStage({ blank: true });
  owner = await stage.visit("owner", { org: ORG });
}, 180_000);
afterAll(() => stage?.close());

describe("the menu", () => {
  const group = (name: string, who = owner) =>
    who.getByRole("navigation", { name: "Main menu" }).getByRole("button", { name });

  test("has groups that fold, by the keyboard too, and stay as they were left", async () => {
    await go("/runs");
    expect(await menuLink(owner, "Runs").getAttribute("aria-current")).toBe("page");
    expect(await menuLink(owner, "Datasets").getAttribute("aria-current")).toBeNull();
    const trust = group("Trust");
    expect(await trust.getAttribute("aria-expanded")).toBe("true");
    await trust.focus();
    await owner.keyboard.press("Enter");
    await menuLink(owner, "Incidents").waitFor({ state: "detached" });
    expect(await trust.getAttribute("aria-expanded")).toBe("false");
    await owner.reload();
    await menuLink(owner, "Runs").waitFor();
    expect(await menuLink(owner, "Incidents").count()).toBe(0);
    await settled();
    expect(await axeViolations(owner)).toEqual([]);
    await trust.click();
    await menuLink(owner, "Incidents").click();
    await owner.getByRole("heading", { name: "Incidents", level: 1 }).waitFor();
  });

  test("tells which room a page belongs to", async () => {
    await go("/records/weather");
    expect(await menuLink(owner, "Datasets").getAttribute("aria-current")).toBe("true");
    await go("/sources");
    expect(await menuLink(owner, "Connectors").getAttribute("aria-current")).toBe("true");
  });

  test("shows a viewer only groups in which something is open", async () => {
    const viewer = await stage.visit("viewer", { org: ORG });
    await menuLink(viewer, "Datasets").waitFor();
    for (const name of ["Connectors", "Backfills", "Quality", "Audit", "Security", "Limits", "Upload"])
      expect(await menuLink(viewer, name).count()).toBe(0);
    await viewer.context().close();
  });

  test("is a drawer on a phone, and closes when a room is chosen", async () => {
    const phone = await stage.visit("owner", { org: ORG, viewport: { width: 390, height: 844 } });
    await phone.getByRole("button", { name: "Open menu" }).click();
    await menuLink(phone, "Freshness").waitFor();
    await settled(phone);
    await picture(phone, "menu-phone");
    await menuLink(phone, "Freshness").click();
    await phone.getByRole("heading", { name: "Freshness", level: 1 }).waitFor();
    await menuLink(phone, "Freshness").waitFor({ state: "hidden" });
    await phone.context().close();
  });
});

describe("home", () => {
  test("says what waits, with real figures, and how things stand", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "cadastre-rules-"));
    const file = path.join(folder, "rules.json");
    await writeFile(file, JSON.stringify([RULE]));
    const about = ["--org", ORG, "--dataset", "weather"];
    await stage.command(["rules", "add", ...about, "--file", file, "--deploy"]);
    await rm(folder, { recursive: true });
    // A rule that failed ends the command with an error.
    await stage.command(["rules", "run", ...about]).catch(() => undefined);
    await go("/");
    const next = owner.getByRole("region", { name: "What to do next" });
    await next.getByText("1 open incident, and it is critical").waitFor();
    await next.getByText("20 rejected rows can be corrected").waitFor();
    await owner.getByText("Audit trail").waitFor();
    await settled();
    await picture(owner, "home-waits");
    await next.getByText("1 open incident").click();
    await owner.waitForURL(/\/incidents/);
  });

  test("tells an empty organization to load its first file", async () => {
    const blank = await stage.visit("owner", { org: "blank" });
    await blank.getByText("Load your first file").waitFor();
    await blank.context().close();
  });
});

describe("freshness", () => {
  test("of a dataset is bound, told late, and left alone again", async () => {
    await go("/freshness");
    await owner.getByRole("button", { name: "How old weather may become" }).click();
    const dialog = owner.getByRole("dialog");
    await dialog.getByLabel(/^At most so old/).fill("1");
    await dialog.getByRole("button", { name: "Save" }).click();
    const row = owner.locator("main tbody tr").filter({ hasText: "weather" });
    await row.getByText("1 day").waitFor();
    await row.getByText("in time").waitFor();
    await row.getByRole("button").click();
    await dialog.getByRole("button", { name: "Take the bound away" }).click();
    await row.getByText("no bound").waitFor();
  });

  test("is set by those who may edit datasets alone", async () => {
    const viewer = await stage.visit("viewer", { org: ORG });
    await go("/freshness", viewer);
    await viewer.locator("main tbody tr").first().waitFor();
    expect(await viewer.locator("main tbody button").count()).toBe(0);
    await viewer.context().close();
  });
});

test("a pipeline is given a range, and backfilled over it part by part", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "cadastre-e2e-"));
  const file = path.join(folder, "pipeline.json");
  const days = {
    input: { kind: "dataset", name: "weather" },
    steps: [{ kind: "select", fields: ["date", "precipitation"] }],
    output: { dataset: "rain_days", key_fields: ["date"] },
  };
  await writeFile(file, JSON.stringify(days));
  await stage.command(["pipeline", "create", "rain_days", "--org", ORG, "--file", file]);
  await rm(folder, { recursive: true });
  await go("/pipelines/rain_days");
  await owner.getByLabel("A range of").click();
  await owner.getByRole("option", { name: "dates" }).click();
  await owner.getByLabel("Column of the input that lies in it").fill("date");
  await owner.getByRole("button", { name: "Save as a new version" }).click();
  await owner.locator("#main-content").getByRole("link", { name: "Backfill" }).click();

  const dialog = owner.getByRole("dialog");
  await dialog.getByText("The range is one of date.").waitFor();
  await dialog.getByLabel(/^From/).fill("2012-01-01");
  await dialog.getByLabel(/^To/).fill("2012-05-01");
  await dialog.getByLabel(/^Step/).fill("month");
  await dialog.getByLabel(/^At once/).fill("2");
  await dialog.getByLabel("The newest first").check();
  await settled();
  expect(await axeViolations(owner)).toEqual([]);
  await dialog.getByRole("button", { name: "Start" }).click();
  const main = owner.locator("#main-content");
  await main.getByText("4 of 4 slices").waitFor({ timeout: 90_000 });
  await main.getByText("2 · The newest first").waitFor();
  await picture(owner, "backfill-pipeline");
  await go("/backfills");
  await main.getByRole("link", { name: "rain_days" }).waitFor();
  // 31, 29, 31 and 30 days of that year.
  expect(await stage.command(["dataset", "show", "rain_days", "--org", ORG])).toContain("121 rows");
});

test("limits are seen with what is used of them, and set", async () => {
  await go("/limits");
  const form = owner.getByRole("region", { name: "Schedules" });
  await form.getByLabel("Running at once").fill("7");
  await form.getByRole("button", { name: "Save" }).click();
  await owner.getByText("0 / 7").waitFor();
  // What is out of bounds is refused, and says by whom.
  await form
    .getByLabel("Running at once")
    .evaluate((input: HTMLInputElement) => input.removeAttribute("max"));
  await form.getByLabel("Running at once").fill("5000");
  await form.getByRole("button", { name: "Save" }).click();
  await form.getByText("IN093").waitFor();
});

test("a rule's failures are judged, and its precision comes of that", async () => {
  await go("/quality/weather/rules/rain_range");
  await owner.getByRole("button", { name: "Yes, wrong rows" }).click();
  await owner.getByText("Counted in the rule's precision").waitFor();
  await go("/quality/weather");
  const figures = owner.getByRole("region", { name: "Cost and precision" });
  await figures.getByText("19 judged").waitFor();
  await figures.getByText("100%").waitFor();
  await figures.getByRole("button", { name: "Measure costs now" }).click();
  await owner.getByText("Costs were measured").waitFor();
  await figures
    .getByText(/\d\s?m?s$/)
    .first()
    .waitFor();
  await settled();
  await picture(owner, "quality-figures");
  expect(await axeViolations(owner)).toEqual([]);
});

test("errors and reasons speak French where the visitor does", async () => {
  const page = await stage.visit("owner", { org: ORG, locale: "fr-FR" });
  await go("/rejected", page);
  await page
    .getByText(/doit être au plus 300 ; trouvé : '3\d\d'/)
    .first()
    .waitFor();
  await go("/limits", page);
  const form = page.getByRole("region", { name: "Planifications" });
  await form.getByLabel("En même temps").evaluate((input: HTMLInputElement) => input.removeAttribute("max"));
  await form.getByLabel("En même temps").fill("5000");
  await form.getByRole("button", { name: "Enregistrer" }).click();
  await form.getByText("Un champ, une limite ou un âge maximal est faux").waitFor();
  // The server's own words stay beside the general sentence.
  await form.getByText("the number of runs at once is out of bounds").waitFor();
  await page.context().close();
});
