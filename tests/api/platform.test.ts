import { writeFileSync } from "node:fs";
import { printSchema } from "graphql";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createOrg, startTestServer, type TestServer } from "./support/server.ts";

let api: TestServer;
beforeAll(async () => {
  api = await startTestServer();
  const acme = await createOrg(api.db, "acme");
  await api.member(acme, "ada@example.org", "owner");
});
afterAll(() => api.close());

it("works", async () => {
  const token = await api.signIn("ada@example.org");
  console.log(token);
  console.log(
    JSON.stringify(
      await api.graphql(
        "/graphql",
        token,
        `{ organizations { nodes { id slug name } } datasets { totalCount nodes { name } } myOrganizations { nodes { slug } } myPermissions { nodes } __schema { queryType { fields { name } } mutationType { fields { name } } types { name } } }`,
      ),
      null,
      1,
    ),
  );
});
