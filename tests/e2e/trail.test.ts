/**
 * Trust that comes ready-made, and that outsiders can check, in a browser: a rule set taken and its deployment found in the
 * audit trail and proven; templates of pipelines, and schedules.
 */
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkpointReader } from "../../lib/audit/checkpoints.ts";
import { leafHash, rootOfInclusion, sha256 } from "../../lib/audit/merkle.ts";
import { act } from "./account-support.ts";
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

let stage: Stage;
let page: Page;
beforeAll(async () => {
  stage = await setStage();
  page = await stage.visit("owner", { org: ORG });
  const text =
    "account_id,iban,currency\n1,DE89370400440532013000,EUR\n2,FR1420041010050500013M02606,EUR\n3,DE00370400440532013000,EUR\n";
  await uploadCsv(
    page,
    stage.url,
    { name: "accounts.csv", text },
    { dataset: "accounts", key: ["account_id"] },
  );
  await acceptContract(page);
  await waitForStatus(page, "Succeeded");
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

describe("a rule set", () => {
  test("is seen with what it would ask of the dataset, and taken: its rules say where they come from", async () => {
    await go("/quality/accounts/sets");
    const row = page.getByRole("row", { name: /^Finance / });
    await row.getByText("Accounts, instruments, parties, currencies and amounts.").waitFor();
    await picture(page, "rule-sets");
    expect(await accessible()).toEqual([]);
    await row.getByRole("button", { name: /What would it ask/ }).focus();
    await page.keyboard.press("Enter");
    const asked = page.getByRole("region", { name: "What Finance would ask of accounts" });
    await asked.getByText("iban is a valid IBAN").waitFor();
    const iban = asked.getByRole("row", { name: /iban is a valid IBAN/ });
    await iban.getByText("1 fails").waitFor();
    await iban.getByText("In the first 3 rows").waitFor();
    await picture(page, "rule-set-proposal");
    expect(await accessible()).toEqual([]);
    await asked.getByRole("checkbox", { name: /^Choose currency/ }).uncheck();
    await page.getByRole("button", { name: /^Take and deploy/ }).click();
    await page.getByRole("status").getByText("The set is installed").waitFor();
    await page.getByRole("button", { name: "All rule sets" }).click();
    await row.getByText("installed, version 1").waitFor();
    await go("/quality/accounts/rules/iban");
    await page.getByText(/From the rule set finance/i).waitFor();
    await page.getByText("Deployed · v1").waitFor();
    expect(await page.getByLabel("Format", { exact: true }).first().textContent()).toContain("IBAN");
    expect(await accessible()).toEqual([]);
    const rules = await stage.command(["rules", "list", "--org", ORG, "--dataset", "accounts"]);
    expect(rules).toContain("iban");
    expect(rules).not.toContain("currency");
  });

  test("is told in French, with what its rules go by and what they say of rows", async () => {
    const viewport = { width: 390, height: 860 };
    const french = await stage.visit("owner", { org: ORG, locale: "fr-FR", colorScheme: "dark", viewport });
    await go("/quality/accounts/sets", french);
    const row = french.getByRole("row", { name: /Santé/ });
    await row.getByText("Identifiants de soignants", { exact: false }).waitFor();
    await french
      .getByRole("row", { name: /^Finance/ })
      .getByRole("button", { name: /Que demanderait-il/ })
      .click();
    await french.getByText("iban est valable comme IBAN").waitFor();
    await french.getByText("ISO 4217, codes en vigueur").waitFor();
    await french.waitForLoadState("networkidle");
    await french.waitForTimeout(400);
    expect(await axeViolations(french)).toEqual([]);
    expect(await french.evaluate("document.documentElement.scrollWidth <= window.innerWidth")).toBe(true);
    await picture(french, "rule-set-french");
    await go("/quality/accounts/rules/iban", french);
    await french.getByText(/Du jeu de règles « Finance »\s?: ISO 13616 et son registre/).waitFor();
    await french.context().close();
  });

  test("is not proposed to whoever may not check", async () => {
    const analyst = await stage.visit("analyst", { org: ORG });
    await go("/quality/accounts/sets", analyst);
    await analyst.getByRole("row", { name: /^Finance / }).waitFor();
    expect(await analyst.getByRole("button", { name: /What would it ask/ }).count()).toBe(0);
    await analyst.context().close();
  });
});

describe("the audit trail", () => {
  interface Proof {
    text: string;
    salt: string;
    position: number;
    size: number;
    path: string[];
    checkpoint: string;
  }

  test("an event is found, its proof verified in the page, downloaded, and verified by the file alone", async () => {
    await go("/audit");
    await page.getByLabel("What", { exact: true }).fill("quality.deploy");
    await expect
      .poll(async () => new Set(await page.locator("tbody td:nth-child(3)").allTextContents()), {
        timeout: 20_000,
      })
      .toEqual(new Set(["quality.deploy"]));
    await picture(page, "trust-audit");
    await page.getByRole("link", { name: "quality.deploy" }).last().click();
    const section = page.getByRole("region", { name: "Proof" });
    // Sealed within seconds after it happened.
    await expect
      .poll(
        async () => {
          await section.getByRole("button", { name: "Verify it here" }).click();
          await page.waitForTimeout(500);
          return section.textContent();
        },
        { timeout: 60_000, interval: 1_000 },
      )
      .toContain("It is proven");
    expect(await section.textContent()).toContain("The root is signed by the key");
    expect(await accessible()).toEqual([]);
    await picture(page, "trust-proof");
    const [saved] = await Promise.all([
      page.waitForEvent("download"),
      section.getByRole("button", { name: "Download the proof" }).click(),
    ]);
    const proof = JSON.parse(await readFile(await saved.path(), "utf8")) as Proof;
    const { id } = JSON.parse(proof.text) as { id: string };
    expect(page.url()).toContain(id);
    const keys: unknown = await (await fetch(`${stage.url}/.well-known/audit-jwks.json`)).json();
    const signed = await checkpointReader(keys as Parameters<typeof checkpointReader>[0])(proof.checkpoint);
    const commitment = sha256(Buffer.from(proof.salt, "hex"), proof.text).toString("hex");
    const path = proof.path.map((step) => Buffer.from(step, "hex"));
    const root = rootOfInclusion(leafHash(`event|${id}|${commitment}`), proof.position, proof.size, path);
    expect(root?.toString("hex")).toBe(signed?.root);
  });

  test("a change of configuration shows what was and what is; the last checkpoint is kept as a file", async () => {
    const owner = stage.account("owner", ORG);
    const { members } = await act<{ members: { nodes: { userId: string }[] } }>(
      stage,
      owner,
      `{ members(first: 1, filter: { email: { equalTo: "${stage.account("editor", ORG).email}" } }) { nodes { userId } } }`,
    );
    await act(
      stage,
      owner,
      `mutation ($userId: UUID!, $attributes: JSON!) {
         setMemberAttributes(input: { userId: $userId, attributes: $attributes }) { clientMutationId } }`,
      { userId: members.nodes[0]!.userId, attributes: { region: "north" } },
    );
    await go("/audit");
    await page.getByLabel("What", { exact: true }).fill("configuration.update");
    await page.getByRole("link", { name: "configuration.update" }).first().click();
    const changed = page.getByRole("region", { name: "What changed" });
    await changed.locator("ins").getByText(/north/).waitFor();
    expect(await changed.textContent()).toContain("attributes");
    await go("/audit/data");
    const [saved] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Download" }).click(),
    ]);
    expect(await readFile(await saved.path(), "utf8")).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    await page.getByRole("button", { name: "Proof" }).first().waitFor();
  });
});

