/** The past over HTTP: differences and timelines in the organization's API, undo in the platform's, headers for reason and moment. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { asMember, type TestOrg } from "../support/database.ts";
import { makeSales } from "./support/sales.ts";
import { createOrg, startTestServer, type TestServer } from "./support/server.ts";

let api: TestServer;
let acme: TestOrg;
let token: string;
let owner: string;
let before: string;

const OWN = "/orgs/acme/graphql";

async function ask(
  path: string,
  query: string,
  headers: Record<string, string> = {},
  variables: object = {},
) {
  const answer = await fetch(`${api.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}`, ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return answer.json();
}

const EDIT =
  "mutation { updateOrder(input: { orderId: 1, orderPatch: { paid: true } }) { order { version changeReason } } }";

beforeAll(async () => {
  api = await startTestServer();
  acme = await createOrg(api.db, "acme");
  const ada = await api.member(acme, "ada@example.org", "owner");
  owner = ada;
  await makeSales(api.db, acme, ada, 5);
  const prices = [
    { name: "item" },
    { name: "price", type: "integer" },
    { name: "since", type: "date", businessDate: true },
  ];
  await asMember(api.db, { orgId: acme.id, userId: ada }, async (client) => {
    await client.query("select data.create_dataset('prices', $1, '{item}')", [JSON.stringify(prices)]);
    await client.query("insert into org_acme.prices (item, price, since) values ('a', 10, '2026-01-01')");
  });
  await asMember(api.db, { orgId: acme.id, userId: ada }, (client) =>
    client.query("update org_acme.prices set price = 12, since = '2026-03-01'"),
  );
  token = await api.signIn("ada@example.org");
  before = (await api.db.admin.query("select to_jsonb(clock_timestamp()) #>> '{}' as at")).rows[0].at;
});
afterAll(() => api.close());

it("a reason comes by a header, is kept on the version, and is asked for where the organization says so", async () => {
  const required = await ask(
    "/graphql",
    "mutation ($id: UUID!) { updateOrganization(input: { id: $id, organizationPatch: { reasonsRequired: true } }) { organization { reasonsRequired } } }",
    {},
    { id: acme.id },
  );
  expect(required.data.updateOrganization.organization).toEqual({ reasonsRequired: true });
  expect((await ask(OWN, EDIT)).errors[0].extensions).toMatchObject({
    code: "HS001",
    hint: expect.stringContaining("X-Change-Reason"),
  });
  const given = await ask(OWN, EDIT, { "x-change-reason": encodeURIComponent("bezahlt – doppelt gebucht") });
  expect(given.data.updateOrder.order).toEqual({ version: 2, changeReason: "bezahlt – doppelt gebucht" });
  expect(await ask(OWN, EDIT, { "x-change-reason": "x".repeat(1001) })).toMatchObject({
    error: { code: "BAD_INPUT", field: "X-Change-Reason" },
  });
});

it("a difference, a timeline and the past of everything are in the organization's API", async () => {
  const query = `query ($from: Datetime!) {
    ordersDiff(from: $from) { totalCount nodes { key change changedFields before after } }
    ordersTimeline(key: { order_id: 1 }) { nodes { version author reason runKind changedFields } } }`;
  const { data } = await ask(OWN, query, {}, { from: before });
  expect(data.ordersDiff).toMatchObject({
    totalCount: 1,
    nodes: [{ key: { order_id: 1 }, change: "changed", changedFields: ["paid"] }],
  });
  expect(data.ordersTimeline.nodes).toEqual([
    {
      version: 2,
      author: "ada@example.org",
      reason: "bezahlt – doppelt gebucht",
      runKind: "edit",
      changedFields: ["paid"],
    },
    { version: 1, author: "ada@example.org", reason: null, runKind: "edit", changedFields: [] },
  ]);
  const past = "{ ordersAsOf(filter: { orderId: { equalTo: 1 } }) { nodes { version } } }";
  expect((await ask(OWN, past)).data.ordersAsOf.nodes).toEqual([{ version: 2 }]);
  expect((await ask(OWN, past, { "x-as-of": before })).data.ordersAsOf.nodes).toEqual([{ version: 1 }]);
  expect(await ask(OWN, past, { "x-as-of": "yesterday" })).toMatchObject({
    error: { code: "BAD_INPUT", field: "X-As-Of" },
  });
});

it("what was true on a day is asked by a business date", async () => {
  const query = `{ january: pricesValidOn(on: "2026-02-01") { nodes { item price } }
    march: pricesValidOn(on: "2026-03-02", filter: { price: { greaterThan: 1 } }) { totalCount nodes { price } } }`;
  expect((await ask(OWN, query)).data).toEqual({
    january: { nodes: [{ item: "a", price: 10 }] },
    march: { totalCount: 1, nodes: [{ price: 12 }] },
  });
});

it("rows go back by the platform API, first as a preview", async () => {
  const [dataset] = (await api.db.admin.query("select id from data.datasets where name = 'orders'")).rows;
  const undo = "mutation ($input: UndoRowsInput!) { undoRows(input: $input) { result } }";
  const input = { datasetId: dataset.id, keys: [{ order_id: 1 }], toAt: before, dryRun: true };
  const told = await ask(
    "/graphql",
    "query ($d: UUID!, $f: Datetime!) { diff(datasetId: $d, fromAt: $f) }",
    {},
    { d: dataset.id, f: before },
  );
  expect(told.data.diff).toMatchObject({ changed: 1, added: 0, removed: 0, unchanged: 4 });
  const preview = await ask("/graphql", undo, {}, { input });
  expect(preview.data.undoRows.result).toMatchObject({ dryRun: true, updated: 1, conflicts: 0 });
  const done = await ask("/graphql", undo, {}, { input: { ...input, dryRun: false, reason: "back" } });
  expect(done.data.undoRows.result).toMatchObject({ dryRun: false, updated: 1 });
  const { data } = await ask(OWN, "{ order(orderId: 1) { version changeType changeReason } }");
  expect(data.order).toEqual({ version: 3, changeType: "restore", changeReason: "back" });
});

it("an edit that a rule refuses is refused in words, and goes against it by a header, with a reason", async () => {
  await asMember(api.db, { orgId: acme.id, userId: owner }, async (client) => {
    const rule = { name: "cheap", kind: "range", field: "price", parameters: { max: 100 }, action: "reject" };
    await client.query(
      "select quality.deploy_rule(d.id, (quality.put_rule(d.id, $1)).name) from data.datasets d where d.name = 'prices'",
      [JSON.stringify(rule)],
    );
  });
  const edit =
    'mutation { updatePrice(input: { item: "a", pricePatch: { price: 500 } }) { price { version price changeReason } } }';
  const why = { "x-change-reason": "the new tariff" };
  expect((await ask(OWN, edit, why)).errors[0].extensions).toMatchObject({
    code: "HS007",
    hint: expect.stringContaining("price must be at most 100"),
  });
  const given = await ask(OWN, edit, { ...why, "x-against-rules": "true" });
  expect(given.data.updatePrice.price).toEqual({ version: 3, price: 500, changeReason: "the new tariff" });
});
