/** Where data comes from, as people set it up in the browser: against the real server, worker and a second database. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import pg from "pg";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { menuLink, picture, type Stage, setStage, uploadCsv, waitForStatus } from "./support.ts";

const PASSWORD = "pa55-of-the-shop";
const ROWS = 250;

let stage: Stage;
let shop: pg.Client;
let port: string;
let owner: Page;
beforeAll(async () => {
  // The shop's database is on the installation's own server, which connectors reach only where they are allowed to.
  vi.stubEnv("CADASTRE_OUTBOUND_ALLOW", "127.0.0.1/32");
  vi.stubEnv("WEBHOOK_ALLOW_HTTP", "1");
  stage = await setStage();
  const admin = new pg.Client({ connectionString: stage.adminUrl });
  await admin.connect();
  await admin.query(`create role shop_reader login password '${PASSWORD}'`);
  await admin.query("create database shop");
  await admin.end();
  const url = new URL(stage.adminUrl);
  url.pathname = "/shop";
  port = url.port;
  shop = new pg.Client({ connectionString: url.href });
  await shop.connect();
  await shop.query(
    `create table orders (id int primary key, customer text, total numeric, changed_at timestamptz);
     insert into orders select n, 'Customer ' || n, n * 1.5, timestamptz '2026-01-01' + n * interval '1 hour'
       from generate_series(1, ${ROWS}) n;
     create table customers (name text primary key, city text);
     insert into customers values ('Customer 1', 'Basel');
     grant select on orders, customers to shop_reader`,
  );
  owner = await stage.visit("owner", { org: "observatory" });
}, 180_000);
afterAll(async () => {
  await shop?.end();
  await stage?.close();
});

const main = () => owner.locator("main");

describe("connect, discover, read", () => {
  test("a wrong password is understood and mended, and the connector works", async () => {
    await owner.goto(`${stage.url}/connectors`);
    await owner.getByRole("link", { name: "Connect", exact: true }).first().click();
    await owner.getByRole("button", { name: /PostgreSQL/ }).waitFor();
    await picture(owner, "ingest-kinds");
    await owner.getByRole("button", { name: /PostgreSQL/ }).click();
    await owner.getByLabel(/^Name/).fill("shop");
    await owner.getByLabel(/^Host/).fill("127.0.0.1");
    await owner.getByLabel(/^Port/).fill(port);
    await owner.getByLabel(/^Database/).fill("shop");
    await owner.getByLabel(/^User/).fill("shop_reader");
    await owner.getByLabel(/^TLS/).click();
    await owner.getByRole("option", { name: "off" }).click();
    await owner.getByLabel(/^Password/).fill("not-this-one");
    await picture(owner, "ingest-connect");
    await owner.getByRole("button", { name: "Save and test" }).click();

    await owner.waitForURL(/\/connectors\/shop/);
    const failed = owner.getByRole("alert").filter({ hasText: "The last test failed" });
    await failed.waitFor();
    expect(await failed.textContent()).toContain("SOURCE_AUTH");
    expect(await failed.textContent()).toContain("Check user and password");
    await main().getByText("Failing", { exact: true }).first().waitFor();
    await picture(owner, "ingest-failing");

    await failed.getByRole("button", { name: "Set the secret anew" }).click();
    await owner
      .getByRole("dialog")
      .getByLabel(/^Password/)
      .fill(PASSWORD);
    await owner.getByRole("button", { name: "Keep and test" }).click();
    await owner.getByText("The connection works").waitFor();
    await main().getByText("Works", { exact: true }).first().waitFor();
  });

  test("what is there is a list to choose from; a source of it is created and read", async () => {
    await owner.getByRole("button", { name: "See what is there" }).click();
    const found = owner.getByRole("region", { name: "2 things to read" });
    await found.waitFor();
    await picture(owner, "ingest-discovered");
    await found.getByRole("button", { name: "Read: public.orders" }).click();
    const dialog = owner.getByRole("dialog");
    await dialog.getByLabel(/^How it is read/).click();
    await owner.getByRole("option", { name: "what is new" }).click();
    await dialog.getByLabel(/^Field that only grows/).fill("changed_at");
    await dialog.getByLabel(/^Dataset/).fill("shop_orders");
    await picture(owner, "ingest-source-dialog");
    await dialog.getByRole("button", { name: "Create the source" }).click();
    await owner.getByRole("heading", { name: "orders", level: 1 }).waitFor();

    await owner.getByRole("button", { name: "Read now" }).click();
    await main().getByText(`${ROWS} inserted`).waitFor({ timeout: 60_000 });
    await shop.query("update orders set total = 0, changed_at = '2027-01-01' where id <= 10");
    await owner.getByRole("button", { name: "Read now" }).click();
    await main().getByText("10 updated").waitFor({ timeout: 60_000 });
    await picture(owner, "ingest-source");
  });

  test("a source that cannot be read any more says why, and where that is mended", async () => {
    await shop.query("revoke select on orders from shop_reader");
    await owner.getByRole("button", { name: "Read now" }).click();
    const failed = owner.getByRole("alert").filter({ hasText: "The last reading failed" });
    await failed.waitFor({ timeout: 60_000 });
    expect(await failed.textContent()).toContain("SOURCE_DENIED");
    await picture(owner, "ingest-source-failed");
    await shop.query("grant select on orders to shop_reader");
    await owner.getByRole("button", { name: "Read now" }).click();
    await failed.waitFor({ state: "detached", timeout: 60_000 });
    await owner.getByRole("button", { name: "Pause" }).click();
    await main().getByText("Paused").waitFor();
    expect(await owner.getByRole("button", { name: "Read now" }).isDisabled()).toBe(true);
    await owner.getByRole("button", { name: "Resume" }).click();
  });

  test("a range is read again slice by slice; a slice that fails stops it, and it goes on", async () => {
    await shop.query("revoke select on orders from shop_reader");
    await owner.goto(`${stage.url}/sources/orders`);
    await owner.getByRole("link", { name: "Read a range again" }).click();
    const dialog = owner.getByRole("dialog");
    await dialog.getByText("The range is one of changed_at.").waitFor();
    await dialog.getByLabel(/^From/).fill("2026-01-03");
    await dialog.getByLabel(/^To/).fill("2026-01-01");
    await dialog.getByRole("button", { name: "Start" }).click();
    await dialog.getByText("The range is empty").waitFor();
    await dialog.getByLabel(/^From/).fill("2026-01-01");
    await dialog.getByLabel(/^To/).fill("2026-01-04");
    await dialog.getByRole("button", { name: "Start" }).click();
    await owner.getByRole("heading", { name: "2026-01-01 → 2026-01-04", level: 1 }).waitFor();
    await owner.getByText("A slice failed, and the others wait").waitFor({ timeout: 60_000 });
    await main().getByText("0 of 3 slices").waitFor();
    await picture(owner, "backfill-failed");
    await shop.query("grant select on orders to shop_reader");
    await owner.getByRole("button", { name: "Go on" }).click();
    await main().getByText("3 of 3 slices").waitFor({ timeout: 60_000 });
    await main().getByText("Succeeded", { exact: true }).first().waitFor({ timeout: 60_000 });
    await picture(owner, "backfill");
    await owner.goto(`${stage.url}/backfills`);
    await owner.getByRole("link", { name: "2026-01-01 → 2026-01-04" }).waitFor();
  });

  test("somebody who may only look is offered nothing to change, and a client not even the room", async () => {
    const analyst = await stage.visit("analyst", { org: "observatory" });
    await analyst.goto(`${stage.url}/connectors/shop`);
    await analyst.getByRole("heading", { name: "shop", level: 1 }).waitFor();
    for (const name of [/^Test$/, /^Settings$/, /^Secret$/, /^Remove$/, /^Read:/])
      expect(await analyst.getByRole("button", { name }).count()).toBe(0);
    await analyst.context().close();
    const viewer = await stage.visit("viewer", { org: "observatory" });
    expect(await menuLink(viewer, "Connectors").count()).toBe(0);
    await viewer.goto(`${stage.url}/connectors`);
    await viewer
      .getByRole("alert")
      .getByText(/connector\.view/)
      .waitFor();
    await viewer.context().close();
  });
});

describe("a pipeline", () => {
  test("is built beside its picture, tried on its rows, saved, and run", async () => {
    await owner.goto(`${stage.url}/new-pipeline`);
    await owner.getByRole("textbox", { name: "Name" }).fill("big_orders");
    const input = owner.getByRole("region", { name: "Input" });
    await input.getByLabel(/^Dataset/).fill("shop_orders");
    const steps = owner.getByRole("region", { name: "Steps" });
    const add = async (kind: string) => {
      await steps.getByRole("button", { name: "Add a step" }).click();
      await owner.getByRole("menuitem", { name: new RegExp(`^${kind}`) }).click();
    };
    await add("Derive");
    await steps.getByLabel(/^New name/).fill("double_total");
    await steps.getByLabel(/^Formula/).fill("total * 2");
    await add("Filter");
    await steps.getByLabel(/^Condition/).fill("doble_total > 600");
    const output = owner.getByRole("region", { name: "Output" });
    await output.getByLabel(/^Dataset/).fill("big_orders");
    await output.getByLabel(/^Key columns/).fill("id");
    await owner.getByRole("button", { name: "Dry run" }).click();
    const wrong = owner.getByRole("alert").filter({ hasText: "Step 2 failed" });
    await wrong.waitFor({ timeout: 60_000 });
    await picture(owner, "ingest-pipeline-wrong");
    await steps.getByLabel(/^Condition/).fill("double_total > 600");
    await owner.getByRole("button", { name: "Dry run" }).click();
    const trial = owner.getByRole("region", { name: "Dry run" });
    await trial.getByText(/rows would go into big_orders/).waitFor({ timeout: 60_000 });
    await trial.getByRole("tab", { name: "2. Filter" }).click();
    await trial.getByRole("button", { name: "Before" }).click();
    await picture(owner, "ingest-pipeline-trial");

    await owner.getByRole("button", { name: "Create" }).click();
    await owner.getByRole("heading", { name: "big_orders", level: 1 }).waitFor();
    await owner.getByRole("button", { name: "Run", exact: true }).click();
    const executions = owner.getByRole("region", { name: "Executions" });
    await executions.getByRole("link", { name: "Open the load" }).waitFor({ timeout: 60_000 });
    await picture(owner, "ingest-pipeline");
    await executions.getByRole("link", { name: "Open the load" }).click();
    await waitForStatus(owner, "Succeeded");
    await owner.getByRole("region", { name: "Timeline" }).waitFor();
    await picture(owner, "ingest-timeline");
    await owner.getByRole("button", { name: "Show as a table" }).click();
    await owner.getByRole("columnheader", { name: "Took" }).waitFor();
  });
});

const GOOD = `order_id,customer,amount,ordered_on
1,Ada,10.50,2024-01-02
2,Grace,20.00,2024-01-03
`;
const rejectedFile = (from: number) =>
  `order_id,customer,amount,ordered_on\n${[0, 1, 2].map((n) => `${from + n},Linus,many,2024-01-04`).join("\n")}\n${from + 9},Ada,1.00,soon\n`;

describe("rejected rows", () => {
  test("of several loads are found by what is wrong, mended together, and brought in", async () => {
    const load = async (name: string, text: string, key?: string[]) => {
      await uploadCsv(owner, stage.url, { name, text }, { dataset: "bench", ...(key ? { key } : {}) });
    };
    await load("first.csv", GOOD, ["order_id"]);
    await owner.getByRole("button", { name: "Accept the contract and load" }).click();
    await waitForStatus(owner, "Succeeded");
    for (const [name, from] of [
      ["second.csv", 10],
      ["third.csv", 20],
    ] as const) {
      await load(name, rejectedFile(from));
      await waitForStatus(owner, "Succeeded");
    }
    await owner.goto(`${stage.url}/rejected`);
    await picture(owner, "ingest-bench-first");
    await owner.getByRole("region", { name: "8 open rows" }).waitFor();
    await owner.getByLabel("Column").click();
    await owner.getByRole("option", { name: /^amount/ }).click();
    await owner.getByRole("button", { name: "Choose all 6" }).click();
    await owner.getByRole("button", { name: "Set a value" }).click();
    await owner
      .getByRole("dialog")
      .getByLabel(/^Value/)
      .fill("7.25");
    await owner.getByRole("button", { name: "Keep correction" }).click();
    await picture(owner, "ingest-bench");
    await owner.getByRole("button", { name: "Replay 6 rows" }).click();
    await owner.getByRole("region", { name: "2 open rows" }).waitFor({ timeout: 60_000 });

    await owner.getByRole("button", { name: "Correct line 5" }).first().click();
    await owner
      .getByRole("dialog")
      .getByLabel(/^ordered_on/)
      .fill("2024-02-01");
    await owner.getByRole("button", { name: "Keep correction" }).click();
    await owner.getByRole("button", { name: "Replay 1 row", exact: true }).click();
    await owner.getByRole("region", { name: "1 open row" }).waitFor({ timeout: 60_000 });
    await owner.goto(`${stage.url}/records/bench`);
    await expect.poll(() => owner.getByRole("cell", { name: "7.25" }).count(), { timeout: 20_000 }).toBe(6);
  });
});

describe("notifications", () => {
  test("a load that is held is told to whoever watches, who reads of it and goes there", async () => {
    const editor = await stage.visit("editor", { org: "observatory" });
    await uploadCsv(
      editor,
      stage.url,
      { name: "told.csv", text: GOOD },
      { dataset: "told", key: ["order_id"] },
    );
    await editor.getByRole("region", { name: "The proposed contract" }).waitFor();
    await editor.context().close();
    await owner.goto(`${stage.url}/`);
    const bell = owner.getByRole("button", { name: /^Notifications, [1-9]\d* unread$/ });
    await bell.waitFor();
    await bell.click();
    const told = owner.getByRole("dialog", { name: "Notifications" });
    await told.getByText("A load of told is held until somebody decides").waitFor();
    await picture(owner, "ingest-bell");
    await told.getByText("A load of told is held until somebody decides").click();
    await owner.waitForURL(/\/runs\/.+\/show/);
    await owner.getByRole("heading", { name: "told", level: 1 }).waitFor();
    await owner.goto(`${stage.url}/notifications`);
    await owner.getByRole("button", { name: "Mark all as read" }).click();
    await owner.getByRole("region", { name: "0 unread" }).waitFor();
    await picture(owner, "ingest-inbox");
  });

  test("rules are made and removed", async () => {
    await owner.goto(`${stage.url}/notifications/rules`);
    await owner.getByRole("button", { name: "Add a rule" }).click();
    const dialog = owner.getByRole("dialog");
    await dialog.getByLabel(/^Event/).fill("run.succeeded");
    await dialog.getByLabel(/^Quiet time/).fill("60");
    await dialog.getByRole("button", { name: "Save" }).click();
    const made = owner.getByRole("row").filter({ hasText: "run.succeeded" });
    await made.getByText("60 min").waitFor();
    await picture(owner, "ingest-rules");
    await made.getByRole("button", { name: "Remove" }).click();
    await owner.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await made.waitFor({ state: "detached" });
  });

  test("a webhook's secret is shown once, a test arrives signed, and is sent again", async () => {
    const got: Record<string, unknown>[] = [];
    const receiver = createServer((request, response) => {
      got.push(request.headers);
      response.statusCode = got.length === 1 ? 503 : 204;
      response.end();
    });
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
    try {
      const { port: at } = receiver.address() as AddressInfo;
      await owner.goto(`${stage.url}/notifications/webhooks`);
      await owner.getByRole("button", { name: "Add a webhook" }).click();
      await owner.getByLabel(/^Name/).fill("The shop");
      await owner.getByLabel(/^Address/).fill(`http://127.0.0.1:${at}/events`);
      await owner.getByRole("dialog").getByRole("button", { name: "Save" }).click();
      const secret = owner.getByRole("dialog").getByLabel("Secret of the webhook", { exact: true });
      expect(await secret.locator("visible=true").first().inputValue()).toMatch(/^whsec_/);
      await owner.getByRole("button", { name: "I have kept it" }).click();
      await owner.getByRole("link", { name: "The shop" }).click();
      await owner.getByRole("button", { name: "Send a test" }).click();
      await owner.getByText("503").waitFor({ timeout: 30_000 });
      await picture(owner, "ingest-webhook-trying");
      await owner.getByText("delivered", { exact: true }).first().waitFor({ timeout: 30_000 });
      await owner.getByRole("button", { name: "Send again: webhook.test" }).click();
      await expect.poll(() => got.length, { timeout: 30_000 }).toBe(3);
      expect(got[2]!["webhook-id"]).toBe(got[0]!["webhook-id"]);
      expect(String(got[2]!["webhook-signature"])).toMatch(/^v1,/);
      await owner.getByRole("button", { name: "New secret" }).click();
      await owner.getByRole("button", { name: "I have kept it" }).click();
      await picture(owner, "ingest-webhook");
    } finally {
      receiver.closeAllConnections();
      receiver.close();
    }
  });
});

describe("streams", () => {
  test("events that were sent are seen as a batch and as a change, without a reload", async () => {
    await owner.goto(`${stage.url}/streams`);
    await owner.getByRole("region", { name: "Last batches" }).getByText("No events were sent yet.").waitFor();
    const { accessToken } = (await (
      await fetch(`${stage.url}/auth/login`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(stage.account("editor", "observatory")),
      })
    ).json()) as { accessToken: string };
    const answer = await fetch(`${stage.url}/orgs/observatory/streams/bench?wait=true`, {
      method: "POST",
      headers: { "content-type": "application/x-ndjson", authorization: `Bearer ${accessToken}` },
      body: '{"order_id": 77, "customer": "Ada", "amount": 3, "ordered_on": "2024-03-01", "_id": "a"}\n',
    });
    expect(answer.status).toBe(200);
    await owner.getByRole("region", { name: "Last batches" }).getByRole("link", { name: "bench" }).waitFor();
    const feed = owner.getByRole("region", { name: "Change feed" });
    await feed.getByRole("link", { name: "bench" }).first().waitFor();
    await picture(owner, "ingest-streams");
  });
});
