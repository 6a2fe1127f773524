/** Filters and masks through both GraphQL APIs and over HTTP: the same as in SQL, mutations included. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { asMember, type TestOrg } from "../support/database.ts";
import { makeSales } from "./support/sales.ts";
import { createOrg, startTestServer, type TestServer } from "./support/server.ts";

let api: TestServer;
let acme: TestOrg;
let owner: string;
let editor: string;

beforeAll(async () => {
  api = await startTestServer();
  acme = await createOrg(api.db, "acme");
  const ownerId = await api.member(acme, "owner@acme.example", "owner");
  await api.member(acme, "editor@acme.example", "editor");
  await makeSales(api.db, acme, ownerId, 9);
  await asMember(api.db, { orgId: acme.id, userId: ownerId }, async (c) => {
    await c.query(
      `select access.create_policy(name => 'even customers', kind => 'row_filter', roles => '{editor}',
         datasets => array(select id from data.datasets where name = 'orders'),
         condition => '{"eq": [{"row": "customer_id"}, 1]}')`,
    );
    await c.query(
      `select access.create_policy(name => 'amounts', kind => 'mask', roles => '{editor}', mask => '{"kind": "null", "fields": ["amount"]}')`,
    );
    await c.query(
      `select access.create_policy(name => 'names', kind => 'mask', roles => '{editor}', mask => '{"kind": "hash", "fields": ["name"]}')`,
    );
  });
  owner = await api.signIn("owner@acme.example");
  editor = await api.signIn("editor@acme.example");
});
afterAll(() => api.close());

const PATH = "/orgs/acme/graphql";

it("reads filtered rows and masked values, in relations and in the past too", async () => {
  const query = `{ orders { nodes { orderId amount customerByCustomerId { name } } } ordersAsOf(at: "2999-01-01T00:00:00Z") { nodes { orderId amount } } }`;
  const shown = await api.graphql(PATH, editor, query.replace("customerByCustomerId", "customer"));
  expect(shown.errors).toBeUndefined();
  expect(shown.data.orders.nodes.map((n: { orderId: number }) => n.orderId)).toEqual([2, 4, 6, 8]);
  for (const node of [...shown.data.orders.nodes, ...shown.data.ordersAsOf.nodes])
    expect(node.amount).toBeNull();
  expect(shown.data.orders.nodes[0].customer.name).toMatch(/^[0-9a-f]{64}$/);
  const whole = await api.graphql(PATH, owner, query.replace("customerByCustomerId", "customer"));
  expect(whole.data.orders.nodes).toHaveLength(9);
  expect(whole.data.orders.nodes[0].customer.name).toMatch(/of acme$/);
});

it("cannot be filtered or ordered by what a mask hides", async () => {
  const shown = await api.graphql(
    PATH,
    editor,
    '{ orders(filter: { amount: { greaterThan: "5" } }) { nodes { orderId } } }',
  );
  const byCondition = shown.errors
    ? await api.graphql(PATH, editor, '{ orders(condition: { amount: "6" }) { nodes { orderId } } }')
    : shown;
  expect(byCondition.errors).toBeUndefined();
  expect(byCondition.data.orders.nodes).toEqual([]);
});

it("changes what is seen, refuses what is masked, and does not reach what is filtered", async () => {
  const update = (id: number, patch: Record<string, unknown>) =>
    api.graphql(
      PATH,
      editor,
      "mutation ($id: Int!, $patch: OrderPatch!) { updateOrder(input: { orderId: $id, orderPatch: $patch }) { order { orderId amount paid version changedFields } } }",
      { id, patch },
    );
  const changed = await update(2, { paid: true, amount: null });
  expect(changed.errors).toBeUndefined();
  expect(changed.data.updateOrder.order).toEqual({
    orderId: 2,
    amount: null,
    paid: true,
    version: 2,
    changedFields: ["paid"],
  });
  const refused = await update(2, { amount: "1.00" });
  expect(refused.errors![0]!.extensions).toMatchObject({ code: "FORBIDDEN", field: "amount" });
  const hidden = await update(1, { paid: true });
  expect(hidden.errors?.length ?? 0).toBeGreaterThan(0);
  const amount = await api.graphql(PATH, owner, "{ order(orderId: 2) { amount version } }");
  expect(amount.data.order).toEqual({ amount: "3.00", version: 2 });
});
