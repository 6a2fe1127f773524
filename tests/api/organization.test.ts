import { printSchema, buildClientSchema, getIntrospectionQuery } from "graphql";
import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createOrg, startTestServer, type TestServer } from "./support/server.ts";
import { makeSales } from "./support/sales.ts";

let api: TestServer;
beforeAll(async () => {
  api = await startTestServer();
  const acme = await createOrg(api.db, "acme");
  const ada = await api.member(acme, "ada@example.org", "owner");
  await makeSales(api.db, acme, ada, 20);
});
afterAll(() => api.close());

it("works", async () => {
  const token = await api.signIn("ada@example.org");
  for (const [path,name] of [["/graphql","p"], ["/orgs/acme/graphql","o"]] as const) {
    const r = await api.graphql(path, token, getIntrospectionQuery());
    if (!r.data) console.log(JSON.stringify(r));
    writeFileSync(`/tmp/${name}.graphql`, printSchema(buildClientSchema(r.data)));
  }
  console.log(JSON.stringify(await api.graphql("/orgs/acme/graphql", token, `{ orders(first:2) { nodes { orderId customer { name } } totalCount aggregates { sum { amount } } } }`)));
});
