/** An organization's own API: rows, relations, aggregates, versions, rows as they were, edits, its boundary, its life. */
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asMember, type TestOrg } from "../support/database.ts";
import { makeSales } from "./support/sales.ts";
import { createOrg, startTestServer, type TestServer } from "./support/server.ts";

let api: TestServer;
let acme: TestOrg;
let globex: TestOrg;
let ada: string;
let owner: string;
let editor: string;
let viewer: string;
let stranger: string;

const path = "/orgs/acme/graphql";
const ask = (token: string | null, query: string, variables?: Record<string, unknown>, to = path) =>
  api.graphql(to, token, query, variables);
const codeOf = async (token: string | null, query: string, to = path) =>
  (await ask(token, query, {}, to)).errors?.[0]?.extensions.code;

beforeAll(async () => {
  api = await startTestServer();
  acme = await createOrg(api.db, "acme");
  globex = await createOrg(api.db, "globex");
  ada = await api.member(acme, "ada@example.org", "owner");
  await api.member(acme, "ed@example.org", "editor");
  await api.member(acme, "vic@example.org", "viewer");
  const eve = await api.member(globex, "eve@example.org", "owner");
  await makeSales(api.db, acme, ada, 20);
  await makeSales(api.db, globex, eve, 2);
  [owner, editor, viewer, stranger] = (await Promise.all(
    ["ada", "ed", "vic", "eve"].map((name) => api.signIn(`${name}@example.org`)),
  )) as [string, string, string, string];
});
afterAll(() => api.close());

describe("rows", () => {
  it("come by list and by key, with relations both ways", async () => {
    const { data } = await ask(
      viewer,
      `{ orders(first: 2, orderBy: [AMOUNT_DESC], filter: { customer: { country: { equalTo: "GB" } }, amount: { lessThan: "20" } }) {
           totalCount nodes { orderId amount placedOn paid tags extra customer { name } version compositeKey }
         }
         customer(customerId: 1) { name orders(first: 3, orderBy: [ORDER_ID_ASC]) { nodes { orderId } } }
         none: customer(customerId: 77) { name } }`,
    );
    expect(data.orders.totalCount).toBe(6);
    expect(data.orders.nodes[0]).toEqual({
      orderId: 12,
      amount: "18.00",
      placedOn: "2026-01-13",
      paid: true,
      tags: ["t2"],
      extra: { n: 12 },
      customer: { name: "Ada of acme" },
      version: 1,
      compositeKey: "acme/orders/12",
    });
    expect(data.customer.orders.nodes).toEqual([{ orderId: 2 }, { orderId: 4 }, { orderId: 6 }]);
    expect(data.none).toBeNull();
  });

  it("page by cursor in any order without gaps or repeats", async () => {
    const seen: number[] = [];
    let after: string | null = null;
    for (let page = 0; page < 5; page++) {
      const { data } = await ask(
        viewer,
        "query ($after: Cursor) { orders(first: 6, after: $after, orderBy: [PAID_DESC, ORDER_ID_ASC]) { pageInfo { hasNextPage endCursor } nodes { orderId } } }",
        { after },
      );
      seen.push(...data.orders.nodes.map((node: { orderId: number }) => node.orderId));
      after = data.orders.pageInfo.endCursor;
      if (!data.orders.pageInfo.hasNextPage) break;
    }
    expect(seen).toHaveLength(20);
    expect(new Set(seen).size).toBe(20);
    expect(seen.slice(0, 3)).toEqual([3, 6, 9]);
  });

  it("are summed, counted and grouped", async () => {
    const { data, errors } = await ask(
      viewer,
      `{ orders(filter: { orderId: { lessThanOrEqualTo: 10 } }) {
           aggregates { sum { amount } average { amount } min { placedOn } max { placedAt } distinctCount { customerId } }
           groupedAggregates(groupBy: [CUSTOMER_ID]) { keys sum { amount } } } }`,
    );
    expect(errors).toBeUndefined();
    expect(data.orders.aggregates).toMatchObject({
      sum: { amount: "82.50" },
      distinctCount: { customerId: "2" },
      min: { placedOn: "2026-01-02" },
    });
    expect(data.orders.groupedAggregates).toEqual(
      expect.arrayContaining([
        { keys: ["1"], sum: { amount: "45.00" } },
        { keys: ["2"], sum: { amount: "37.50" } },
      ]),
    );
  });
});

