/**
 * Every role on every table and view, on the roads that reach the database: what an API request becomes, an anonymous
 * one, an SQL login, the worker. Nobody sees a row of another organization; who sees which of their own is a golden
 * file. A new table without planted rows fails here.
 */
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loginUrl } from "../../lib/db/urls.ts";
import { inTransaction } from "../../lib/pg.ts";
import { asMember, asService, createTestDatabase, type TestDatabase } from "../support/database.ts";
import { expectGolden } from "../support/golden.ts";
import { type PlantedOrg, plantOrg, ROLES } from "../support/planted.ts";

const DOMAINS = [
  "private",
  "core",
  "audit",
  "tenancy",
  "access",
  "data",
  "quality",
  "ingest",
  "lineage",
  "ops",
];

let db: TestDatabase;
let acme: PlantedOrg;
let globex: PlantedOrg;
let relations: { name: string; scoped: boolean }[];

beforeAll(async () => {
  db = await createTestDatabase();
  acme = await plantOrg(db, "acme");
  globex = await plantOrg(db, "globex");
  const { rows } = await db.admin.query<{ name: string; scoped: boolean }>(
    `select format('%I.%I', n.nspname, c.relname) as name,
            exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'org_id' and not a.attisdropped) as scoped
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p', 'v') and (n.nspname = any ($1) or n.nspname ~ '^(org|store)_')
      order by 1`,
    [DOMAINS],
  );
  relations = rows;
});
afterAll(() => db.drop());

interface Seen {
  own: number;
  foreign: number;
}

/** Counts own and foreign rows of a relation, or says what refused it. */
async function look(
  client: pg.ClientBase,
  relation: { name: string; scoped: boolean },
): Promise<Seen | string> {
  const foreign = relation.scoped
    ? `org_id = '${globex.id}'`
    : relation.name === "tenancy.organizations"
      ? `id = '${globex.id}'`
      : relation.name === "access.users"
        ? `email like '%@globex.example'`
        : relation.name.includes("_globex.")
          ? "true"
          : "false";
  await client.query("savepoint look");
  try {
    const { rows } = await client.query<Seen>(
      `select count(*) filter (where not (${foreign}))::int as own, count(*) filter (where ${foreign})::int as foreign from ${relation.name}`,
    );
    return rows[0]!;
  } catch (error) {
    await client.query("rollback to look");
    return (error as { code: string }).code;
  }
}

async function lookAtAll(client: pg.ClientBase): Promise<Map<string, Seen | string>> {
  const seen = new Map<string, Seen | string>();
  for (const relation of relations) seen.set(relation.name, await look(client, relation));
  return seen;
}

function expectNothingForeign(seen: Map<string, Seen | string>, who: string): void {
  for (const [name, found] of seen) {
    if (typeof found === "string") expect(found, `${who} ${name}`).toBe("42501");
    else expect(found.foreign, `${who} ${name}`).toBe(0);
  }
}

