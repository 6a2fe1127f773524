/**
 * What is told of reads and exports: columns under a mask or tagged audit_reads, one event a dataset and session in a minute,
 * by whom and which of them were masked; nothing of other columns, and no value anywhere.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { asMember, type TestOrg } from "../support/database.ts";
import { makeSales } from "./support/sales.ts";
import { createOrg, startTestServer, type TestServer } from "./support/server.ts";

let api: TestServer;
let acme: TestOrg;
let ada: string;
let owner: string;
let editor: string;
const people: Record<string, string> = {};

beforeAll(async () => {
  api = await startTestServer();
  acme = await createOrg(api.db, "acme");
  ada = await api.member(acme, "ada@example.org", "owner");
  people.owner = ada;
  people.editor = await api.member(acme, "ed@example.org", "editor");
  people.viewer = await api.member(acme, "vic@example.org", "viewer");
  await makeSales(api.db, acme, ada, 20);
  [owner, editor] = (await Promise.all(["ada", "ed"].map((name) => api.signIn(`${name}@example.org`)))) as [
    string,
    string,
  ];
});
afterAll(() => api.close());

const ask = async (token: string, query: string, variables: Record<string, unknown> = {}) => {
  const answer = await api.graphql("/orgs/acme/graphql", token, query, variables);
  expect(answer.errors, query).toBeUndefined();
  return answer.data;
};

interface Told {
  actor_id: string;
  dataset: string;
  detail: Record<string, unknown>;
}
async function told(action = "record.read"): Promise<Told[]> {
  const { rows } = await api.db.admin.query<Told>(
    `select e.actor_id, d.name as dataset, e.detail from audit.events e join data.datasets d on d.id::text = e.object_id
      where e.action = $1 order by e.at, d.name`,
    [action],
  );
  return rows;
}
const asAda = (text: string, values: unknown[] = []) =>
  asMember(api.db, { orgId: acme.id, userId: ada }, (client) => client.query(text, values));

it("plain columns are told of nowhere; those of a mask are, also through relations, versions, moments and aggregates", async () => {
  const plain =
    "{ customers(first: 3) { nodes { customerId name } } orders(first: 3) { nodes { orderId amount } } }";
  await ask(owner, plain);
  expect(await told()).toEqual([]);
  await asAda(
    `select access.create_policy(name => 'names', kind => 'mask', roles => '{editor}', mask => '{"kind": "hash", "fields": ["name"]}')`,
  );
  // The API is made anew for the mask, a moment later. Only customers have a name.
  await expect
    .poll(async () => {
      await ask(owner, plain);
      return (await told()).length;
    })
    .toBe(1);
  const at = new Date(Date.now() + 60_000).toISOString();
  const asked: ["ada" | "ed", string][] = [
    ["ed", plain],
    ["ed", "{ orders(first: 2) { nodes { orderId customer { ...n } } } } fragment n on Customer { name }"],
    ["ada", "{ customer(customerId: 1) { versions(first: 2) { nodes { name } } } }"],
    ["ada", `{ customersAsOf(at: "${at}", first: 1) { nodes { name } } }`],
    ["ed", "{ customers { aggregates { distinctCount { name } } } }"],
    ["ed", "{ customers { groupedAggregates(groupBy: [NAME]) { keys } } }"],
  ];
  for (const [i, [who, query]] of asked.entries()) {
    const token = await api.signIn(`${who}@example.org`);
    // The second one is the same minute's.
    for (let time = 0; time < 2; time++) await ask(token, query);
    const events = await told();
    expect(events, query).toHaveLength(i + 2);
    expect(events[i + 1]).toEqual({
      actor_id: who === "ada" ? people.owner : people.editor,
      dataset: "customers",
      detail: { columns: ["name"], masked: who === "ed" ? ["name"] : [] },
    });
  }
  await ask(editor, "{ customers(first: 1) { nodes { customerId country } } }");
  expect(await told()).toHaveLength(asked.length + 1);
  expect(JSON.stringify(await told())).not.toContain("of acme");
});

it("a tag tells of a column, and of all columns of a dataset, from the next request on; taken away, no more", async () => {
  const before = (await told()).length;
  const orders = "{ orders(first: 1) { nodes { orderId amount placedOn } } }";
  const { rows } = await asAda("select id from data.datasets where name = 'orders'");
  const protect = (tags: string[] | null, fields: unknown) =>
    asAda("select data.set_protection($1, $2, null, null, $3)", [rows[0]!.id, tags, JSON.stringify(fields)]);
  await protect(null, { amount: ["audit_reads"] });
  await expect
    .poll(async () => {
      await ask(owner, orders);
      return (await told()).length;
    })
    .toBeGreaterThan(before);
  expect((await told()).at(-1)).toMatchObject({
    dataset: "orders",
    detail: { columns: ["amount"], masked: [] },
  });
  await protect(["audit_reads"], { amount: [] });
  await expect
    .poll(async () => {
      await ask(owner, orders);
      return (await told()).at(-1)!.detail;
    })
    .toMatchObject({ columns: ["amount", "order_id", "placed_on"] });
  await protect([], {});
  await expect
    .poll(async () => {
      const count = (await told()).length;
      await ask(owner, orders);
      return (await told()).length - count;
    })
    .toBe(0);
});

it("an export is an event with rows, columns, masked ones and the fields of its filter, without values", async () => {
  const take = (userId: string) =>
    asMember(api.db, { orgId: acme.id, userId }, (client) =>
      client.query(
        `select data.record_export(id, 12, '{customer_id,name}', '{"and": [{"name": {"startsWith": "Ada"}}, {"country": {"in": ["GB", "US"]}}]}')
           from data.datasets where name = 'customers'`,
      ),
    );
  await expect(take(people.viewer!)).rejects.toMatchObject({ code: "42501" });
  await take(people.editor!);
  expect(await told("record.export")).toEqual([
    {
      actor_id: people.editor,
      dataset: "customers",
      detail: {
        rows: 12,
        columns: ["customer_id", "name"],
        masked: ["name"],
        filter: { and: [{ name: { startsWith: "?" } }, { country: { in: "?" } }] },
        format: "csv",
      },
    },
  ]);
});
