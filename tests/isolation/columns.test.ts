/**
 * Every role, every column, every road: a dataset with each kind of mask and a row filter. What somebody is shown is a
 * golden table (tests/golden/columns.txt), and SQL by a request's claim, an SQL login, an API key, the organization's
 * GraphQL API over HTTP and an owner's look as them show the same, in the current rows, in the history and as of now.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashPassword } from "../../lib/passwords.ts";
import { PASSWORD, startTestServer, type TestServer } from "../api/support/server.ts";
import { asMember } from "../support/database.ts";
import { expectGolden } from "../support/golden.ts";
import { type PlantedOrg, plantOrg, ROLES, type Role } from "../support/planted.ts";
import { asKey, listOverHttp, makeApiKey, openSqlLogin, type Person, type Rows } from "./roads.ts";

const FIELDS = [
  { name: "id", type: "integer" },
  { name: "region" },
  { name: "fullname" },
  { name: "email" },
  { name: "born", type: "date" },
  { name: "salary", type: "integer" },
  { name: "remark" },
];
const COLUMNS = FIELDS.map((field) => field.name);
const TAGS = { fullname: ["name"], email: ["contact"], born: ["birth"], salary: ["pay"], remark: ["free"] };
const PEOPLE = [
  "(1, 'EMEA', 'Ada Lovelace', 'ada@acme.example', '1815-12-10', 1200, 'first')",
  "(2, 'APAC', 'Alan Turing', 'alan@acme.example', '1912-06-23', 1300, 'second')",
];
/** Who is bound by what; owner, ceo and admin by nothing. */
const POLICIES: [name: string, kind: string, more: Record<string, unknown>][] = [
  [
    "own region",
    "row_filter",
    { roles: ["analyst", "viewer"], condition: { eq: [{ row: "region" }, { user: "region" }] } },
  ],
  [
    "no pay",
    "mask",
    { tags: ["pay"], mask: { kind: "null" }, roles: ["manager", "editor", "steward", "analyst", "viewer"] },
  ],
  ["names joined", "mask", { tags: ["name"], mask: { kind: "hash" }, roles: ["analyst", "viewer"] }],
  [
    "mail in part",
    "mask",
    { tags: ["contact"], mask: { kind: "partial", first: 1, last: 8 }, roles: ["editor", "steward"] },
  ],
  ["no mail", "mask", { tags: ["contact"], mask: { kind: "null" }, roles: ["analyst", "viewer"] }],
  [
    "year of birth",
    "mask",
    { tags: ["birth"], mask: { kind: "year" }, roles: ["steward", "analyst", "viewer"] },
  ],
  [
    "remarks held back",
    "mask",
    { tags: ["free"], mask: { kind: "constant", value: "held back" }, roles: ["viewer"] },
  ],
];

let server: TestServer;
let acme: PlantedOrg;
let globex: PlantedOrg;
const shown = new Map<Role, Rows>();

const person = (role: Role): Person => ({
  orgId: acme.id,
  slug: acme.slug,
  userId: acme.members[role],
  email: `${role}@acme.example`,
});
const select = (from: string) =>
  `select ${COLUMNS.map((c) => (c === "born" ? "born::text" : c)).join(", ")} from ${from} order by id`;

beforeAll(async () => {
  server = await startTestServer();
  acme = await plantOrg(server.db, "acme");
  globex = await plantOrg(server.db, "globex");
  await server.db.admin.query(
    "insert into private.credentials (user_id, password_hash) select id, $1 from access.users on conflict do nothing",
    [await hashPassword(PASSWORD)],
  );
  await server.db.admin.query(
    `update access.memberships set attributes = '{"region": "EMEA"}' where org_id = $1 and role_key in ('analyst', 'viewer')`,
    [acme.id],
  );
  await asMember(server.db, person("owner"), async (client) => {
    const { rows } = await client.query("select id from data.create_dataset('staff', $1, '{id}')", [
      JSON.stringify(FIELDS),
    ]);
    await client.query(`insert into org_acme.staff (${COLUMNS}) values ${PEOPLE.join(", ")}`);
    await client.query("select data.set_protection($1, fields => $2)", [rows[0].id, JSON.stringify(TAGS)]);
    for (const [name, kind, { roles, tags, mask, condition }] of POLICIES) {
      await client.query(
        `select access.create_policy($1, $2, condition => $3, mask => $4, tags => $5, roles => $6, datasets => $7)`,
        [
          name,
          kind,
          condition ? JSON.stringify(condition) : null,
          mask ? JSON.stringify(mask) : null,
          tags ?? [],
          roles,
          kind === "row_filter" ? [rows[0].id] : [],
        ],
      );
    }
  });
  // A second version of Ada, so that the history has a superseded one.
  await asMember(server.db, person("owner"), (client) =>
    client.query("update org_acme.staff set remark = 'changed' where id = 1"),
  );
  for (const role of ROLES) {
    const { rows } = await asMember(server.db, person(role), (client) =>
      client.query(select("org_acme.staff")),
    );
    shown.set(role, rows);
  }
});
afterAll(() => server.close());

/** The key of the hash differs from database to database. */
const told = (value: unknown): string =>
  typeof value === "string" && /^[0-9a-f]{16,}$/.test(value) ? "(hash)" : String(value ?? "(null)");

