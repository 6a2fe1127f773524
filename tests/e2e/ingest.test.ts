/** Where data comes from, as people set it up in the browser: against the real server, worker and a second database. */
import pg from "pg";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { picture, type Stage, setStage, waitForStatus } from "./support.ts";

const PASSWORD = "pa55-of-the-shop";
const ROWS = 250;

let stage: Stage;
let shop: pg.Client;
let port: string;
let owner: Page;
beforeAll(async () => {
  // The shop's database is on the installation's own server, which connectors reach only where they are allowed to.
  vi.stubEnv("CADASTRE_OUTBOUND_ALLOW", "127.0.0.1/32");
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
    await owner.getByRole("link", { name: "Connect" }).first().click();
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

  test("somebody who may only look is offered nothing to change, and a client not even the room", async () => {
    const analyst = await stage.visit("analyst", { org: "observatory" });
    await analyst.goto(`${stage.url}/connectors/shop`);
    await analyst.getByRole("heading", { name: "shop", level: 1 }).waitFor();
    for (const name of [/^Test$/, /^Settings$/, /^Secret$/, /^Remove$/, /^Read:/])
      expect(await analyst.getByRole("button", { name }).count()).toBe(0);
    await analyst.context().close();
    const viewer = await stage.visit("viewer", { org: "observatory" });
    expect(await viewer.getByRole("menuitem", { name: "Connectors" }).count()).toBe(0);
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
    await owner.getByLabel(/^Name/).fill("big_orders");
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
