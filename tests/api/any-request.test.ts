/**
 * Whatever a member asks of either API that its schema allows, with values at the edges of every type, is answered or refused
 * with a sentence of ours: no query and no mutation ends in an error that is told as a fault of the server.
 */
import fc from "fast-check";
import {
  buildClientSchema,
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getIntrospectionQuery,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
} from "graphql";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { TestOrg } from "../support/database.ts";
import { makeSales } from "./support/sales.ts";
import { createOrg, startTestServer, type TestServer } from "./support/server.ts";

let api: TestServer;
let acme: TestOrg;
let token: string;
let known: string[];

// Mutations may end sessions and organizations: each test has a server of its own.
beforeEach(async () => {
  api = await startTestServer();
  acme = await createOrg(api.db, "acme");
  const ada = await api.member(acme, "ada@example.org", "owner");
  await makeSales(api.db, acme, ada, 12);
  token = await api.signIn("ada@example.org");
  const { rows } = await api.db.admin.query(
    "select id::text from data.datasets union all select id::text from access.policies",
  );
  known = [acme.id, ada, ...rows.map((r) => r.id as string), "00000000-0000-0000-0000-000000000000"];
});
afterEach(() => api.close());

const TEXTS = [
  "",
  "x",
  "orders",
  "customer",
  "amount",
  "é%\\_'\"",
  "2026-01-31",
  "a".repeat(2000),
  "null",
  "{}",
  "\u0000",
  "\ud800",
  "select 1",
];
const SCALARS: Record<string, unknown[]> = {
  Int: [0, 1, -1, 50, 2147483647, -2147483648],
  Float: [0, -1.5, 1e308],
  BigInt: ["0", "-1", "9223372036854775807", "9223372036854775808", "x"],
  BigFloat: ["0", "-1.5", "NaN", "Infinity", "1e400", "x"],
  Boolean: [true, false],
  Datetime: ["2026-01-31T00:00:00Z", "infinity", "-infinity", "x", "0001-01-01T00:00:00Z", "99999-01-01"],
  Date: ["2026-01-31", "infinity", "x", "5874898-01-01"],
  Time: ["10:00", "24:00", "x"],
  JSON: [{}, [], null, "x", 1, { a: { b: [null] } }, [{}]],
  Cursor: [""],
  BitString: ["101", "x"],
  InternetAddress: ["10.0.0.1", "x"],
  CidrAddress: ["10.0.0.0/8", "x"],
};

/** Numbers that a seed gives, so that what fails can be asked again. */
function dice(seed: number): <T>(list: readonly T[]) => T {
  let state = seed >>> 0;
  return (list) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return list[Math.floor((state / 2 ** 32) * list.length)]!;
  };
}
type Pick = ReturnType<typeof dice>;
const chance = (pick: Pick, of: number): boolean => pick(Array.from({ length: of }, (_, i) => i)) === 0;

function anyOf(type: GraphQLInputType, pick: Pick, depth: number): unknown {
  if (isNonNullType(type)) return anyOf(type.ofType, pick, depth) ?? anyOf(type.ofType, pick, depth) ?? 0;
  if (chance(pick, 12)) return null;
  if (isListType(type))
    return Array.from({ length: pick([0, 1, 2]) }, () => anyOf(type.ofType, pick, depth + 1));
  if (isEnumType(type)) return pick(type.getValues()).name;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields());
    const chosen = depth > 3 ? [] : Array.from({ length: Math.min(3, fields.length) }, () => pick(fields));
    const all = [...new Set([...fields.filter((f) => isNonNullType(f.type)), ...chosen])];
    return Object.fromEntries(all.map((f) => [f.name, anyOf(f.type, pick, depth + 1)]));
  }
  if (type.name === "UUID") return pick([...known, "x"]);
  return pick(SCALARS[type.name] ?? TEXTS);
}

function selection(type: GraphQLOutputType, depth: number): string {
  const named = getNamedType(type);
  if (!isObjectType(named) && !isInterfaceType(named)) return "";
  const fields = Object.values(named.getFields())
    .filter((f) => f.name !== "query" && f.args.every((a) => !isNonNullType(a.type)))
    .map((f) => {
      const inner = getNamedType(f.type);
      if (!isObjectType(inner) && !isInterfaceType(inner)) return f.name;
      return depth < 2 ? `${f.name} ${selection(f.type, depth + 1)}` : "";
    })
    .filter((f) => f !== "")
    .slice(0, 12);
  return `{ __typename ${fields.join(" ")} }`;
}

function request(
  schema: GraphQLSchema,
  kind: "query" | "mutation",
  pick: Pick,
): { query: string; variables: Record<string, unknown> } {
  const root = kind === "query" ? schema.getQueryType()! : schema.getMutationType()!;
  const field = pick(Object.values(root.getFields()).filter((f) => f.name !== "query"));
  const given = field.args.filter((a: GraphQLArgument) => isNonNullType(a.type) || chance(pick, 2));
  const variables = Object.fromEntries(given.map((a) => [a.name, anyOf(a.type, pick, 0)]));
  const declared = given.map((a) => `$${a.name}: ${String(a.type)}`).join(", ");
  const args = given.map((a) => `${a.name}: $${a.name}`).join(", ");
  const call = `${field.name}${args ? `(${args})` : ""} ${selection(field.type, 0)}`;
  return { query: `${kind} ${declared ? `(${declared})` : ""} { ${call} }`, variables };
}

for (const to of ["/graphql", "/orgs/acme/graphql"])
  for (const kind of ["query", "mutation"] as const)
    it(`${kind} of ${to}`, async () => {
      const { data } = await api.graphql(to, token, getIntrospectionQuery());
      const schema = buildClientSchema(data);
      let answered = 0;
      await fc.assert(
        fc.asyncProperty(fc.nat(), async (seed) => {
          const asked = request(schema, kind, dice(seed));
          const answer = await api.graphql(to, token, asked.query, asked.variables);
          const faults = (answer.errors ?? []).filter(
            (e) => e.extensions?.code === "INTERNAL" || !e.extensions?.code,
          );
          expect(faults, JSON.stringify(asked).slice(0, 2000)).toEqual([]);
          if (!answer.errors) answered++;
        }),
        { numRuns: Number(process.env.RUNS ?? 150) },
      );
      expect(answered).toBeGreaterThan(0);
    }, 600_000);
