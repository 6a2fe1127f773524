/** Changes of configuration leave before and after in the trail, by whatever road they come, and no secret. */
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  addMember,
  asMember,
  asService,
  createOrg,
  createTestDatabase,
  type TestDatabase,
  type TestOrg,
} from "../../support/database.ts";

let db: TestDatabase;
let org: TestOrg;
let owner: { orgId: string; userId: string };

beforeAll(async () => {
  db = await createTestDatabase();
  org = await createOrg(db, "acme");
  owner = { orgId: org.id, userId: await addMember(db, org.id, "owner@acme.example", "owner") };
});
afterAll(() => db.drop());

const told = async (table: string) => {
  const { rows } = await db.admin.query<{ actor_id: string | null; object_id: string; detail: unknown }>(
    "select actor_id, object_id, detail from audit.events where org_id = $1 and action = 'configuration.update' and object_kind = $2 order by id",
    [org.id, table],
  );
  return rows;
};

it("a member's role: who, whose, from what to what", async () => {
  const userId = await addMember(db, org.id, "ed@acme.example", "editor");
  await asMember(db, owner, (client) =>
    client.query("select access.set_member_role($1, 'analyst')", [userId]),
  );
  expect(await told("access.memberships")).toEqual([
    {
      actor_id: owner.userId,
      object_id: userId,
      detail: { before: { role_key: "editor" }, after: { role_key: "analyst" } },
    },
  ]);
});

it("a dataset's gate; what loads count is no configuration", async () => {
  const id = await asService(db, org.id, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `select id from data.create_dataset('items', '[{"name": "id"}]', '{id}')`,
    );
    await client.query("select data.alter_dataset($1, $2)", [
      rows[0]!.id,
      JSON.stringify([{ op: "gate", maxRejectedShare: 0.2 }]),
    ]);
    return rows[0]!.id;
  });
  await db.admin.query(
    "update data.datasets set row_count = row_count + 1, loaded_at = now() where id = $1",
    [id],
  );
  expect((await told("data.datasets")).map((row) => row.detail)).toEqual([
    { before: { max_rejected_share: 0.5 }, after: { max_rejected_share: 0.2 } },
    { before: { contract_version: 1 }, after: { contract_version: 2 } },
  ]);
});

it("a secret is not among it, and a long value is cut", async () => {
  await db.admin.query(
    "insert into access.domains (org_id, domain, token) values ($1, 'acme.example', 'first-token-of-twenty-characters')",
    [org.id],
  );
  await db.admin.query(
    "update access.domains set token = 'second-token-of-twenty-characters', join_members = false where org_id = $1",
    [org.id],
  );
  await db.admin.query("update data.datasets set description = repeat('long ', 500) where org_id = $1", [
    org.id,
  ]);
  expect((await told("access.domains")).map((row) => row.detail)).toEqual([
    { before: { token: "***", join_members: true }, after: { token: "***", join_members: false } },
  ]);
  const [last] = (await told("data.datasets")).slice(-1);
  expect(JSON.stringify(last!.detail).length).toBeLessThan(1200);
});
