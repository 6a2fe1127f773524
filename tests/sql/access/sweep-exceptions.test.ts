/** Who was exceptional for a time only is asked the short question again; whoever still is keeps the long one. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { sweepExceptions } from "../../../worker/tasks/access__sweep_exceptions.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { ask, createStaff, holds, refusal, type Staff } from "./support.ts";

let db: TestDatabase;
let acme: Staff;

beforeAll(async () => {
  db = await createTestDatabase();
  acme = await createStaff(db, "acme");
});
afterAll(() => db.drop());

async function noted(user: string): Promise<number> {
  const { rows } = await db.admin.query("select from private.exceptions where about = $1", [user]);
  return rows.length;
}

function sweep(): Promise<number> {
  return sweepExceptions({ pool: db.worker, claimKey: db.claimKey });
}

it("a grant that ran out leaves nothing, one in force or to come stays", async () => {
  const { admin, client, viewer, analyst } = acme.people;
  const give = (user: string, lasts: string, starts = "0 seconds") =>
    ask(
      db,
      acme,
      admin,
      "select access.grant_access(user_id => $1, lasts => $2::interval, permission => 'run.view', starts_at => clock_timestamp() + $3::interval)",
      [user, lasts, starts],
    );
  await give(client, "0.3 seconds");
  await give(viewer, "1 hour");
  await give(analyst, "1 hour", "1 hour");
  await sweep();
  expect(await Promise.all([client, viewer, analyst].map(noted))).toEqual([1, 1, 1]);
  await new Promise((resolve) => setTimeout(resolve, 400));
  // Ended, though the row is still there: the row only asks the longer question.
  expect(await holds(db, acme, client, "run.view")).toBe(false);
  expect(await sweep()).toBe(1);
  expect(await Promise.all([client, viewer, analyst].map(noted))).toEqual([0, 1, 1]);
  expect(await holds(db, acme, client, "run.view")).toBe(false);
  expect(await holds(db, acme, viewer, "run.view")).toBe(true);
  expect(await sweep()).toBe(0);
});

it("a grant made longer while the sweep runs keeps its row", async () => {
  const { admin, client } = acme.people;
  await db.admin.query("delete from private.exceptions where about = $1", [client]);
  await db.admin.query("insert into private.exceptions (about) values ($1)", [client]);
  const other = await db.admin.connect();
  try {
    await other.query("begin");
    await other.query(
      `insert into access.grants (org_id, user_id, permission, starts_at, ends_at, granted_by)
       values ($1, $2, 'run.view', clock_timestamp(), clock_timestamp() + interval '1 hour', $3)`,
      [acme.id, client, admin],
    );
    // Does not see the grant, so takes the old row; the grant has one of its own.
    expect(await sweep()).toBe(1);
    await other.query("commit");
  } finally {
    other.release();
  }
  expect(await noted(client)).toBe(1);
  expect(await holds(db, acme, client, "run.view")).toBe(true);
});

it("is the platform's alone", async () => {
  const told = await refusal(ask(db, acme, acme.people.owner, "select private.sweep_exceptions()"));
  expect(JSON.stringify(told)).toContain("42501");
});