describe("role x column", () => {
  it("is what the golden table says", async () => {
    const lines = ROLES.flatMap((role) => {
      const rows = shown.get(role)!;
      const cells = rows.map((row) => COLUMNS.map((column) => `${column}=${told(row[column])}`).join(" | "));
      return cells.length === 0
        ? [`${role.padEnd(8)} sees no row`]
        : cells.map((cell) => `${role.padEnd(8)} ${cell}`);
    });
    await expectGolden("columns.txt", `${lines.join("\n")}\n`);
  });

  it("shows a client the dataset that a grant shares, unmasked where no policy names clients", async () => {
    const { rows } = await asMember(server.db, person("owner"), (client) =>
      client.query("select id from data.datasets where name = 'staff'"),
    );
    await asMember(server.db, person("owner"), (client) =>
      client.query(
        "select access.grant_access($1, '1 hour', permission => 'record.view', object_kind => 'dataset', object_id => $2)",
        [acme.members.client, rows[0].id],
      ),
    );
    const see = () =>
      asMember(server.db, person("client"), async (client) => ({
        staff: (await client.query("select from org_acme.staff")).rowCount,
        people: (await client.query("select from org_acme.people")).rowCount,
      }));
    expect(await see()).toEqual({ staff: 2, people: 0 });
    await asMember(server.db, person("owner"), (client) =>
      client.query("select access.revoke_grant(id) from access.grants where user_id = $1", [
        acme.members.client,
      ]),
    );
    expect(await see()).toEqual({ staff: 0, people: 0 });
  });
});

describe.each(ROLES)("%s", (role) => {
  it("is shown the same by an SQL login, in the current rows, the history and as of now", async () => {
    const client = await openSqlLogin(server.db, person(role));
    try {
      expect((await client.query(select("staff"))).rows).toEqual(shown.get(role));
      expect((await client.query(select("staff_as_of(clock_timestamp())"))).rows).toEqual(shown.get(role));
      const current = await client.query(select("staff_history where valid_to is null"));
      expect(current.rows).toEqual(shown.get(role));
      const before = await client.query(select("staff_history where valid_to is not null"));
      // Ada's first version, masked as her current one is.
      const ada = shown.get(role)!.find((row) => row.id === 1);
      const remark = ada?.remark === "changed" ? "first" : ada?.remark;
      expect(before.rows).toEqual(ada ? [{ ...ada, remark }] : []);
    } finally {
      await client.end();
    }
  });

  it("is shown the same by an API key", async () => {
    const who = person(role);
    if (role === "client") {
      // It holds nothing that a key could look with.
      await expect(makeApiKey(server.db, who, ["record.view"])).rejects.toMatchObject({ code: "42501" });
      return;
    }
    const key = await makeApiKey(server.db, who, ["record.view", "dataset.view"]);
    const { rows } = await asKey(server.db, who, key.id, (client) => client.query(select("org_acme.staff")));
    expect(rows).toEqual(shown.get(role));
    const query = `{ staff(orderBy: ID_ASC) { nodes { ${COLUMNS.join(" ")} } } }`;
    expect(await listOverHttp(server, who, key.token, query)).toEqual(shown.get(role));
  });

  it("is shown the same by the organization's API", async () => {
    const who = person(role);
    const token = await server.signIn(who.email, who.slug);
    const query = `{ staff(orderBy: ID_ASC) { nodes { ${COLUMNS.join(" ")} } } }`;
    expect(await listOverHttp(server, who, token, query)).toEqual(shown.get(role));
  });

  it("finds nothing by what is hidden from them", async () => {
    const rows = shown.get(role)!;
    for (const [column, value] of [
      ["fullname", "Ada Lovelace"],
      ["email", "ada@acme.example"],
      ["salary", 1200],
      ["remark", "changed"],
    ] as const) {
      const { rowCount } = await asMember(server.db, person(role), (client) =>
        client.query(`select from org_acme.staff where ${column} = $1`, [value]),
      );
      expect(rowCount, column).toBe(rows.some((row) => row[column] === value) ? 1 : 0);
    }
  });

  if (role !== "owner")
    it("is seen by an owner who looks as them exactly as they see it, also in an export", async () => {
      const owner = person("owner");
      await asMember(server.db, owner, (client) =>
        client.query("select access.start_view_as($1, 'a test of what they see', 5)", [acme.members[role]]),
      );
      try {
        const { rows } = await asMember(server.db, owner, (client) => client.query(select("org_acme.staff")));
        expect(rows).toEqual(shown.get(role));
        const token = await server.signIn(owner.email, owner.slug);
        const query = `{ staff(orderBy: ID_ASC) { nodes { ${COLUMNS.join(" ")} } } }`;
        expect(await listOverHttp(server, owner, token, query)).toEqual(shown.get(role));
        // Their own SQL login too, while it lasts.
        const client = await openSqlLogin(server.db, owner);
        try {
          expect((await client.query(select("staff"))).rows).toEqual(shown.get(role));
        } finally {
          await client.end();
        }
      } finally {
        await asMember(server.db, owner, (client) => client.query("select access.end_view_as()"));
      }
    });
});

it("means nothing next door: the other organization's owner sees no row and no policy", async () => {
  const other = { orgId: globex.id, userId: globex.members.owner };
  const policies = await asMember(server.db, other, (client) =>
    client.query("select from access.policies where org_id = $1", [acme.id]),
  );
  expect(policies.rowCount).toBe(0);
  const rows = await asMember(server.db, other, (client) => client.query("select from org_acme.staff"));
  expect(rows.rowCount).toBe(0);
});
