/**
 * Compliance by more than one person, as people come to it in a browser: an erasure that another one approves, a legal hold
 * with an end, an edit that rules refuse and that goes against them, with the reason on record.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  acceptContract,
  axeViolations,
  picture,
  type Stage,
  setStage,
  signIn,
  uploadCsv,
  waitForStatus,
} from "./support.ts";

const ORG = "observatory";
const ROW = `/records/subscribers/${encodeURIComponent("[2]")}`;

let stage: Stage;
let page: Page;

const go = async (path: string, who = page) => {
  await who.goto(stage.url + path);
  await who.locator("main h1").waitFor();
};
const dialog = () => page.getByRole("dialog");

beforeAll(async () => {
  stage = await setStage();
  page = await stage.visit("owner", { org: ORG });
  const text = "person_id,email,visits\n1,ann@people.example,3\n2,gone@people.example,4\n";
  await uploadCsv(
    page,
    stage.url,
    { name: "subscribers.csv", text },
    { dataset: "subscribers", key: ["person_id"] },
  );
  await acceptContract(page);
  await waitForStatus(page, "Succeeded");
  await stage.command(["audit", "seal", "--org", ORG]);
}, 240_000);
afterAll(() => stage?.close());

describe("an edit that rules refuse", () => {
  const RULE = {
    ...{ name: "visits_plausible", kind: "range", fields: ["visits"], parameters: { max: 100 } },
    ...{ severity: "error", action: "reject", description: "nobody comes more often" },
  };
  const asked = () => page.getByRole("dialog", { name: "Rules refuse this change" });

  test("tells which, and goes against them by the keyboard, for a reason that stays with the version", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "cadastre-rules-"));
    const file = path.join(folder, "rules.json");
    await writeFile(file, JSON.stringify([RULE]));
    await stage.command([
      "rules",
      "add",
      "--org",
      ORG,
      "--dataset",
      "subscribers",
      "--file",
      file,
      "--deploy",
    ]);
    await rm(folder, { recursive: true });
    await go(ROW);
    await page.getByRole("button", { name: "Edit" }).focus();
    await page.keyboard.press("Enter");
    await page.getByLabel(/^visits/).fill("5000");
    await page.keyboard.press("Enter");
    await asked()
      .getByText(/visits_plausible/)
      .first()
      .waitFor();
    await picture(page, "against-rules");
    expect(await axeViolations(page)).toEqual([]);
    // Taken back, nothing has changed, and the form has what was typed.
    await page.keyboard.press("Escape");
    await asked().waitFor({ state: "hidden" });
    expect(await page.getByLabel(/^visits/).inputValue()).toBe("5000");
    await page.getByLabel(/^visits/).focus();
    await page.keyboard.press("Enter");
    await asked().waitFor();
    // No reason, no change.
    await asked().getByRole("button", { name: "Change it against the rules" }).press("Enter");
    await asked().waitFor();
    await asked().getByLabel("Reason").focus();
    await page.keyboard.type("counted twice over");
    await asked().getByRole("button", { name: "Change it against the rules" }).focus();
    await page.keyboard.press("Enter");
    await asked().waitFor({ state: "hidden" });
    await page.getByText("Saved").first().waitFor();
    await page.getByText("counted twice over").first().waitFor();
    await page.locator("main").getByText("5000").first().waitFor();
    const told = await stage.command(["history", "row", "subscribers", '{"person_id": 2}', "--org", ORG]);
    expect(told.split("\n")[0]).toContain("because: counted twice over");
    await go("/audit");
    await page.locator("main").getByText("record.against_rules").first().waitFor();
  });

  test("is changed without a word where rules have nothing against it", async () => {
    await go(ROW);
    await page.getByRole("button", { name: "Edit" }).click();
    await page.getByLabel(/^visits/).fill("6");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved").first().waitFor();
    expect(await asked().count()).toBe(0);
  });

  test("is told in French, on a phone in the dark", async () => {
    const viewport = { width: 390, height: 860 };
    const french = await stage.visit("owner", { org: ORG, locale: "fr-FR", colorScheme: "dark", viewport });
    await go(ROW, french);
    await french.getByRole("button", { name: /^(Modifier|Éditer)$/ }).click();
    await french.getByLabel(/^visits/).fill("5001");
    await french.keyboard.press("Enter");
    await french
      .getByRole("dialog")
      .getByText(/visits_plausible/)
      .first()
      .waitFor();
    await french.getByRole("dialog").getByText("visits doit être au plus 100").waitFor();
    expect(await axeViolations(french)).toEqual([]);
    expect(await french.evaluate("document.documentElement.scrollWidth <= window.innerWidth")).toBe(true);
    await picture(french, "against-rules-french");
    await french.context().close();
  });
});

describe("an erasure by four eyes", () => {
  // May ask for erasures, and not approve them.
  const ASKER = { email: "admin@people.example", password: "kettle-river-orbit-9" };
  const find = async (who: Page, email: string) => {
    await go("/erasures/new", who);
    await who.getByLabel("E-mail address, number or name").first().fill(email);
    await who.getByRole("button", { name: "Look everywhere" }).click();
    await who.getByRole("checkbox", { name: new RegExp(`email of subscribers is “${email}”`) }).waitFor({
      timeout: 60_000,
    });
    await who.getByLabel("Reason").fill("request of 9 May");
    await who.getByRole("button", { name: "Search", exact: true }).click();
    await who.getByRole("button", { name: "Erase for good" }).click({ timeout: 60_000 });
  };

  test("is asked for by one person, told to another with what it will do, and done when they approve", async () => {
    await go("/security/general");
    const wanted = page.getByRole("switch", { name: /Another person has to approve an erasure/ });
    await wanted.focus();
    await page.keyboard.press("Space");
    await page.getByText("Saved").first().waitFor();
    await expect.poll(() => wanted.isChecked()).toBe(true);
    await stage.command(
      ["user", "add", ASKER.email, "--org", ORG, "--role", "admin", "--password-stdin"],
      ASKER.password,
    );
    const admin = await (await stage.browser.newContext({ locale: "en-GB" })).newPage();
    admin.setDefaultTimeout(20_000);
    await signIn(admin, stage.url, { ...ASKER, org: ORG, role: "admin" });
    await find(admin, "ann@people.example");
    await admin.getByRole("dialog").getByText("Your organization wants four eyes").waitFor();
    expect(await axeViolations(admin)).toEqual([]);
    await admin.getByRole("dialog").getByRole("checkbox").check();
    await admin.getByRole("dialog").getByRole("button", { name: "Ask for approval" }).click();
    await admin.waitForURL(/\/erasures\/[0-9a-f-]{36}$/);
    const asked = new URL(admin.url()).pathname;
    await admin.getByText("You asked for it").waitFor({ timeout: 60_000 });
    expect(await admin.getByRole("button", { name: "Approve and erase" }).count()).toBe(0);
    await admin.getByRole("button", { name: "Take it back" }).waitFor();
    expect(await axeViolations(admin)).toEqual([]);
    // The other person is told, and comes from there.
    await go("/");
    await page.getByText("1 erasure waits for you").waitFor();
    await go("/notifications");
    await page.getByText("An erasure waits for approval").first().waitFor();
    await go(asked);
    await page.getByRole("region", { name: "What would be erased" }).getByText("Rows in force").waitFor();
    await picture(page, "compliance-erasure-approval");
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole("button", { name: "Approve and erase" }).focus();
    await page.keyboard.press("Enter");
    await dialog().getByLabel("Note").focus();
    await page.keyboard.type("seen");
    expect(await axeViolations(page)).toEqual([]);
    await dialog().getByRole("button", { name: "Approve and erase" }).press("Enter");
    await dialog().waitFor({ state: "hidden" });
    await page.locator("dl").getByText("Done").waitFor({ timeout: 120_000 });
    await page.locator("dl").getByText("seen").waitFor();
    await page
      .getByRole("region", { name: "Proof" })
      .getByText("erasure.approve")
      .waitFor({ timeout: 60_000 });
    await admin.getByRole("region", { name: "What was erased" }).waitFor({ timeout: 60_000 });
    await admin.context().close();
  });

  test("goes by the command line too", async () => {
    const refused = await stage.command([
      ...["erase", "--org", ORG, "--dataset", "weather", "--key", '{"date": "2012-01-02"}'],
      ...["--reason", "request of 10 May", "--as", ASKER.email],
    ]);
    expect(refused).toContain("another person has to approve erasure");
    const id = /erasure ([0-9a-f-]{36})/.exec(refused)![1]!;
    expect(await stage.command(["erase", "list", "--org", ORG])).toContain(`${id}  approval`);
    await expect(stage.command(["erase", "approve", id, "--org", ORG, "--as", ASKER.email])).rejects.toThrow(
      /compliance.approve|42501/,
    );
    expect(
      await stage.command([
        "erase",
        "refuse",
        id,
        "--org",
        ORG,
        "--as",
        stage.account("owner", ORG).email,
        "--note",
        "no",
      ]),
    ).toContain("nothing was erased");
    expect(await stage.command(["erase", "list", "--org", ORG])).toContain("No erasure is under way");
  });
});

describe("a legal hold with an end", () => {
  test("is placed with a day, shown with it, and gets another one", async () => {
    await go("/holds");
    await page.getByRole("button", { name: "Place a hold" }).first().click();
    await dialog().getByRole("combobox", { name: "Dataset" }).fill("subs");
    await page.getByRole("option", { name: "subscribers", exact: true }).click();
    await dialog().getByLabel("Reason").fill("case 11");
    await dialog().getByLabel("Ends").fill("2001-01-01");
    await dialog().getByRole("button", { name: "Place a hold" }).click();
    await dialog().getByRole("alert").getByText("8 days to 100 years ahead").waitFor();
    await dialog().getByLabel("Ends").fill("2090-03-01");
    expect(await axeViolations(page)).toEqual([]);
    await dialog().getByRole("button", { name: "Place a hold" }).click();
    await dialog().waitFor({ state: "hidden" });
    const row = page.getByRole("row", { name: /case 11/ });
    await row.getByText(/2090/).waitFor();
    await picture(page, "compliance-hold-end");
    await row.getByRole("button", { name: "Set the end", exact: true }).click();
    expect(await dialog().getByLabel("Ends").inputValue()).toBe("2090-03-01");
    await dialog().getByLabel("Ends").fill("2091-03-01");
    await dialog().getByLabel("Reason").fill("appeal");
    expect(await axeViolations(page)).toEqual([]);
    await dialog().getByRole("button", { name: "Set the end" }).click();
    await dialog().waitFor({ state: "hidden" });
    await row.getByText(/2091/).waitFor();
    const listed = await stage.command(["hold", "list", "--org", ORG]);
    const [, id] = /([0-9a-f-]{36}) {2}subscribers, .*case 11, until 2091-/.exec(listed)!;
    expect(
      await stage.command([
        "hold",
        "end",
        id!,
        "--org",
        ORG,
        "--until",
        "none",
        "--reason",
        "no end in sight",
      ]),
    ).toContain("until it is released");
    await stage.command(["hold", "release", id!, "--org", ORG, "--reason", "closed"]);
  });
});
