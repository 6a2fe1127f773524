/**
 * History, as people come to it in a browser: rows as they were, what a load changed, a load undone with a row that was
 * changed since left alone, a row walked back to its line; and another system's webhook made and delivered to.
 */
import { createHmac } from "node:crypto";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  acceptContract,
  axeViolations,
  picture,
  type Stage,
  setStage,
  uploadCsv,
  waitForStatus,
} from "./support.ts";

const ORG = "observatory";
const HEADER = "order_id,customer,amount,status,ordered_on";
const line = (id: number, status: string) => `${id},Customer ${id},${10 + id}.50,${status},2024-01-02`;
const file = (name: string, lines: string[]) => ({ name, text: `${HEADER}\n${lines.join("\n")}\n` });
const range = (from: number, count: number) => Array.from({ length: count }, (_, n) => from + n);
const recordPath = (id: number) => `/records/orders/${encodeURIComponent(`[${id}]`)}`;

let stage: Stage;
let page: Page;
let badRun = "";

const go = async (path: string, who = page) => {
  await who.goto(stage.url + path);
  await who.locator("main h1").waitFor();
};
/** What fades in or out is looked at when it stands still. */
const accessible = async (who = page) => {
  await who.waitForLoadState("networkidle");
  await who.waitForTimeout(400);
  return axeViolations(who);
};
const cells = (who = page) => who.locator("main tbody tr");

beforeAll(async () => {
  stage = await setStage();
  page = await stage.visit("owner", { org: ORG });
  await uploadCsv(
    page,
    stage.url,
    file(
      "first.csv",
      range(1, 8).map((id) => line(id, "sent")),
    ),
    { dataset: "orders", key: ["order_id"] },
  );
  await acceptContract(page);
  await waitForStatus(page, "Succeeded");
  // Three rows changed, two new, one that cannot be read.
  await uploadCsv(
    page,
    stage.url,
    file("wrong.csv", [
      ...range(1, 3).map((id) => line(id, "lost")),
      ...range(9, 2).map((id) => line(id, "new")),
      "11,Odd,many,sent,2024-01-02",
    ]),
    { dataset: "orders" },
  );
  await waitForStatus(page, "Succeeded");
  badRun = new URL(page.url()).pathname;
  // Somebody corrects one of its rows by hand.
  await go(recordPath(2));
  await page.getByRole("button", { name: "Edit" }).click();
  await page.locator("input[name=customer]").fill("Corrected by hand");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Corrected by hand").first().waitFor();
}, 240_000);
afterAll(() => stage?.close());

describe("rows as they were", () => {
  test("as a load left them: said in a banner, sorted and filtered like now, and not to be changed", async () => {
    await go("/records/orders");
    await page.getByText("lost").first().waitFor();
    await page.getByLabel("As a load left it").click();
    await page.getByRole("option", { name: /first\.csv/ }).click();
    await page.getByText(/as first\.csv left them/).waitFor();
    await expect.poll(() => cells().count()).toBe(8);
    expect(await cells().allTextContents()).not.toContain("lost");
    expect(await page.locator("main tbody input[type=checkbox]").count()).toBe(0);
    await page.getByRole("button", { name: /^Sort by order_id/ }).click();
    await page
      .getByLabel(/customer/)
      .first()
      .fill("Customer");
    await expect.poll(() => cells().first().textContent()).toMatch(/^[18]Customer [18]/);
    await picture(page, "history-as-of");
    expect(await accessible()).toEqual([]);
    // The address leads there too.
    await page.reload();
    await page.getByText(/as first\.csv left them/).waitFor();
    await page.getByRole("button", { name: "Back to now" }).click();
    // Filters outlive the way there and back.
    await page
      .getByLabel(/customer/)
      .first()
      .fill("");
    await page.waitForURL(/filter=%7B%7D/);
    await expect.poll(() => cells().count()).toBe(10);
    await page.getByText("lost").first().waitFor();
    expect(await page.getByText(/left them/).count()).toBe(0);
  });

  test("at a date and time, however typed", async () => {
    await go("/records/weather");
    await page.locator("input[type=datetime-local]").fill("2030-01-01T00:00:00");
    await page.getByText(/as they were on 1 Jan 2030/).waitFor();
  });
});

