/** private.require_recent(): who may do sensitive acts, decided in the database for every road. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Claim } from "../../lib/claims.ts";
import { withClaim } from "../../lib/pg.ts";
import {
  addMember,
  createOrg,
  createTestDatabase,
  type TestDatabase,
  type TestOrg,
} from "../support/database.ts";

let db: TestDatabase;
let acme: TestOrg;
let ada: string;

beforeAll(async () => {
  db = await createTestDatabase();
  acme = await createOrg(db, "acme");
  ada = await addMember(db, acme.id, "ada@acme.example", "owner");
});
afterAll(() => db.drop());

async function session(change: string): Promise<string> {
  const { rows } = await db.admin.query<{ id: string }>(
    `insert into private.sessions (org_id, user_id, method, expires_at)
     values ($1, $2, 'password', clock_timestamp() + interval '1 day') returning id`,
    [acme.id, ada],
  );
  if (change) await db.admin.query(`update private.sessions set ${change} where id = $1`, [rows[0]!.id]);
  return rows[0]!.id;
}

/** What making an API key, a sensitive act, comes to for a claim. */
async function attempt(claim: Partial<Claim>): Promise<string> {
  const whole: Claim = { kind: "user", orgId: acme.id, userId: ada, ...claim };
  return withClaim(
    db.gateway,
    db.claimKey,
    whole,
    (client) => client.query("select access.create_api_key('k', array['record.view'])"),
    "cadastre_user",
  ).then(
    () => "done",
    (error: { code: string }) => error.code,
  );
}

describe("private.require_recent", () => {
  it("lets a fresh session act, and a stale one after the organization's own time no more", async () => {
    expect(await attempt({ sessionId: await session("") })).toBe("done");
    const stale = await session("authenticated_at = clock_timestamp() - interval '16 minutes'");
    expect(await attempt({ sessionId: stale })).toBe("AC060");
    await db.admin.query("update access.org_security set reauthentication = '1 hour' where org_id = $1", [
      acme.id,
    ]);
    expect(await attempt({ sessionId: stale })).toBe("done");
    await db.admin.query("update access.org_security set reauthentication = '5 minutes' where org_id = $1", [
      acme.id,
    ]);
    const fairly = await session("authenticated_at = clock_timestamp() - interval '6 minutes'");
    expect(await attempt({ sessionId: fairly })).toBe("AC060");
  });

  it("knows nobody behind a session that ended, waits for its factor, or is another's", async () => {
    expect(
      await attempt({ sessionId: await session("ended_at = clock_timestamp(), ended_why = 'logout'") }),
    ).toBe("AC060");
    expect(await attempt({ sessionId: await session("pending = true") })).toBe("AC060");
    expect(await attempt({ sessionId: await session("expires_at = clock_timestamp()") })).toBe("AC060");
    expect(await attempt({ sessionId: crypto.randomUUID() })).toBe("AC060");
    const bob = await addMember(db, acme.id, "bob@acme.example", "owner");
    expect(await attempt({ userId: bob, sessionId: await session("") })).toBe("AC060");
    const globex = await createOrg(db, "globex");
    await addMember(db, globex.id, "ada@acme.example", "owner");
    expect(await attempt({ orgId: globex.id, sessionId: await session("") })).toBe("AC060");
  });

  it("lets nobody act by a key", async () => {
    const { rows } = await db.admin.query(
      `insert into access.api_keys (org_id, name, prefix, permissions, created_by, expires_at)
       values ($1, 'k', 'cad_test', array['record.view'], $2, clock_timestamp() + interval '1 day') returning id`,
      [acme.id, ada],
    );
    expect(await attempt({ kind: "key", sessionId: rows[0].id })).toBe("AC060");
  });

  it("is out of reach of the gateway's functions for anybody but the gateway", async () => {
    const names = [
      "open_session",
      "rotate_session",
      "change_password",
      "reset_password",
      "lease_mail",
      "find_api_key",
      "login_lookup",
    ];
    const { rows } = await db.admin.query(
      `select p.proname as name, r.role from pg_proc p
         cross join unnest(array['cadastre_user', 'cadastre_anonymous', 'cadastre_worker', 'cadastre_sql']) r (role)
        where p.pronamespace = 'private'::regnamespace and p.proname = any ($1)
          and has_function_privilege(r.role, p.oid, 'execute')`,
      [names],
    );
    expect(rows).toEqual([]);
    const { rows: there } = await db.admin.query(
      "select count(distinct proname)::int as n from pg_proc where pronamespace = 'private'::regnamespace and proname = any ($1)",
      [names],
    );
    expect(there[0].n).toBe(names.length);
  });
});
