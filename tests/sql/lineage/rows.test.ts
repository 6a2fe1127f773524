/** Where a row came from is told under the dataset's filters and masks, and to nobody without the right to its records. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { asMember, createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { createPolicy, type Ground, type Person, prepareGround, setAttributes } from "../policies/support.ts";

let db: TestDatabase;
let acme: Ground;
let globex: Ground;

beforeAll(async () => {
  db = await createTestDatabase();
  acme = await prepareGround(db, "acme");
  globex = await prepareGround(db, "globex");
  await setAttributes(db, acme.people.analyst!, { region: "EMEA" });
  await createPolicy(db, acme.people.owner!, {
    name: "own region",
    kind: "row_filter",
    condition: { eq: [{ row: "region" }, { user: "region" }] },
    datasets: [acme.staff],
    roles: ["analyst"],
  });
  await createPolicy(db, acme.people.owner!, {
    name: "pay",
    kind: "mask",
    mask: { kind: "null", fields: ["salary"] },
    datasets: [acme.staff],
    roles: ["analyst"],
  });
  await asMember(db, acme.people.owner!, (c) =>
    c.query("update org_acme.staff set salary = salary + 1, name = name || '!' where id in (3, 4)"),
  );
});
afterAll(() => db.drop());

const origin = (who: Person, id: number) =>
  asMember(
    db,
    who,
    async (c) =>
      (
        await c.query<{ version: number; changed_fields: string[] }>(
          "select version, changed_fields from lineage.row_origin('staff', $1)",
          [JSON.stringify({ id })],
        )
      ).rows,
  );

it("holds filters, and does not tell that a masked value changed", async () => {
  // 3 is of EMEA, 4 of APAC.
  expect(await origin(acme.people.owner!, 4)).toEqual([
    { version: 2, changed_fields: ["name", "salary"] },
    { version: 1, changed_fields: [] },
  ]);
  expect(await origin(acme.people.analyst!, 4)).toEqual([]);
  expect(await origin(acme.people.analyst!, 3)).toEqual([
    { version: 2, changed_fields: ["name"] },
    { version: 1, changed_fields: [] },
  ]);
});

it("knows nothing to whom lineage is closed, and nothing of another organization's rows", async () => {
  await expect(origin(acme.people.viewer!, 3)).rejects.toMatchObject({ code: "LN001" });
  expect(await origin(globex.people.owner!, 3)).toEqual([{ version: 1, changed_fields: [] }]);
});

it("knows that a masked column of a view is not the value as it is, for as long as the mask is there", async () => {
  const subtypes = () =>
    asMember(
      db,
      acme.people.owner!,
      async (c) =>
        (
          await c.query<{ to_column: string; subtype: string }>(
            "select distinct to_column, subtype from lineage.graph('staff', 'salary', 'down', 1) where source = 'catalog'",
          )
        ).rows,
    );
  expect(await subtypes()).toEqual([{ to_column: "salary", subtype: "TRANSFORMATION" }]);
  await asMember(db, acme.people.owner!, async (c) => {
    const { rows } = await c.query("select id from access.policies where name = 'pay'");
    await c.query("select access.remove_policy($1)", [rows[0].id]);
  });
  expect(await subtypes()).toEqual([{ to_column: "salary", subtype: "IDENTITY" }]);
});
