/** The platform's own trail, of events without an organization, is sealed, exported and verified like an organization's. */
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { verifyFile, writeLines } from "../../lib/audit/file.ts";
import { loadAuditKeys } from "../../lib/audit/keys.ts";
import { PLATFORM, verifyOnline, withLines } from "../../lib/audit/online.ts";
import { sealOrganization } from "../../worker/tasks/audit__seal.ts";
import { addMember, asMember, asPlatform } from "../support/database.ts";
import { createSealed, type Sealed } from "./audit-support.ts";

let sealed: Sealed;
beforeAll(async () => {
  sealed = await createSealed();
});
afterAll(() => sealed.close());

const keys = () => loadAuditKeys({ home: sealed.home, auditKeysFile: null });
const trail = () => ({ pool: sealed.bench.db.worker, claimKey: sealed.bench.db.claimKey });
const verify = async () => verifyOnline(trail(), PLATFORM, await keys(), sealed.bench.store);
const record = (name: string) =>
  asPlatform(sealed.bench.db, (client) => client.query("select tenancy.create_organization($1, $1)", [name]));
const count = async (): Promise<number> => {
  const { rows } = await sealed.bench.db.admin.query<{ n: number }>(
    "select count(*)::int as n from audit.events where org_id = $1",
    [PLATFORM.id],
  );
  return rows[0]!.n;
};
/** A transaction in another test's database of the cluster holds sealing back for a while. */
async function seal(): Promise<void> {
  await expect
    .poll(
      async () => {
        await sealOrganization(sealed.context, await keys(), PLATFORM.id);
        return (await verify()).events;
      },
      { timeout: 30_000 },
    )
    .toBe(await count());
}

it("verifies online and from an export; a changed event is found", async () => {
  const { bench } = sealed;
  for (const name of ["one", "two"]) await record(name);
  await bench.db.admin.query(
    "insert into audit.events (org_id, actor_kind, action) values ($1, 'operator', 'platform.planted')",
    [PLATFORM.id],
  );
  expect(await count()).toBeGreaterThan(0);
  await seal();
  expect(await verify()).toMatchObject({ ok: true, problems: [], org: PLATFORM.id });
  const file = path.join(sealed.home, "platform.ndjson");
  await withLines(trail(), { org: PLATFORM, values: true }, (all) => writeLines(all, file));
  expect(await verifyFile(file, { jwks: (await keys()).jwks })).toMatchObject({ ok: true, problems: [] });
  await sealed.tamper(
    "alter table audit.events disable trigger all",
    `update audit.events set action = 'platform.other' where org_id = '${PLATFORM.id}' and action = 'platform.planted'`,
  );
  expect((await verify()).problems.map(({ kind, what }) => `${kind} ${what}`)).toEqual(["event altered"]);
});

it("is not an organization's to read: neither its service nor its owner", async () => {
  const { bench } = sealed;
  const owner = await addMember(bench.db, bench.org.id, "owner@acme.example", "owner");
  const seen = await asMember(
    bench.db,
    { orgId: bench.org.id, userId: owner },
    async (client) =>
      (await client.query("select from audit.events where org_id = $1", [PLATFORM.id])).rowCount,
  );
  expect(seen).toBe(0);
  const org = await withLines(trail(), { org: bench.org, values: false }, async (lines) => {
    const texts: string[] = [];
    for await (const line of lines) texts.push(JSON.stringify(line));
    return texts.join("\n");
  });
  expect(org).not.toContain("platform.planted");
});