describe("edits", () => {
  it("make versions with their author, readable as history and as of a moment, until the row is gone", async () => {
    const create =
      "mutation ($order: OrderInput!) { createOrder(input: { order: $order }) { order { orderId version changedBy } } }";
    const made = await ask(owner, create, {
      order: { orderId: 100, customerId: 1, amount: "9.99", extra: { a: 1 } },
    });
    expect(made.data.createOrder.order).toEqual({ orderId: 100, version: 1, changedBy: ada });
    const before = (await api.db.admin.query("select clock_timestamp() as at")).rows[0].at.toISOString();
    await pause(5);
    const update =
      "mutation ($id: Int!, $patch: OrderPatch!) { updateOrder(input: { orderId: $id, orderPatch: $patch }) { order { amount version changedFields } } }";
    const changed = await ask(editor, update, { id: 100, patch: { amount: "12.50" } });
    expect(changed.data.updateOrder.order).toEqual({
      amount: "12.50",
      version: 2,
      changedFields: ["amount"],
    });

    const { data } = await ask(
      viewer,
      `query ($at: Datetime!) {
         order(orderId: 100) { versions(orderBy: [VERSION_ASC]) { nodes { version amount changeType validTo } } }
         ordersHistory(filter: { orderId: { equalTo: 100 } }) { totalCount }
         then: ordersAsOf(at: $at, filter: { orderId: { equalTo: 100 } }, orderBy: [AMOUNT_DESC]) { totalCount nodes { amount } aggregates { sum { amount } } }
         orderVersion(orderId: 100, version: 1) { amount current { amount } }
       }`,
      { at: before },
    );
    expect(data.order.versions.nodes).toEqual([
      { version: 1, amount: "9.99", changeType: "insert", validTo: expect.any(String) },
      { version: 2, amount: "12.50", changeType: "update", validTo: null },
    ]);
    expect(data.ordersHistory.totalCount).toBe(2);
    expect(data.then).toEqual({
      totalCount: 1,
      nodes: [{ amount: "9.99" }],
      aggregates: { sum: { amount: "9.99" } },
    });
    expect(data.orderVersion).toEqual({ amount: "9.99", current: { amount: "12.50" } });

    const remove = "mutation { deleteOrder(input: { orderId: 100 }) { order { orderId } } }";
    expect((await ask(owner, remove)).data.deleteOrder.order).toEqual({ orderId: 100 });
    expect(await codeOf(owner, remove)).toBe("NOT_FOUND");
    expect((await ask(owner, update, { id: 100, patch: { amount: "1" } })).errors![0]!.extensions.code).toBe(
      "NOT_FOUND",
    );
  });

  it("are refused by the contract, to who may not, and where the key is taken", async () => {
    const create = (order: string) =>
      `mutation { createOrder(input: { order: { ${order} } }) { order { orderId } } }`;
    expect(await codeOf(owner, create("orderId: 1"))).toBe("CONFLICT");
    expect(await codeOf(owner, create('orderId: 900, amount: "-1"'))).toBe("BAD_INPUT");
    expect(await codeOf(owner, create('orderId: 900, placedOn: "31 of January"'))).toBe("BAD_INPUT");
    expect(await codeOf(viewer, create("orderId: 900"))).toBe("FORBIDDEN");
    const remove = "mutation { deleteOrder(input: { orderId: 1 }) { order { orderId } } }";
    expect(["FORBIDDEN", "NOT_FOUND"]).toContain(await codeOf(editor, remove));
    expect((await ask(owner, "{ order(orderId: 1) { orderId } }")).data.order).toEqual({ orderId: 1 });
  });
});

