/** An organization with a member in every role, and short ways to act as them. */
import type pg from "pg";
import { addMember, asMember, createOrg, type TestDatabase, type TestOrg } from "../../support/database.ts";

export const ROLES = [
  "owner",
  "ceo",
  "admin",
  "manager",
  "steward",
  "editor",
  "analyst",
  "viewer",
  "client",
] as const;
export type Role = (typeof ROLES)[number];

export interface Staff extends TestOrg {
  people: Record<Role, string>;
}

/** Makes the organization with `<role>@<slug>.example` for every role. */
export async function createStaff(db: TestDatabase, slug: string): Promise<Staff> {
  const org = await createOrg(db, slug);
  const people = {} as Record<Role, string>;
  for (const role of ROLES) people[role] = await addMember(db, org.id, `${role}@${slug}.example`, role);
  return { ...org, people };
}

/** One statement as a member; its rows. */
export function ask<Row extends pg.QueryResultRow = pg.QueryResultRow>(
  db: TestDatabase,
  org: TestOrg,
  userId: string,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  return asMember(
    db,
    { orgId: org.id, userId },
    async (client) => (await client.query<Row>(text, values)).rows,
  );
}

/** Does the member hold the permission? */
export async function holds(
  db: TestDatabase,
  org: TestOrg,
  userId: string,
  permission: string,
): Promise<boolean> {
  const [row] = await ask<{ may: boolean }>(db, org, userId, "select private.has_permission($1) as may", [
    permission,
  ]);
  return row!.may;
}

/** Gives a permission as `by`; the grant's id. */
export async function grant(
  db: TestDatabase,
  org: TestOrg,
  by: string,
  to: string,
  permission: string,
  options: { lasts?: string; dataset?: string; effect?: "allow" | "deny" } = {},
): Promise<string> {
  const [row] = await ask<{ id: string }>(
    db,
    org,
    by,
    `select id from access.grant_access(user_id => $1, lasts => $2::interval, permission => $3,
       object_kind => $4, object_id => $5, effect => $6, reason => 'a test')`,
    [
      to,
      options.lasts ?? "1 hour",
      permission,
      options.dataset ? "dataset" : "organization",
      options.dataset ?? null,
      options.effect ?? "allow",
    ],
  );
  return row!.id;
}

/** What a rejected query said. */
export async function refusal(work: Promise<unknown>): Promise<{ code: string; message: string }> {
  try {
    await work;
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error("it was not refused");
}
