/** Both APIs' schemas, whole, against golden files. After a change that is meant: UPDATE_GOLDEN=1. */
import { buildClientSchema, getIntrospectionQuery, lexicographicSortSchema, printSchema } from "graphql";
import { afterAll, beforeAll, expect, it } from "vitest";
import { asMember, type TestOrg } from "../support/database.ts";
import { expectGolden } from "../support/golden.ts";
import { makeSales } from "./support/sales.ts";
import { createOrg, startTestServer, type TestServer } from "./support/server.ts";

let api: TestServer;
let acme: TestOrg;
let owner: { orgId: string; userId: string };
let token: string;

beforeAll(async () => {
  api = await startTestServer();
  acme = await createOrg(api.db, "acme");
  owner = { orgId: acme.id, userId: await api.member(acme, "ada@example.org", "owner") };
  await makeSales(api.db, acme, owner.userId, 1);
  token = await api.signIn("ada@example.org");
});
afterAll(() => api.close());

async function schemaOf(to: string): Promise<string> {
  const { data } = await api.graphql(to, token, getIntrospectionQuery());
  return `${printSchema(lexicographicSortSchema(buildClientSchema(data)))}\n`;
}

it("the platform API is as the golden file has it", async () => {
  await expectGolden("graphql-platform.graphql", await schemaOf("/graphql"));
});

it("the organization API of two related datasets and an append-only one is as the golden file has it", async () => {
  await expectGolden("graphql-organization.graphql", await schemaOf("/orgs/acme/graphql"));
});

it("loses nothing where names of datasets and columns meet each other or GraphQL's own", async () => {
  const columns = [
    "id",
    "node_id",
    "a_1",
    "a1",
    "versions",
    "current",
    "query",
    "first",
    "client_mutation_id",
    "_x",
    "typename",
  ];
  const names = [
    "order",
    "order_item",
    "order_items",
    "a_b",
    "ab",
    "query",
    "node",
    "string",
    "order_connection",
    "create_order",
    "page_info",
    "news",
    "order_version",
    "string_filter",
    "people",
    "person",
  ];
  await asMember(api.db, owner, async (client) => {
    for (const name of names) {
      await client.query("select data.create_dataset($1, $2, '{id}')", [
        name,
        JSON.stringify(
          columns.map((column) => ({ name: column, type: column === "id" ? "integer" : "text" })),
        ),
      ]);
    }
  });
  let root: { name: string; type: { name: string | null } }[] = [];
  for (let n = 0; n < 100 && root.length === 0; n++) {
    const { data } = await api.graphql(
      "/orgs/acme/graphql",
      token,
      "{ __schema { queryType { fields { name type { name } } } } }",
    );
    const fields = data.__schema.queryType.fields;
    if (JSON.stringify(fields).includes("person")) root = fields;
    else await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const lists = root.filter((field) => field.type.name?.endsWith("Connection"));
  // Rows, history, rows as they were, differences and timelines of the 3 + 16 datasets.
  expect(new Set(lists.map((field) => field.name)).size).toBe(5 * (3 + names.length));
  expect(lists.map((field) => field.name)).toEqual(
    expect.arrayContaining([
      "orders",
      "ordersHistory",
      "ordersAsOf",
      "ordersDiff",
      "ordersTimeline",
      "order",
      "news",
      "person",
      "people",
      "orderItems",
    ]),
  );
  const { data } = await api.graphql(
    "/orgs/acme/graphql",
    token,
    '{ orders: __type(name: "Order") { fields { name } } person: __type(name: "Person") { fields { name } } }',
  );
  expect(data.orders.fields.map((field: { name: string }) => field.name)).toContain("orderId");
  const person = data.person.fields.map((field: { name: string }) => field.name);
  expect(person).toEqual(
    expect.arrayContaining([
      "id",
      "node_id",
      "nodeId",
      "a1",
      "versions",
      "current",
      "query",
      "first",
      "_x",
      "typename",
    ]),
  );
  expect(new Set(person).size).toBe(person.length);
});