const WET_DAYS = {
  input: { kind: "dataset", name: "weather" },
  steps: [{ kind: "filter", where: "precipitation > 0" }],
  output: { dataset: "wet_days", mode: "snapshot", key_fields: ["date"] },
};

describe("pipelines by themselves", () => {
  test("a template is installed; a pipeline is saved as one, and shared", async () => {
    await go("/templates");
    await page.getByRole("button", { name: "Install The latest row of each key" }).click();
    const install = page.getByRole("dialog");
    await install.getByLabel("Name").fill("latest");
    await install.getByRole("button", { name: "Install" }).click();
    await page.waitForURL(/\/pipelines\/latest/);
    await page.getByRole("button", { name: "Save as a template" }).click();
    const template = page.getByRole("dialog");
    await template.getByLabel("Title").fill("Latest of ours");
    await template.getByRole("button", { name: "Save", exact: true }).click();
    await template.waitFor({ state: "detached" });
    await go("/templates");
    await page.getByRole("heading", { name: "Latest of ours" }).waitFor();
    await page.getByRole("button", { name: "Share" }).click();
    await page.getByText("shared", { exact: true }).waitFor();
  });

  test("a schedule is made with its next times in sight, stands on the calendar, and is run by hand", async () => {
    const make = "mutation ($i: CreatePipelineInput!) { createPipeline(input: $i) { clientMutationId } }";
    await act(stage, stage.account("owner", ORG), make, { i: { name: "wet_days", definition: WET_DAYS } });
    await go("/schedules");
    await page.getByRole("button", { name: "New schedule" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("every-morning");
    await dialog.getByLabel("Starts").click();
    await page.getByRole("option", { name: "wet_days" }).click();
    await dialog.getByLabel("Expression").fill("0 6 * * *");
    await expect.poll(() => dialog.getByRole("status").locator("li").count()).toBe(5);
    await dialog.getByRole("button", { name: "Create the schedule" }).click();
    await page.waitForURL(/\/schedules\/every-morning/);
    await page.getByRole("button", { name: "Edit", exact: true }).click();
    await page.getByRole("dialog").getByLabel("Expression").fill("30 6 * * *");
    await page.getByRole("dialog").getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText(/30 6 \* \* \*/).waitFor();
    await page.getByRole("button", { name: "Run now" }).click();
    await page.locator("tbody").getByText("Succeeded", { exact: true }).waitFor({ timeout: 60_000 });
    await page.locator("tbody").getByRole("link", { name: "Load 1" }).waitFor();
    await go("/schedules");
    await page.getByRole("link", { name: /every-morning at .+ succeeded/ }).waitFor();
    await page.getByRole("button", { name: "Next month" }).click();
    await expect
      .poll(() => page.getByRole("link", { name: /every-morning at .+to come/ }).count())
      .toBeGreaterThanOrEqual(28);
    await picture(page, "trust-calendar");
    expect(await accessible()).toEqual([]);
  });
});
