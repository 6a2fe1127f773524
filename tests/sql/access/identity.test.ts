/** Identity: claims count only when signed, unexpired and from the right login; nothing else is anybody. */
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signClaim } from "../../../lib/claims.ts";
import { inTransaction } from "../../../lib/pg.ts";
import {
  addMember,
  asMember,
  asPlatform,
  asService,
  createOrg,
  createTestDatabase,
  type TestDatabase,
  type TestOrg,
} from "../../support/database.ts";

let db: TestDatabase;
let acme: TestOrg;
let globex: TestOrg;
let ada: string;

beforeAll(async () => {
  db = await createTestDatabase();
  acme = await createOrg(db, "acme");
  globex = await createOrg(db, "globex");
  ada = await addMember(db, acme.id, "ada@example.org", "analyst");
});
afterAll(() => db.drop());

const who =
  "select private.org_id() as org, private.user_id() as usr, private.has_permission('record.view') as may";

async function withRawClaim(
  pool: pg.Pool,
  claim: string,
): Promise<{ org: string | null; usr: string | null; may: boolean }> {
  return inTransaction(pool, async (client) => {
    await client.query("select set_config('cadastre.claim', $1, true)", [claim]);
    return (await client.query(who)).rows[0];
  });
}

const nobody = { org: null, usr: null, may: false };

describe("a signed claim", () => {
  it("is the member, with the role's inherited permissions", async () => {
    const row = await asMember(
      db,
      { orgId: acme.id, userId: ada },
      async (c) => (await c.query(who)).rows[0],
    );
    expect(row).toEqual({ org: acme.id, usr: ada, may: true });
  });

  it("is nobody for an organization the user does not belong to", async () => {
    const row = await asMember(
      db,
      { orgId: globex.id, userId: ada },
      async (c) => (await c.query(who)).rows[0],
    );
    expect(row).toEqual(nobody);
  });

  it("is nobody when forged, tampered, expired, malformed or empty", async () => {
    const claim = { kind: "user", orgId: acme.id, userId: ada } as const;
    const good = signClaim(claim, db.claimKey);
    expect((await withRawClaim(db.gateway, good)).org).toBe(acme.id);
    for (const bad of [
      signClaim(claim, Buffer.alloc(32, 7)),
      good.replace(acme.id, globex.id),
      signClaim({ ...claim, ttlSeconds: -1 }, db.claimKey),
      `${good}0`,
      "v1.user",
      "",
      "......",
    ]) {
      expect(await withRawClaim(db.gateway, bad), bad).toEqual(nobody);
    }
  });

  it("of a service counts on the worker's login only", async () => {
    const claim = signClaim({ kind: "service", orgId: acme.id, userId: null }, db.claimKey);
    expect((await withRawClaim(db.worker, claim)).may).toBe(true);
    expect(await withRawClaim(db.gateway, claim)).toEqual(nobody);
    expect(await withRawClaim(db.admin, claim)).toEqual(nobody);
  });

  it("ends with the transaction", async () => {
    await asService(db, acme.id, async () => undefined);
    expect((await db.worker.query(who)).rows[0]).toEqual(nobody);
  });
});

describe("an SQL login", () => {
  it("is the live membership, whatever claim the session sets, and nobody once removed", async () => {
    const eve = await addMember(db, acme.id, "eve@example.org", "analyst");
    const login = await asMember(
      db,
      { orgId: acme.id, userId: eve },
      async (c) => (await c.query("select * from access.create_sql_login($1)", [eve])).rows[0],
    );
    const url = new URL(db.adminUrl);
    url.username = login.role_name;
    url.password = login.password;
    const client = new pg.Client({ connectionString: url.toString() });
    await client.connect();
    client.on("error", () => undefined);
    await client.query("select set_config('cadastre.claim', $1, false)", [
      signClaim({ kind: "user", orgId: globex.id, userId: ada }, db.claimKey),
    ]);
    expect((await client.query(who)).rows[0]).toEqual({ org: acme.id, usr: eve, may: true });
    await db.admin.query("delete from access.memberships where user_id = $1", [eve]);
    expect((await client.query(who)).rows[0]).toEqual(nobody);
    await client.end();
  });
});

describe("organizations", () => {
  it("are made by the platform alone, with a good slug", async () => {
    await expect(
      asMember(db, { orgId: acme.id, userId: ada }, (c) =>
        c.query("select tenancy.create_organization('x', 'X')"),
      ),
    ).rejects.toMatchObject({ code: "42501" });
    for (const slug of ["a b", "A", "../x", "x'; drop", "-a", "", "1a"]) {
      await expect(
        asPlatform(db, (c) => c.query("select tenancy.create_organization($1, 'X')", [slug])),
        slug,
      ).rejects.toMatchObject({ code: "TN001" });
    }
    await expect(
      asPlatform(db, (c) => c.query("select tenancy.create_organization('acme', 'X')")),
    ).rejects.toMatchObject({ code: "TN002" });
  });

  it("see only themselves", async () => {
    const rows = await asMember(
      db,
      { orgId: acme.id, userId: ada },
      async (c) => (await c.query("select slug from tenancy.organizations")).rows,
    );
    expect(rows).toEqual([{ slug: "acme" }]);
  });
});
