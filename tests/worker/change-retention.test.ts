/** How long the change feed is kept: the organization's to say, within bounds; what goes is told to whoever comes back late. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { sweepOps } from "../../worker/tasks/ops__sweep.ts";
import { addMember, asMember, createOrg, type TestOrg } from "../support/database.ts";
import { type Bench, createLoader, declare } from "./support.ts";

let bench: Bench;
let owner: string;
beforeAll(async () => {
  bench = await createLoader();
  owner = await addMember(bench.db, bench.org.id, "owner@acme.example", "owner");
});
afterAll(() => bench.close());

const setAs = (org: TestOrg, userId: string, days: number | null) =>
  asMember(bench.db, { orgId: org.id, userId }, (client) =>
    client.query("select ingest.set_change_retention($1)", [days]),
  );

async function entry(org: TestOrg, dataset: string, age: string): Promise<void> {
  await bench.db.admin.query(
    "insert into ingest.changes (org_id, dataset_id, kind, changed_at) values ($1, $2, 'load', now() - $3::interval)",
    [org.id, dataset, age],
  );
}

it("is the organization's to say, 30 days where it says nothing, and nobody else's", async () => {
  const other = await createOrg(bench.db, "beta");
  const theirs = await addMember(bench.db, other.id, "owner@beta.example", "owner");
  const mine = await declare(bench, "mine", [{ name: "id", type: "integer" }], ["id"]);
  const { rows } = await asMember(bench.db, { orgId: other.id, userId: theirs }, (client) =>
    client.query<{ id: string }>(
      `select id from data.create_dataset('theirs', '[{"name":"id","type":"integer"}]', '{id}')`,
    ),
  );
  for (const age of ["2 days", "20 days", "40 days", "100 days"]) {
    await entry(bench.org, mine, age);
    await entry(other, rows[0]!.id, age);
  }
  const left = async (org: TestOrg) =>
    (
      await bench.db.admin.query<{ n: number }>(
        "select count(*)::int as n from ingest.changes where org_id = $1",
        [org.id],
      )
    ).rows[0]!.n;
  await setAs(bench.org, owner, 60);
  await sweepOps({ pool: bench.db.worker, claimKey: bench.db.claimKey });
  expect([await left(bench.org), await left(other)]).toEqual([3, 2]);
  await setAs(bench.org, owner, 7);
  await sweepOps({ pool: bench.db.worker, claimKey: bench.db.claimKey });
  expect([await left(bench.org), await left(other)]).toEqual([1, 2]);
  const horizons = await bench.db.admin.query("select org_id from private.change_horizons");
  expect(horizons.rows).toHaveLength(2);
  await setAs(bench.org, owner, null);
  const events = await bench.db.admin.query(
    "select from audit.events where org_id = $1 and action = 'organization.change_retention'",
    [bench.org.id],
  );
  expect(events.rows).toHaveLength(3);
});

it("has bounds, and needs the right to change the organization", async () => {
  for (const days of [0, 366, -1])
    await expect(setAs(bench.org, owner, days)).rejects.toMatchObject({ code: "IN032" });
  await expect(setAs(bench.org, bench.manager, 5)).rejects.toMatchObject({ code: "42501" });
});
