/** Connectors over the APIs: made by GraphQL, their secrets sealed on the way in, and read by nobody. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectorPurpose, loadSecrets } from "../../lib/secrets.ts";
import type { TestOrg } from "../support/database.ts";
import { createOrg, startTestServer, type TestServer } from "./support/server.ts";

let s: TestServer;
let acme: TestOrg;
const token: Record<string, string> = {};

beforeAll(async () => {
  s = await startTestServer();
  acme = await createOrg(s.db, "acme");
  const globex = await createOrg(s.db, "globex");
  for (const role of ["admin", "manager", "viewer"]) {
    await s.member(acme, `${role}@acme.example`, role);
    token[role] = await s.signIn(`${role}@acme.example`);
  }
  await s.member(globex, "owner@globex.example", "owner");
  token.stranger = await s.signIn("owner@globex.example");
});
afterAll(() => s.close());

const put = (who: string | null, name: string, body: unknown) =>
  s.post(`/orgs/acme/connectors/${name}/secret`, body, who ? { authorization: `Bearer ${token[who]}` } : {});
const create = `mutation ($name: String!, $settings: JSON!) {
  createConnector(input: {name: $name, kind: "postgres", settings: $settings}) { result { id name hasSecret status } } }`;
const SETTINGS = { host: "db.example", database: "shop", user: "reader" };

it("ready-made ones are told to members, and to nobody else", async () => {
  const ask = (who: string | null) =>
    fetch(`${s.url}/orgs/acme/connector-presets`, {
      headers: who ? { authorization: `Bearer ${token[who]}` } : {},
    });
  expect([(await ask(null)).status, (await ask("stranger")).status]).toEqual([401, 404]);
  const answer = await ask("viewer");
  expect(answer.status).toBe(200);
  const { presets } = (await answer.json()) as { presets: { name: string; connector: { kind: string } }[] };
  expect(presets.map(({ name }) => name)).toContain("github-issues");
  expect(presets.every(({ connector }) => connector.kind === "rest")).toBe(true);
});

describe("a connector over the APIs", () => {
  it("is made by GraphQL; its secret is sealed for it alone and shown to nobody", async () => {
    const made = await s.graphql("/graphql", token.manager!, create, { name: "crm", settings: SETTINGS });
    expect(made.data.createConnector.result).toMatchObject({
      name: "crm",
      hasSecret: false,
      status: "unknown",
    });
    const answer = await put("admin", "crm", { secret: { password: "s3cret-value" } });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(await answer.json()).toMatchObject({ hasSecret: true });
    const { rows } = await s.db.admin.query<{ connector_id: string; sealed: string }>(
      "select connector_id, sealed from private.connector_secrets",
    );
    expect(rows).toHaveLength(1);
    const secrets = await loadSecrets({ home: s.home, secretKey: null });
    expect(JSON.parse(secrets.open(connectorPurpose(rows[0]!.connector_id), rows[0]!.sealed))).toEqual({
      password: "s3cret-value",
    });
    expect(() => secrets.open(connectorPurpose("another"), rows[0]!.sealed)).toThrow();
    const seen = await s.graphql(
      "/graphql",
      token.admin!,
      "{ connectors { nodes { name settings hasSecret error pinned } } }",
    );
    expect(seen.data.connectors.nodes).toEqual([
      { name: "crm", settings: SETTINGS, hasSecret: true, error: null, pinned: null },
    ]);
    const taken = await put("admin", "crm", { secret: null });
    expect(await taken.json()).toMatchObject({ hasSecret: false });
    expect((await s.db.admin.query("select from private.connector_secrets")).rows).toEqual([]);
  });

  it("refuses who may not, what is not the kind's, and what is too much", async () => {
    const tries: [string | null, string, unknown, number, string][] = [
      [null, "crm", { secret: { password: "x" } }, 401, "UNAUTHENTICATED"],
      ["viewer", "crm", { secret: { password: "x" } }, 404, "NOT_FOUND"],
      ["manager", "crm", { secret: { password: "x" } }, 403, "FORBIDDEN"],
      ["admin", "nothing", { secret: { password: "x" } }, 404, "NOT_FOUND"],
      ["admin", "crm", { secret: { token: "x" } }, 400, "BAD_INPUT"],
      ["admin", "crm", { secret: { password: 7 } }, 400, "BAD_INPUT"],
      ["admin", "crm", { password: "x" }, 400, "BAD_INPUT"],
    ];
    for (const [who, name, body, status, code] of tries) {
      const answer = await put(who, name, body);
      const told = (await answer.json()) as { error: { code: string; message: string } };
      expect([answer.status, told.error.code], `${who} ${name} ${JSON.stringify(body)}`).toEqual([
        status,
        code,
      ]);
    }
    const foreign = await put("stranger", "crm", { secret: { password: "x" } });
    expect([403, 404]).toContain(foreign.status);
    expect(
      (await put("admin", "crm", { secret: { password: "x".repeat(100_000) } })).status,
    ).toBeGreaterThanOrEqual(400);
    expect((await s.db.admin.query("select from private.connector_secrets")).rows).toEqual([]);
  });

  it("tells kinds for forms, and what is wrong with the field", async () => {
    const kinds = await s.graphql(
      "/graphql",
      token.viewer!,
      "{ connectorKinds { nodes { kind title settings secret selection hows } } }",
    );
    expect(kinds.data.connectorKinds.nodes).toHaveLength(10);
    const wrong = await s.graphql("/graphql", token.manager!, create, {
      name: "x",
      settings: { ...SETTINGS, port: 0 },
    });
    expect(wrong.errors![0]!.extensions).toMatchObject({ code: "IN081", field: "port" });
    const closed = await s.graphql("/graphql", token.viewer!, create, { name: "x", settings: SETTINGS });
    expect(closed.errors![0]!.extensions).toMatchObject({ code: "FORBIDDEN" });
    expect(
      (
        await s.graphql(
          "/graphql",
          token.stranger!,
          "{ connectors { nodes { name } } sources { nodes { name } } }",
        )
      ).data,
    ).toEqual({ connectors: { nodes: [] }, sources: { nodes: [] } });
  });
});
