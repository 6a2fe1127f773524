/** How members' accounts stand is told to those with member.security, of their own organization alone. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { ask, createStaff, type Staff } from "./support.ts";

let db: TestDatabase;
let acme: Staff;
let globex: Staff;

beforeAll(async () => {
  db = await createTestDatabase();
  acme = await createStaff(db, "acme");
  globex = await createStaff(db, "globex");
});
afterAll(() => db.drop());

const accounts = "select user_id, last_seen_at, totp, passkeys from access.member_accounts($1)";

it("tells when somebody was last here and which factors there are, and no more of them", async () => {
  const { viewer } = acme.people;
  await expect(ask(db, acme, acme.people.admin, accounts, [viewer])).resolves.toEqual([
    { user_id: viewer, last_seen_at: null, totp: false, passkeys: 0 },
  ]);
  await db.admin.query(
    `insert into private.sessions (org_id, user_id, method, last_seen_at, expires_at)
     values ($1, $2, 'password', '2026-01-02T03:04:05Z', now() + interval '1 day')`,
    [acme.id, viewer],
  );
  await db.admin.query(
    "insert into private.totp_factors (user_id, sealed_seed, confirmed_at) values ($1, 'sealed', now())",
    [viewer],
  );
  await db.admin.query(
    `insert into private.passkeys (user_id, credential_id, public_key, name)
     values ($1, 'a credential of theirs', '\\x00', 'Laptop')`,
    [viewer],
  );
  await expect(ask(db, acme, acme.people.admin, accounts, [viewer])).resolves.toEqual([
    { user_id: viewer, last_seen_at: new Date("2026-01-02T03:04:05Z"), totp: true, passkeys: 1 },
  ]);
});

it("tells nothing of a seed that is not confirmed", async () => {
  const { client } = acme.people;
  await db.admin.query("insert into private.totp_factors (user_id, sealed_seed) values ($1, 'sealed')", [
    client,
  ]);
  await expect(ask(db, acme, acme.people.admin, accounts, [client])).resolves.toMatchObject([
    { totp: false },
  ]);
});

it("lists the organization's members and nobody else's", async () => {
  const rows = await ask<{ user_id: string }>(db, acme, acme.people.admin, accounts, [null]);
  expect(new Set(rows.map((row) => row.user_id))).toEqual(new Set(Object.values(acme.people)));
  await expect(ask(db, acme, acme.people.admin, accounts, [globex.people.viewer])).resolves.toEqual([]);
});

it("tells nothing to those without member.security, also about themselves", async () => {
  for (const role of ["manager", "steward", "editor", "analyst", "viewer", "client"] as const) {
    await expect(ask(db, acme, acme.people[role], accounts, [null]), role).resolves.toEqual([]);
  }
});
