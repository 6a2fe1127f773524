/** The lineage page: graph and table say the same, a step more and a column's trace, without accessibility violations. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { act } from "./account-support.ts";
import { axeViolations, picture, type Stage, setStage } from "./support.ts";

const ORG = "observatory";
let stage: Stage;

beforeAll(async () => {
  stage = await setStage();
  const tell = `mutation ($to: String!, $mappings: JSON!, $source: String!) {
    recordColumns(input: { toDataset: $to, mappings: $mappings, source: $source }) { clientMutationId } }`;
  const from = (table: string, column: string, subtype: string) => ({
    table,
    column,
    transformations: [{ type: "DIRECT", subtype }],
  });
  const owner = stage.account("owner", ORG);
  await act(stage, owner, tell, {
    to: "monthly",
    source: "model:monthly",
    mappings: { columns: [{ name: "hottest", sources: [from("weather", "temp_max", "AGGREGATION")] }] },
  });
  await act(stage, owner, tell, {
    to: "records",
    source: "model:records",
    mappings: { columns: [{ name: "record", sources: [from("monthly", "hottest", "AGGREGATION")] }] },
  });
}, 180_000);
afterAll(() => stage?.close());

describe.each(["light", "dark"] as const)("in %s", (colorScheme) => {
  test("walks from a dataset to what is made of it, step by step and by column", async () => {
    const page = await stage.visit("owner", { org: ORG, colorScheme });
    await page.goto(`${stage.url}/datasets`);
    await page.getByText("weather", { exact: true }).first().click();
    await page.getByRole("link", { name: "Lineage" }).click();
    const table = page.getByRole("region", { name: "As a table" });
    await table.getByText("Model monthly.hottest").first().waitFor();
    expect(await table.getByText("Model records.record").count()).toBe(0);
    await page.getByRole("button", { name: "Expand monthly" }).click();
    await table.getByText("Model records.record").first().waitFor();
    await picture(page, `lineage-${colorScheme}`);
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole("combobox", { name: "Trace a column" }).click();
    await page.getByRole("option", { name: "temp_max" }).click();
    await table.getByText("aggregated").first().waitFor();
    await table.getByText("File", { exact: false }).first().waitFor();
    expect(await table.getByText("Model records.record").count()).toBe(1);
    // The list of columns fades out: axe must see what people see.
    await page.getByRole("listbox").waitFor({ state: "detached" });
    await page.waitForTimeout(400);
    expect(await axeViolations(page)).toEqual([]);
    await page.context().close();
  });
});

test("is closed to who may not see lineage", async () => {
  const page = await stage.visit("viewer", { org: ORG });
  await page.goto(`${stage.url}/lineage/weather`);
  await page.getByText("This room is not open to your role").waitFor();
  await page.context().close();
});