describe("boundaries", () => {
  it("of another organization, of none, and of one that does not exist look the same", async () => {
    const query = "{ customers { nodes { name } } }";
    expect((await ask(stranger, query, {}, "/orgs/globex/graphql")).data.customers.nodes).toContainEqual({
      name: "Ada of globex",
    });
    const answers = [];
    for (const [token, to] of [
      [stranger, path],
      [owner, "/orgs/globex/graphql"],
      [owner, "/orgs/nowhere/graphql"],
      [owner, "/orgs/%27%3B--/graphql"],
    ] as const) {
      const response = await api.post(to, { query }, { authorization: `Bearer ${token}` });
      answers.push({ status: response.status, body: await response.json() });
    }
    expect(answers[0]).toMatchObject({ status: 404, body: { error: { code: "NOT_FOUND" } } });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect((await api.post(path, { query })).status).toBe(401);
  });

  it("hold for types too: no organization sees another's datasets in its schema", async () => {
    await asMember(api.db, { orgId: acme.id, userId: ada }, (client) =>
      client.query(
        'select data.create_dataset(\'secret_plans\', \'[{"name": "id", "type": "integer"}]\', \'{id}\')',
      ),
    );
    const types = async (token: string, to: string) =>
      JSON.stringify((await ask(token, "{ __schema { types { name } } }", {}, to)).data);
    expect(await types(stranger, "/orgs/globex/graphql")).not.toContain("SecretPlan");
  });

  it("hold in the middle of a session: a removed member sees nothing", async () => {
    const gone = await api.member(acme, "gone@example.org", "owner");
    const token = await api.signIn("gone@example.org");
    expect((await ask(token, "{ orders { totalCount } }")).data.orders.totalCount).toBe(20);
    await api.db.admin.query("delete from access.memberships where user_id = $1", [gone]);
    const after = await ask(token, "{ orders { totalCount nodes { orderId } } }");
    expect(after.data?.orders.totalCount ?? 0).toBe(0);
  });
});

describe("the API itself", () => {
  /** The change is told by a notification, so it takes a moment. */
  async function eventually(check: () => Promise<boolean>): Promise<void> {
    for (let n = 0; n < 100; n++) {
      if (await check()) return;
      await pause(50);
    }
    throw new Error("it did not come");
  }
  const knows = async (field: string) => (await codeOf(owner, `{ ${field} }`)) === undefined;

  it("follows its datasets: new ones, new fields, dropped ones", async () => {
    const member = { orgId: acme.id, userId: ada };
    const made = await asMember(api.db, member, (client) =>
      client.query(
        'select id from data.create_dataset(\'parcels\', \'[{"name": "id", "type": "integer"}]\', \'{id}\')',
      ),
    );
    const id = made.rows[0].id;
    await eventually(() => knows("parcels { nodes { id } }"));
    await asMember(api.db, member, (client) =>
      client.query("select data.alter_dataset($1, $2)", [
        id,
        JSON.stringify([{ op: "add", field: { name: "weight", type: "numeric" } }]),
      ]),
    );
    await eventually(() => knows("parcels { nodes { id weight } }"));
    await asMember(api.db, member, (client) => client.query("select data.drop_dataset($1)", [id]));
    await eventually(async () => !(await knows("parcels { nodes { id } }")));
  });

  it("comes back after the connection that hears of changes was lost", async () => {
    await ask(owner, "{ orders { totalCount } }");
    await api.db.admin.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'cadastre-listener' and datname = current_database()",
    );
    await asMember(api.db, { orgId: acme.id, userId: ada }, (client) =>
      client.query(
        'select data.create_dataset(\'wells\', \'[{"name": "id", "type": "integer"}]\', \'{id}\')',
      ),
    );
    await eventually(() => knows("wells { nodes { id } }"));
  });
});
