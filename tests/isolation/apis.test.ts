/**
 * Every role on every list of both GraphQL APIs, over HTTP: whatever can be listed is, with all its scalar fields, and
 * nothing in the answer belongs to the other organization. A new table is covered without a change here.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashPassword } from "../../lib/passwords.ts";
import { PASSWORD, startTestServer, type TestServer } from "../api/support/server.ts";
import { type PlantedOrg, plantOrg, ROLES } from "../support/planted.ts";

let server: TestServer;
let acme: PlantedOrg;
let globex: PlantedOrg;
let foreign: string[];

beforeAll(async () => {
  server = await startTestServer();
  acme = await plantOrg(server.db, "acme");
  globex = await plantOrg(server.db, "globex");
  const hash = await hashPassword(PASSWORD);
  await server.db.admin.query(
    "insert into private.credentials (user_id, password_hash) select id, $1 from access.users on conflict do nothing",
    [hash],
  );
  foreign = [
    globex.id,
    globex.datasetId,
    globex.runId,
    ...Object.values(globex.members),
    "secret of globex",
    "@globex.example",
  ];
});
afterAll(() => server.close());

interface TypeRef {
  kind: string;
  name: string | null;
  ofType: TypeRef | null;
}
interface Field {
  name: string;
  type: TypeRef;
  args: { name: string; type: TypeRef; defaultValue: string | null }[];
}

const INTROSPECT = `{ __schema { types { kind name fields { name
  args { name defaultValue type { kind name ofType { kind name ofType { kind name } } } }
  type { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } }`;

function named(type: TypeRef): TypeRef {
  return type.ofType ? named(type.ofType) : type;
}

/** A query for each connection of the schema's root, asking for every field that needs no argument and is no object. */
const NOBODY = "00000000-0000-0000-0000-000000000000";

async function listQueries(path: string, token: string): Promise<Map<string, string>> {
  const answer = await server.graphql(path, token, INTROSPECT);
  const types = new Map<string, Field[]>(
    answer.data.__schema.types.map((t: { name: string; fields: Field[] }) => [t.name, t.fields ?? []]),
  );
  const queries = new Map<string, string>();
  for (const field of types.get("Query") ?? []) {
    const type = named(field.type).name ?? "";
    const nodes = types.get(type)?.find((f) => f.name === "nodes");
    if (!nodes) continue;
    const scalars = (types.get(named(nodes.type).name ?? "") ?? []).filter(
      (f) => ["SCALAR", "ENUM"].includes(named(f.type).kind) && f.args.length === 0,
    );
    const needed = field.args.filter((a) => a.type.kind === "NON_NULL" && a.defaultValue === null);
    const invent = (type: TypeRef): string =>
      named(type).name === "UUID" ? NOBODY : new Date().toISOString();
    const args = ["first: 50", ...needed.map((a) => `${a.name}: "${invent(a.type)}"`)].join(", ");
    const selection = scalars.length > 0 ? `nodes { ${scalars.map((f) => f.name).join(" ")} }` : "totalCount";
    queries.set(field.name, `{ ${field.name}(${args}) { ${selection} } }`);
  }
  return queries;
}

function expectNothingForeign(text: string, what: string): void {
  for (const mark of foreign) expect(text, what).not.toContain(mark);
}

describe.each(ROLES)("%s", (role) => {
  it("sees nothing of another organization in the platform API", async () => {
    const token = await server.signIn(`${role}@acme.example`, "acme");
    const queries = await listQueries("/graphql", token);
    expect(queries.size).toBeGreaterThan(10);
    let rows = 0;
    for (const [name, query] of queries) {
      const answer = await server.graphql("/graphql", token, query);
      expectNothingForeign(JSON.stringify(answer), `${role} ${name}`);
      // What a role may not ask at all is refused as such; invented arguments are refused in a domain's own words.
      const codes = (answer.errors ?? []).map((e: { extensions: { code: string } }) => e.extensions.code);
      const odd = codes.filter((code: string) => code !== "FORBIDDEN" && !/^[A-Z]{2}\d{3}$/.test(code));
      expect(odd, `${name}: ${JSON.stringify(answer.errors)}`).toEqual([]);
      rows += answer.data?.[name]?.nodes?.length ?? 0;
    }
    expect(rows).toBeGreaterThan(0);
  });

  it("sees nothing of another organization in its own API, and cannot enter the other one's", async () => {
    const token = await server.signIn(`${role}@acme.example`, "acme");
    let rows = 0;
    for (const [name, query] of await listQueries("/orgs/acme/graphql", token)) {
      const answer = await server.graphql("/orgs/acme/graphql", token, query);
      rows += answer.data?.[name]?.nodes?.length ?? 0;
      expectNothingForeign(JSON.stringify(answer), `${role} ${name}`);
    }
    expect(rows > 0).toBe(role !== "client");
    const response = await server.post(
      "/orgs/globex/graphql",
      { query: "{ __typename }" },
      { authorization: `Bearer ${token}` },
    );
    expect([403, 404]).toContain(response.status);
    for (const path of [
      `/orgs/globex/runs/${globex.runId}`,
      `/orgs/acme/runs/${globex.runId}`,
      `/orgs/globex/runs/${globex.runId}/rejected.csv`,
    ]) {
      const got = await fetch(server.url + path, { headers: { authorization: `Bearer ${token}` } });
      expect([403, 404], path).toContain(got.status);
      expectNothingForeign(await got.text(), path);
    }
  });
});

describe("nobody", () => {
  it("reads anything without a token", async () => {
    for (const path of ["/graphql", "/orgs/acme/graphql"]) {
      const response = await server.post(path, { query: "{ __typename }" });
      const text = await response.text();
      expect(response.status === 401 || !text.includes("secret of"), `${path}: ${text}`).toBe(true);
      const rows = await server.post(path, {
        query: path === "/graphql" ? "{ datasets { nodes { name } } }" : "{ people { nodes { name } } }",
      });
      expect(await rows.text()).not.toMatch(/secret of|"people"\s*:\s*\{\s*"nodes"\s*:\s*\[\s*\{/);
    }
    expect((await fetch(`${server.url}/orgs/acme/runs/${acme.runId}`)).status).toBe(401);
  });
});