describe("isolation", () => {
  it("is tested on tables that all have rows of both organizations", async () => {
    const client = await db.admin.connect();
    try {
      await client.query("begin");
      for (const relation of relations.filter((r) => r.scoped && !r.name.startsWith("private."))) {
        const found = await look(client, relation);
        expect(found, `${relation.name}: plant a row in tests/support/planted.ts`).toMatchObject({
          own: expect.any(Number),
        });
        const { own, foreign } = found as Seen;
        const mine = relation.name.includes("_globex.") ? foreign : own;
        expect(mine, `${relation.name}: plant a row in tests/support/planted.ts`).toBeGreaterThan(0);
      }
    } finally {
      await client.query("rollback");
      client.release();
    }
  });

  it("holds for every role through the API's road; who sees what is known", async () => {
    const table = new Map<string, string[]>();
    for (const role of ROLES) {
      const seen = await asMember(db, { orgId: acme.id, userId: acme.members[role] }, lookAtAll);
      expectNothingForeign(seen, role);
      for (const [name, found] of seen) {
        if (name.includes("_globex.")) continue;
        const cell = typeof found === "string" ? "refused" : found.own > 0 ? "sees" : "-";
        table.set(name, [...(table.get(name) ?? []), cell.padEnd(7)]);
      }
    }
    const row = (name: string, cells: readonly string[]) => `${name.padEnd(36)}${cells.join("  ")}`.trimEnd();
    const lines = [
      row(
        "",
        ROLES.map((role) => role.padEnd(7)),
      ),
      ...[...table].map(([name, cells]) => row(name, cells)),
    ];
    await expectGolden("visibility.txt", `${lines.join("\n")}\n`);
  });

  it("holds for nobody: an anonymous request, and the logins without a claim", async () => {
    const anonymous = await inTransaction(db.gateway, async (client) => {
      await client.query("set local role cadastre_anonymous");
      return lookAtAll(client);
    });
    for (const [name, found] of anonymous) expect(found, name).toBe("42501");
    for (const pool of [db.gateway, db.worker]) {
      const seen = await inTransaction(pool, lookAtAll);
      for (const [name, found] of seen) {
        if (typeof found === "string") continue;
        // The catalog of roles and permissions is everybody's.
        if (/^access\.(roles|permissions|role_permissions)$/.test(name)) continue;
        expect(found, name).toEqual({ own: 0, foreign: 0 });
      }
    }
  });

  it("holds for the worker, who sees the organization of its claim", async () => {
    expectNothingForeign(await asService(db, acme.id, lookAtAll), "worker");
  });

  it("holds for every role's SQL login, which reaches its organization's views and nothing else", async () => {
    for (const role of ROLES) {
      const { rows } = await asService(db, acme.id, (c) =>
        c.query("select role_name, password from access.create_sql_login($1)", [acme.members[role]]),
      );
      const client = new pg.Client({
        connectionString: loginUrl(db.adminUrl, rows[0].role_name, rows[0].password),
      });
      await client.connect();
      try {
        await client.query("begin");
        for (const [name, found] of await lookAtAll(client)) {
          if (name.startsWith("org_acme.")) {
            expect(found, `${role} ${name}`).toMatchObject({ foreign: 0 });
            expect((found as Seen).own > 0, `${role} ${name}`).toBe(role !== "client");
          } else {
            expect(found, `${role} ${name}`).toBe("42501");
          }
        }
      } finally {
        await client.end();
      }
    }
  });

  it("holds for writes: nobody changes a row of another organization by any table they may write to", async () => {
    const { rows: writable } = await db.admin.query<{ name: string }>(
      `select distinct format('%I.%I', n.nspname, c.relname) as name
         from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'v') and (n.nspname = any ($1) or n.nspname = 'org_globex')
          and has_any_column_privilege('cadastre_user', c.oid, 'UPDATE')`,
      [DOMAINS],
    );
    expect(writable.length).toBeGreaterThan(3);
    for (const { name } of writable) {
      const { rows: columns } = await db.admin.query<{ name: string }>(
        `select quote_ident(attname) as name from pg_attribute
          where attrelid = $1::regclass and attnum > 0 and not attisdropped
            and has_column_privilege('cadastre_user', attrelid, attnum, 'UPDATE') limit 1`,
        [name],
      );
      const column = columns[0]!.name;
      const foreign = name.includes("_globex.")
        ? "true"
        : name === "tenancy.organizations"
          ? `id = '${globex.id}'`
          : name === "access.users"
            ? "email like '%@globex.example'"
            : `org_id = '${globex.id}'`;
      const changed = await asMember(db, { orgId: acme.id, userId: acme.members.owner }, async (client) => {
        const result = await client.query(`update ${name} set ${column} = ${column} where ${foreign}`);
        return result.rowCount;
      });
      expect(changed, name).toBe(0);
    }
  });
});