describe("a comparison", () => {
  test("of a load with what it found: counts, columns, cells, the loads as a picture and a table", async () => {
    await go(badRun);
    await page.getByRole("link", { name: "What it changed" }).click();
    await page.getByText("What wrong.csv changed").waitFor();
    const rows = page.getByRole("region", { name: "Rows that differ" });
    await rows.locator("tbody tr").nth(4).waitFor();
    const changed = rows.locator("tbody tr").filter({ hasText: "Changed" }).first();
    expect(await changed.locator("del").textContent()).toContain("sent");
    expect(await changed.locator("ins").textContent()).toContain("lost");
    const bars = page.getByRole("region", { name: "Changed fields" });
    expect(await bars.getByRole("listitem").allTextContents()).toEqual(["status3"]);
    await picture(page, "history-comparison");
    expect(await accessible()).toEqual([]);
    await rows.getByLabel("Change").click();
    await page.getByRole("option", { name: "Added" }).click();
    await expect.poll(() => rows.locator("tbody tr").count()).toBe(2);
    const loads = page.getByRole("region", { name: "Loads" });
    await loads.getByRole("button", { name: "Show as a table" }).click();
    expect(await loads.locator("tbody tr").count()).toBe(2);
    await loads.getByRole("button", { name: /^What it changed: first\.csv/ }).click();
    await page.getByText("What first.csv changed").waitFor();
    await expect.poll(() => rows.locator("tbody tr").count()).toBe(8);
  });

  test("of any two moments: of what a load left with now", async () => {
    await go("/history/orders");
    await page.getByLabel("As a load left it").first().click();
    await page.getByRole("option", { name: /wrong\.csv/ }).click();
    await page.getByLabel("As a load left it").nth(1).click();
    await page.getByRole("option", { name: "Now" }).click();
    const rows = page.getByRole("region", { name: "Rows that differ" });
    await expect.poll(() => rows.locator("ins").allTextContents()).toEqual(["+Corrected by hand"]);
  });
});

