/** The platform API: boundaries, names, filters, pages, limits, errors with code and hint. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestOrg } from "../support/database.ts";
import { makeSales } from "./support/sales.ts";
import { createOrg, startTestServer, type TestServer } from "./support/server.ts";

let api: TestServer;
let acme: TestOrg;
let globex: TestOrg;
let owner: string;
let viewer: string;
let stranger: string;

const ask = (token: string | null, query: string, variables?: Record<string, unknown>) =>
  api.graphql("/graphql", token, query, variables);
const codeOf = async (token: string | null, query: string, variables?: Record<string, unknown>) =>
  (await ask(token, query, variables)).errors?.[0]?.extensions.code;

beforeAll(async () => {
  api = await startTestServer();
  acme = await createOrg(api.db, "acme");
  globex = await createOrg(api.db, "globex");
  const ada = await api.member(acme, "ada@example.org", "owner");
  await api.member(acme, "vic@example.org", "viewer");
  const eve = await api.member(globex, "eve@example.org", "owner");
  await makeSales(api.db, acme, ada, 3);
  await makeSales(api.db, globex, eve, 2);
  owner = await api.signIn("ada@example.org");
  viewer = await api.signIn("vic@example.org");
  stranger = await api.signIn("eve@example.org");
});
afterAll(() => api.close());

describe("boundaries", () => {
  it("shows each organization its own rows, by list, key, name and global identifier", async () => {
    const mine = await ask(
      owner,
      "{ datasets(orderBy: [NAME_ASC]) { totalCount nodes { nodeId id name orgId } } }",
    );
    expect(mine.data.datasets.nodes.map((node: { name: string }) => node.name)).toEqual([
      "customers",
      "orders",
      "readings",
    ]);
    const { nodeId, id } = mine.data.datasets.nodes[0];
    const query =
      "query ($id: UUID!, $nodeId: ID!) { dataset(id: $id) { name } node(nodeId: $nodeId) { nodeId } }";
    expect((await ask(owner, query, { id, nodeId })).data).toEqual({
      dataset: { name: "customers" },
      node: { nodeId },
    });
    expect((await ask(stranger, query, { id, nodeId })).data.dataset).toBeNull();
    const theirs = await ask(
      stranger,
      "{ datasets { nodes { id orgId } } users { nodes { email } } events { nodes { orgId } } }",
    );
    expect(theirs.data.datasets.nodes.map((node: { orgId: string }) => node.orgId)).toEqual(
      Array(3).fill(globex.id),
    );
    expect(theirs.data.users.nodes).toEqual([{ email: "eve@example.org" }]);
    expect(new Set(theirs.data.events.nodes.map((node: { orgId: string }) => node.orgId))).toEqual(
      new Set([globex.id]),
    );
  });

  it("shows nobody nothing, and refuses what asks for a permission", async () => {
    expect(await codeOf(null, "{ datasets { nodes { id } } }")).toBe("FORBIDDEN");
    expect(await codeOf(null, "{ myOrganizations { nodes { slug } } }")).toBe("FORBIDDEN");
    expect((await ask(viewer, "{ events { nodes { id } } }")).data.events.nodes).toEqual([]);
  });

  it("does not let another organization's rows be changed, and says what it says of rows that do not exist", async () => {
    const change =
      'mutation ($id: UUID!) { updateOrganization(input: {id: $id, organizationPatch: {name: "Mine"}}) { organization { name } } }';
    const foreign = await ask(stranger, change, { id: acme.id });
    const missing = await ask(stranger, change, { id: crypto.randomUUID() });
    expect(foreign.errors![0]!.extensions).toMatchObject({ code: "NOT_FOUND", field: null });
    expect(foreign).toEqual(missing);
    expect((await ask(owner, change, { id: acme.id })).data.updateOrganization.organization.name).toBe(
      "Mine",
    );
  });

  it("hides what is the server's own", async () => {
    const { data } = await ask(
      owner,
      '{ __schema { mutationType { fields { name } } } file: __type(name: "File") { fields { name } } }',
    );
    const names = data.__schema.mutationType.fields.map((field: { name: string }) => field.name);
    expect(names).not.toContain("submitFile");
    expect(names).not.toContain("addMember");
    expect(data.file.fields.map((field: { name: string }) => field.name)).not.toContain("objectKey");
  });
});

describe("lists", () => {
  it("filter, order, page by cursor, and follow relations both ways", async () => {
    const page = `query ($after: Cursor) {
      fields(first: 2, after: $after, orderBy: [NAME_DESC], filter: { dataset: { name: { equalTo: "orders" } }, type: { in: ["integer", "date"] } }) {
        totalCount pageInfo { hasNextPage endCursor } nodes { name dataset { name } }
      }
    }`;
    const first = (await ask(owner, page)).data.fields;
    expect(first).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } });
    expect(first.nodes).toEqual(
      ["placed_on", "order_id"].map((name) => ({ name, dataset: { name: "orders" } })),
    );
    const second = (await ask(owner, page, { after: first.pageInfo.endCursor })).data.fields;
    expect(second).toMatchObject({ pageInfo: { hasNextPage: false }, nodes: [{ name: "customer_id" }] });
    const back = await ask(
      owner,
      '{ datasetByName(name: "orders") { fields(last: 1) { nodes { name } } createdByUser { email } } }',
    );
    expect(back.data.datasetByName).toMatchObject({
      fields: { nodes: [{}] },
      createdByUser: { email: "ada@example.org" },
    });
  });

  it("have a page of 100 by themselves and of 1,000 at most", async () => {
    expect((await ask(owner, "{ permissions { nodes { key } } }")).errors).toBeUndefined();
    expect(await codeOf(owner, "{ permissions(first: 1001) { nodes { key } } }")).toBe("BAD_INPUT");
    expect(
      await codeOf(owner, "query ($n: Int) { permissions(first: $n) { nodes { key } } }", { n: 100000 }),
    ).toBe("BAD_INPUT");
    expect(
      await codeOf(owner, "query ($n: Int) { permissions(first: $n) { nodes { key } } }", { n: null }),
    ).toBe("BAD_INPUT");
    expect(await codeOf(owner, "{ permissions(first: -1) { nodes { key } } }")).toBe("BAD_INPUT");
  });
});

describe("limits", () => {
  it("stop deep, wide, long and costly queries with words that say so", async () => {
    const deep = `{ datasets { nodes { ${"fields { nodes { dataset { ".repeat(6)} id ${"} } }".repeat(6)} } } }`;
    const answer = await ask(owner, deep);
    expect(answer.errors![0]).toMatchObject({
      message: expect.stringContaining("deeper than 16"),
      extensions: { code: "TOO_COSTLY", hint: expect.any(String) },
    });
    const costly = "{ datasets(first: 1000) { nodes { fields(first: 1000) { nodes { name } } } } }";
    expect(await codeOf(owner, costly)).toBe("TOO_COSTLY");
    const wide = `{ ${Array.from({ length: 60 }, (_, n) => `a${n}: myPermissions { nodes }`).join(" ")} }`;
    expect(await codeOf(owner, wide)).toBe("TOO_COSTLY");
    expect(await codeOf(owner, `{ __typename ${"# x\n".repeat(20_000)} }`)).toBe("TOO_LARGE");
    const fragments =
      "{ datasets(first: 1000) { nodes { ...a } } } fragment a on Dataset { ...b } fragment b on Dataset { fields(first: 1000) { nodes { name type } } }";
    expect(await codeOf(owner, fragments)).toBe("TOO_COSTLY");
    const doubling = `{ ...f0 } ${Array.from({ length: 40 }, (_, n) => `fragment f${n} on Query { ${n < 39 ? `...f${n + 1} ... on Query { ...f${n + 1} }` : "__typename"} }`).join(" ")}`;
    expect(await codeOf(owner, doubling)).toBe("TOO_COSTLY");
    // Deeper than a parser can go.
    for (const [open, close] of [
      ["{a", "}"],
      ["{ permissions(filter: {not: ", "}) }"],
      ["query ($a: [", "])"],
      ["{ a(x: [", "]) }"],
    ] as const)
      expect(await codeOf(null, open.repeat(1000) + close.repeat(1000)), open).toBe("TOO_COSTLY");
    const quoted = JSON.stringify(`${"[{(".repeat(300)} # "`);
    expect(
      await codeOf(owner, `{ permissions(filter: { key: { equalTo: ${quoted} } }) { totalCount } } # {{{`),
    ).toBe(undefined);
    const body = await api.post(
      "/graphql",
      { query: `{ a: ${"x".repeat(300_000)} }` },
      { authorization: `Bearer ${owner}` },
    );
    expect(body.status).toBe(413);
  });

  it("stop filters of many conditions, wherever they stand: nobody keeps the server at planning for seconds", async () => {
    const ors = (n: number) => ({ or: Array.from({ length: n }, (_, i) => ({ key: { equalTo: `k${i}` } })) });
    const nested = (n: number): object => (n === 0 ? {} : { not: nested(n - 1) });
    const once = "query ($f: PermissionFilter) { permissions(filter: $f) { totalCount } }";
    const often = `query ($f: PermissionFilter) { ${Array.from({ length: 40 }, (_, n) => `a${n}: permissions(filter: $f) { totalCount }`).join(" ")} }`;
    const spread = `query ($f: PermissionFilter) { ${"...a ".repeat(40)} } fragment a on Query { permissions(filter: $f) { totalCount } }`;
    expect((await ask(owner, once, { f: ors(500) })).errors).toBeUndefined();
    expect((await ask(owner, often, { f: ors(10) })).errors).toBeUndefined();
    const literal = JSON.stringify(ors(1200)).replace(/"(\w+)":/g, "$1:");
    const refused: [string, string, object?][] = [
      ["in a variable", once, { f: ors(1500) }],
      ["in a variable used often", often, { f: ors(100) }],
      ["in a fragment spread often", spread, { f: ors(100) }],
      [
        "in a variable's default",
        `query ($f: PermissionFilter = ${literal}) { permissions(filter: $f) { totalCount } }`,
      ],
      ["in the document", `{ permissions(filter: ${literal}) { totalCount } }`],
      ["too deep", once, { f: nested(40) }],
      ["far too deep", once, { f: nested(1500) }],
      [
        "too deep in the document",
        `{ permissions(filter: ${JSON.stringify(nested(40)).replaceAll('"', "")}) { totalCount } }`,
      ],
    ];
    for (const [what, query, variables] of refused)
      for (const token of [owner, null])
        expect(await codeOf(token, query, variables as Record<string, unknown>), what).toBe("TOO_COSTLY");
    // What a JSON value holds is no condition.
    const keys = Array.from({ length: 3000 }, (_, id) => ({ id }));
    const undo = `mutation ($keys: JSON!) { undoRows(input: { datasetId: "00000000-0000-4000-8000-000000000000", toAt: "2026-01-01T00:00:00Z", keys: $keys }) { clientMutationId } }`;
    expect(await codeOf(owner, undo, { keys })).not.toBe("TOO_COSTLY");
  });

  it("let the tools' introspection through", async () => {
    const { getIntrospectionQuery } = await import("graphql");
    expect((await ask(owner, getIntrospectionQuery())).errors).toBeUndefined();
  });
});

describe("errors", () => {
  it("carry code, hint and field", async () => {
    expect((await ask(owner, "{ nothing }")).errors![0]!.extensions).toMatchObject({
      code: "BAD_INPUT",
      hint: expect.any(String),
    });
    expect((await ask(owner, "{ datasets {")).errors![0]!.extensions).toMatchObject({ code: "BAD_INPUT" });
    const bad =
      'mutation ($fields: JSON!) { createDataset(input: {name: "Bad Name", fields: $fields}) { result { id } } }';
    expect((await ask(owner, bad, { fields: [{ name: "a" }] })).errors![0]).toMatchObject({
      message: expect.stringContaining("Bad Name"),
      path: ["createDataset"],
      extensions: { code: "DS007", hint: expect.stringContaining("lower-case"), field: "name" },
    });
    const good = bad.replace("Bad Name", "fine");
    expect((await ask(viewer, good, { fields: [{ name: "a" }] })).errors![0]!.extensions).toMatchObject({
      code: "FORBIDDEN",
      hint: expect.stringContaining("owner"),
    });
    expect((await ask(owner, good, { fields: [{ name: "a" }] })).data.createDataset.result.id).toMatch(
      /^[0-9a-f-]{36}$/,
    );
    expect(await codeOf(owner, good, { fields: [{ name: "a" }] })).toBe("DS009");
    const rule =
      'mutation ($d: UUID!) { createRuleSetting(input: {ruleSetting: {orgId: $o, datasetId: $d, fieldName: "order_id", rule: "range", severity: "loud"}}) { ruleSetting { rule } } }'.replace(
        "$o",
        `"${acme.id}"`,
      );
    const { data } = await ask(owner, '{ datasetByName(name: "orders") { id } }');
    expect(await codeOf(owner, rule, { d: data.datasetByName.id })).toBe("BAD_INPUT");
    const fine = rule.replace("loud", "warning");
    expect((await ask(owner, fine, { d: data.datasetByName.id })).errors).toBeUndefined();
    expect(await codeOf(owner, fine, { d: data.datasetByName.id })).toBe("CONFLICT");
  });

  it("say nothing of our own faults but an id", async () => {
    await api.db.admin.query("alter function access.my_permissions() rename to my_permissions_gone");
    const answer = await ask(owner, "{ myPermissions { nodes } }");
    await api.db.admin.query("alter function access.my_permissions_gone() rename to my_permissions");
    expect(answer.errors![0]).toMatchObject({
      message: "something went wrong on our side",
      extensions: { code: "INTERNAL" },
    });
    expect(JSON.stringify(answer)).not.toContain("my_permissions");
  });

  it("of the way to it are JSON too", async () => {
    const get = await fetch(`${api.url}/graphql?query={__typename}`, {
      headers: { authorization: `Bearer ${owner}` },
    });
    expect(get.status).toBe(405);
    const form = await fetch(`${api.url}/graphql`, {
      method: "POST",
      body: "query={__typename}",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect(form.status).toBe(415);
    const nowhere = await fetch(`${api.url}/nowhere`);
    expect(nowhere.status).toBe(404);
    expect(await nowhere.json()).toMatchObject({ error: { code: "NOT_FOUND" } });
  });
});

it("prepares and pools without letting one request's identity into the next", async () => {
  const query = "{ organizations { nodes { slug } } }";
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, n) => ask(n % 3 === 0 ? owner : n % 3 === 1 ? stranger : viewer, query)),
  );
  answers.forEach((answer, n) => {
    expect(answer.data.organizations.nodes).toEqual([{ slug: n % 3 === 1 ? "globex" : "acme" }]);
  });
});
