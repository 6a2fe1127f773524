/** Retention, holds and erasure through the GraphQL APIs: who may, and what as-of says of an archived moment. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { createLogger } from "../../lib/log.ts";
import { retain } from "../../worker/retention/retain.ts";
import { asMember, type TestOrg } from "../support/database.ts";
import { makeSales } from "./support/sales.ts";
import { createOrg, startTestServer, type TestServer } from "./support/server.ts";

let api: TestServer;
let acme: TestOrg;
let dataset = "";
const tokens: Record<string, string> = {};

beforeAll(async () => {
  api = await startTestServer();
  acme = await createOrg(api.db, "acme");
  const ada = await api.member(acme, "ada@example.org", "owner");
  for (const role of ["steward", "viewer"]) await api.member(acme, `${role}@example.org`, role);
  await makeSales(api.db, acme, ada, 20);
  tokens.owner = await api.signIn("ada@example.org");
  for (const role of ["steward", "viewer"]) tokens[role] = await api.signIn(`${role}@example.org`);
  const { rows } = await asMember(api.db, { orgId: acme.id, userId: ada }, (client) =>
    client.query<{ id: string }>("select id from data.datasets where name = 'orders'"),
  );
  dataset = rows[0]!.id;
});
afterAll(() => api.close());

const platform = (who: string, query: string, variables: Record<string, unknown> = {}) =>
  api.graphql("/graphql", tokens[who]!, query, { id: dataset, ...variables });
const codeOf = async (who: string, query: string) =>
  (await platform(who, query)).errors?.[0]?.extensions.code ?? "done";

it("as-of an archived moment is refused with the way to it, on the organization's API", async () => {
  const set =
    "mutation S($id: UUID!) { setRetention(input: { datasetId: $id, keepVersions: 1 }) { result { action keepVersions } } }";
  expect(await codeOf("viewer", set)).toBe("FORBIDDEN");
  expect((await platform("steward", set)).data.setRetention.result).toEqual({
    action: "archive",
    keepVersions: 1,
  });
  const before = new Date().toISOString();
  for (const paid of [true, false]) {
    const done = await api.graphql(
      "/orgs/acme/graphql",
      tokens.owner!,
      `mutation { updateOrder(input: { orderId: 1, orderPatch: { paid: ${paid}, amount: "${paid ? 1 : 2}.00" } }) { order { version } } }`,
    );
    expect(done.errors).toBeUndefined();
  }
  const { db, store } = api;
  const context = { pool: db.worker, claimKey: db.claimKey, store, log: createLogger("fatal") };
  expect((await retain(context, acme.id, dataset)).archived).toBeGreaterThan(0);
  const asOf = (at: string) =>
    api.graphql(
      "/orgs/acme/graphql",
      tokens.viewer!,
      `{ ordersAsOf(at: "${at}", first: 1) { nodes { orderId } } }`,
    );
  expect((await asOf(before)).errors?.[0]?.extensions).toMatchObject({
    code: "RT005",
    hint: expect.stringContaining("archive attach") as string,
  });
  expect((await asOf(new Date().toISOString())).errors).toBeUndefined();
  const archives = await platform("viewer", "{ archives(first: 5) { nodes { state rowCount } } }");
  expect(archives.data.archives.nodes[0]).toMatchObject({ state: "archived" });
});

it("a steward may hold, only who approves compliance may release, nobody erases what is held", async () => {
  const place = 'mutation { placeHold(input: { reason: "case 7" }) { result { id } } }';
  expect(await codeOf("viewer", place)).toBe("FORBIDDEN");
  const placed = await platform("steward", place);
  const id = placed.data.placeHold.result.id as string;
  const erase = `mutation { requestErasure(input: { subject: [{ dataset: "orders", key: { order_id: 1 } }], reason: "asked" }) { result { id state } } }`;
  expect(await codeOf("steward", erase)).toBe("FORBIDDEN");
  expect(await codeOf("owner", erase)).toBe("RT001");
  const release = `mutation { releaseHold(input: { holdId: "${id}", reason: "over" }) { result { releasedAt } } }`;
  expect(await codeOf("steward", release)).toBe("FORBIDDEN");
  expect(await codeOf("owner", release)).toBe("done");
  expect((await platform("owner", erase)).data.requestErasure.result).toMatchObject({ state: "queued" });
  expect((await platform("viewer", "{ erasures(first: 5) { nodes { id } } }")).data.erasures.nodes).toEqual(
    [],
  );
});