describe("a wrong load", () => {
  test("is undone: shown first, a row corrected since is left, all others are back", async () => {
    await go(badRun);
    await page.getByRole("button", { name: "Undo this load" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("changed since", { exact: true }).waitFor();
    const table = dialog.getByRole("table");
    expect(await table.locator("tbody tr").count()).toBe(5);
    expect(await table.locator("tbody tr").first().textContent()).toMatch(/^2.*changes back/);
    // Undecided, there is nothing to press.
    expect(await dialog.getByRole("button", { name: "Undo" }).isDisabled()).toBe(true);
    await dialog.getByLabel(/^Leave them as they are/).check();
    await dialog.getByLabel(/^Reason/).fill("The shop sent the wrong file");
    await picture(page, "history-undo");
    expect(await accessible()).toEqual([]);
    await dialog.getByRole("button", { name: "Undo" }).click();
    await dialog.getByText("Undone: 0 came back, 2 changed back, 2 went.").waitFor();
    expect(await dialog.getByRole("status").textContent()).toContain("1 row left as it is.");
    await dialog.getByRole("link", { name: "Open the undo" }).click();
    await page.getByText("This run undid a load.").waitFor();
    await page.getByText("The shop sent the wrong file").first().waitFor();
    await picture(page, "history-undo-run");
    expect(await accessible()).toEqual([]);

    await go("/records/orders");
    await cells().first().waitFor();
    await picture(page, "history-undone-rows");
    await expect.poll(() => cells().count()).toBe(8);
    const rows = (await cells().allTextContents()).join("\n");
    expect(rows).toContain("Corrected by hand");
    expect(rows.match(/lost/g)).toHaveLength(1);
    await go(badRun);
    await page.getByText("This load was undone.").waitFor();
    expect(await page.getByRole("button", { name: "Undo this load" }).count()).toBe(0);
  });

  test("is out of reach for who may not undo", async () => {
    const viewer = await stage.visit("viewer", { org: ORG });
    await go(badRun, viewer);
    expect(await viewer.getByRole("button", { name: "Undo this load" }).count()).toBe(0);
    await viewer.context().close();
  });

  test("and chosen rows go back to a moment of their own", async () => {
    await go("/records/orders");
    const row = cells().filter({ hasText: "Corrected by hand" });
    await row.locator("input[type=checkbox]").check();
    await page.getByRole("button", { name: "Undo changes" }).waitFor();
    await page.waitForTimeout(400);
    await picture(page, "history-chosen");
    expect(await accessible()).toEqual([]);
    await page.getByRole("button", { name: "Undo changes" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("As a load left it").click();
    await page.getByRole("option", { name: /first\.csv/ }).click();
    await page.getByRole("listbox").waitFor({ state: "detached" });
    expect(await accessible()).toEqual([]);
    await dialog.getByRole("button", { name: "Show what would happen" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Undo", exact: true }).click();
    await page.getByText("Undone: 0 came back, 1 changed back, 0 went.").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
    await expect.poll(() => page.getByText("Corrected by hand").count()).toBe(0);
    expect((await cells().allTextContents()).join("\n")).not.toContain("lost");
  });
});

describe("reasons", () => {
  test("are asked for where the organization wants them, and stand with the version", async () => {
    await go("/security/general");
    const wanted = page.getByRole("switch", { name: "Ask for a reason with every change by hand" });
    await wanted.click();
    await page.getByText("Saved").first().waitFor();
    await go(recordPath(4));
    await page.getByRole("button", { name: "Edit" }).click();
    await page.locator("input[name=customer]").fill("Renamed");
    await page.getByLabel(/^Reason/).fill("They married");
    await page.getByRole("button", { name: "Save" }).click();
    const history = page.getByRole("region", { name: "History" });
    await history.getByText("They married").waitFor();
    // What has no field for it asks before it goes on.
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Confirm" }).click();
    const asked = page.getByRole("dialog", { name: "Say why first" });
    await asked.getByLabel(/^Reason/).fill("Never ordered");
    expect(await accessible()).toEqual([]);
    await asked.getByRole("button", { name: "Go on" }).click();
    await page.waitForURL(/\/records\/orders$/);
    await go(recordPath(4));
    await history.getByText("Never ordered").waitFor();
    await history.getByRole("button", { name: "Restore version 1" }).click();
    await page
      .getByRole("dialog")
      .getByLabel(/^Reason/)
      .fill("They did order");
    await page.getByRole("dialog").getByRole("button", { name: "Restore" }).click();
    await history.getByText("They did order").waitFor();
    await page.waitForLoadState("networkidle");
    await picture(page, "history-row");
    expect(await accessible()).toEqual([]);
    await go("/security/general");
    await wanted.click();
    await page.getByText("Saved").first().waitFor();
  });
});

test("a row is walked back to its line in its file, and that load to its rejected rows", async () => {
  await go(recordPath(3));
  const history = page.getByRole("region", { name: "History" });
  await history.getByText("wrong.csv").first().waitFor();
  await history.getByText("by an undo").waitFor();
  await history.getByRole("link", { name: "loaded from line 4" }).first().click();
  await page.getByRole("heading", { name: /rejected row/ }).waitFor();
  await page.getByText("11,Odd,many,sent,2024-01-02").first().waitFor();
});

describe("an incoming webhook", () => {
  test("is made with a mapping, delivered to, seen in its rows; its refusals are told; it is switched off", async () => {
    await go("/connectors");
    await page.getByRole("tab", { name: "Incoming webhooks" }).click();
    await page.getByText("No webhook comes in yet").waitFor();
    expect(await accessible()).toEqual([]);
    await page.getByRole("button", { name: "Add a webhook" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("The shop");
    await dialog.getByLabel(/^Dataset/).click();
    await page.getByRole("option", { name: "orders", exact: true }).click();
    await dialog.getByLabel(/^How requests are proven/).click();
    await page.getByRole("option", { name: "HMAC-SHA256" }).click();
    await dialog.getByText(/in the header X-Signature/).waitFor();
    await dialog.getByLabel("Where the events are").fill("data.orders");
    await dialog.getByLabel("Say where each field is").check();
    await dialog.getByLabel(/^order_id/).fill("id");
    await dialog.getByLabel(/^customer/).fill("buyer.name");
    await picture(page, "incoming-new");
    expect(await accessible()).toEqual([]);
    await dialog.getByRole("button", { name: "Save" }).click();
    const made = page.getByRole("dialog", { name: "Give this to the sender" });
    const secret = await made.getByRole("textbox", { name: "Secret" }).inputValue();
    const address = new URL(await made.getByRole("textbox", { name: "Address" }).inputValue()).pathname;
    expect(await accessible()).toEqual([]);
    await made.getByRole("button", { name: "I have kept it" }).click();

    const body = JSON.stringify({
      data: {
        orders: [
          { id: 70, buyer: { name: "By webhook" }, amount: 5, status: "new", ordered_on: "2024-02-02" },
        ],
      },
    });
    const deliver = (signature: string) =>
      fetch(stage.url + address, { method: "POST", body, headers: { "x-signature": signature } });
    const answer = await deliver(createHmac("sha256", secret).update(body).digest("hex"));
    expect([answer.status, await answer.json()]).toMatchObject([202, { accepted: 1 }]);
    expect((await deliver("00")).status).toBe(401);
    await expect
      .poll(
        async () => {
          await go("/records/orders");
          await cells().first().waitFor();
          return page.getByText("By webhook").count();
        },
        { timeout: 30_000, interval: 500 },
      )
      .toBe(1);
    await go("/incoming");
    await page.getByText(/^Last refusal/).waitFor();
    await page.getByText(/^Last event/).waitFor();
    await picture(page, "incoming");
    expect(await accessible()).toEqual([]);

    await page.getByRole("button", { name: "New secret: The shop" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "New secret" }).click();
    const fresh = await page.getByRole("dialog").getByRole("textbox", { name: "Secret" }).inputValue();
    expect(fresh).not.toBe(secret);
    await page.getByRole("button", { name: "I have kept it" }).click();
    await page.getByRole("button", { name: "Switch off: The shop" }).click();
    await page.getByText("Switched off").waitFor();
    expect((await deliver(createHmac("sha256", fresh).update(body).digest("hex"))).status).toBe(404);
    await page.getByRole("button", { name: "Remove: The shop" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await page.getByText("No webhook comes in yet").waitFor();
  });
});

describe("a moment whose history is archived", () => {
  test("is said to be, and brought back from there", async () => {
    const on = ["--org", ORG, "--dataset", "weather"];
    await stage.command(["retention", "set", ...on, "--days", "0", "--action", "archive"]);
    await stage.command(["retention", "run", ...on]);
    await go("/records/weather");
    await page.getByLabel("As a load left it").click();
    await page.getByRole("option", { name: /provisional/ }).click();
    await page.getByText("That moment is in the archive").waitFor();
    await picture(page, "history-archived");
    expect(await accessible()).toEqual([]);
    // No more than reading rows is needed, and no decision: a viewer looks too.
    const viewer = await stage.visit("viewer", { org: ORG });
    await viewer.goto(page.url());
    await viewer.getByRole("button", { name: "Show that moment" }).click();
    await cells(viewer).first().waitFor();
    expect(await viewer.getByText("That moment is in the archive").count()).toBe(0);
    await viewer.context().close();
    await page.reload();
    await cells().first().waitFor();
  });
});
