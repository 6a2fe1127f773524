/**
 * Erasures by four eyes: what one person asks for removes nothing until another one, with the right, has approved what the
 * search found; no other road to the rows goes around it, and nobody switches it off for themselves.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { withClaim } from "../../lib/pg.ts";
import { runErasure } from "../../worker/retention/erase.ts";
import { addMember, asMember } from "../support/database.ts";
import { asOwner, context, make, openArchives, owner, sealed } from "./archive-support.ts";

interface Member {
  orgId: string;
  userId: string;
}

const setting = "update tenancy.organizations set erasures_approved = $1 returning erasures_approved";
const decide = "select state, approved, decision_note from data.decide_erasure($1, $2, 'as asked')";
let second: Member;
let dataset: string;
let name = "";

interface ErasureRow {
  state: string;
  dry_run: boolean;
  needs_approval: boolean;
  approved: boolean | null;
  planned: Record<string, number> | null;
  found: Record<string, number>;
  error: { code: string } | null;
  decided_by: string | null;
}

const member = async (role: string): Promise<Member> => {
  const { db, org } = sealed.bench;
  const email = `${role}-${Math.random().toString(36).slice(2)}@acme.example`;
  return { orgId: org.id, userId: await addMember(db, org.id, email, role) };
};
const as = <R extends object>(who: Member, text: string, values: unknown[] = []): Promise<R[]> =>
  asMember(sealed.bench.db, who, async (client) => (await client.query(text, values)).rows as R[]);
const run = (id: string) => runErasure(context(), owner.orgId, id);
const read = async (id: string): Promise<ErasureRow> =>
  (await asOwner<ErasureRow>("select * from data.erasures where id = $1", [id]))[0]!;
const versions = async (): Promise<number> =>
  Number(
    (
      await sealed.bench.query<{ n: string }>(
        `select count(*) as n from org_acme.${name}_history where id = 1`,
      )
    )[0]!.n,
  );
const subjects = async (id: string): Promise<number> =>
  (await sealed.bench.db.admin.query("select from private.erasure_subjects where erasure_id = $1", [id])).rows
    .length;
const events = async (id: string): Promise<string[]> =>
  (
    await sealed.bench.db.admin.query<{ action: string }>(
      "select action from audit.events where object_kind = 'erasure' and object_id = $1 order by id",
      [id],
    )
  ).rows.map(({ action }) => action);
async function ask(who: Member = owner, dryRun = false): Promise<string> {
  const subject = JSON.stringify([{ dataset: name, key: { id: 1 } }]);
  const [row] = await as<{ id: string }>(who, "select id from data.request_erasure($1, 'letter 7', $2)", [
    subject,
    dryRun,
  ]);
  return row!.id;
}
async function askAndSearch(who: Member = owner): Promise<string> {
  const id = await ask(who);
  expect(await run(id)).toBe("succeeded");
  expect(await read(id)).toMatchObject({ state: "approval", dry_run: true, found: { rows: 1, versions: 3 } });
  return id;
}

let made = 0;
beforeAll(async () => {
  await openArchives();
  second = await member("ceo");
  await asOwner(setting, [true]);
});
beforeEach(async () => {
  name = `four_eyes_${made++}`;
  dataset = await make(name);
  await sealed.seal();
});
afterAll(() => sealed.close());

describe("an erasure where the organization wants four eyes", () => {
  it("waits with what it would do, removes nothing meanwhile, and runs once another person approves", async () => {
    const id = await askAndSearch();
    expect(await versions()).toBe(3);
    expect(await run(id)).toBe("nothing");
    expect(await versions()).toBe(3);
    // Those who may approve are told, whatever the rules for notifications are.
    const told = await as<{ title: string; link: string }>(
      second,
      "select title, link from ops.notifications where event_kind = 'erasure.approval' and object_id = $1",
      [id],
    );
    expect(told).toEqual([{ title: "An erasure waits for approval", link: `/erasures/${id}` }]);
    expect(await as(second, decide, [id, true])).toEqual([
      { state: "queued", approved: true, decision_note: "as asked" },
    ]);
    expect(await run(id)).toBe("succeeded");
    expect(await read(id)).toMatchObject({
      state: "succeeded",
      dry_run: false,
      approved: true,
      decided_by: second.userId,
      planned: { rows: 1, versions: 3 },
      found: { rows: 1, versions: 3 },
    });
    expect(await versions()).toBe(0);
    expect(await subjects(id)).toBe(0);
    expect(await events(id)).toEqual([
      "erasure.request",
      "erasure.found",
      "erasure.approve",
      "erasure.finish",
    ]);
    await sealed.seal();
    expect(await sealed.verify()).toMatchObject({ ok: true, problems: [] });
  });

  it("finds what came after the search too", async () => {
    const id = await askAndSearch();
    await sealed.bench.query(`update org_acme.${name} set name = 'later' where id = 1`);
    await sealed.seal();
    await as(second, decide, [id, true]);
    await run(id);
    expect(await read(id)).toMatchObject({
      state: "succeeded",
      planned: { versions: 3 },
      found: { versions: 4 },
    });
    expect(await versions()).toBe(0);
  });

  it("is not approved by the one who asked, by who has not the right, by the service, or twice", async () => {
    const id = await askAndSearch();
    await expect(asOwner(decide, [id, true])).rejects.toMatchObject({ code: "42501" });
    await expect(asOwner(decide, [id, false])).rejects.toMatchObject({ code: "42501" });
    for (const role of ["admin", "manager", "steward", "editor", "analyst", "viewer", "client"])
      await expect(as(await member(role), decide, [id, true]), role).rejects.toMatchObject({ code: "42501" });
    await expect(sealed.bench.query(decide, [id, true])).rejects.toMatchObject({ code: "42501" });
    expect(await read(id)).toMatchObject({ state: "approval", approved: null });
    await as(second, decide, [id, true]);
    await expect(as(await member("ceo"), decide, [id, false])).rejects.toMatchObject({ code: "RT013" });
  });

  it("is approved with a fresh proof of who decides: neither by a key of theirs nor by a session of yesterday", async () => {
    const { db } = sealed.bench;
    const id = await askAndSearch();
    const [key] = await as<{ api_key_id: string }>(
      second,
      "select api_key_id from access.create_api_key('decides', array['compliance.approve', 'compliance.view'])",
    );
    const { rows } = await db.admin.query<{ id: string }>(
      `insert into private.sessions (org_id, user_id, method, expires_at, authenticated_at)
       values ($1, $2, 'password', now() + interval '1 day', now() - interval '1 day') returning id`,
      [second.orgId, second.userId],
    );
    for (const claim of [
      { kind: "key", ...second, sessionId: key!.api_key_id },
      { kind: "user", ...second, sessionId: rows[0]!.id },
    ] as const) {
      const deciding = withClaim(
        db.gateway,
        db.claimKey,
        claim,
        (client) => client.query(decide, [id, true]),
        "cadastre_user",
      );
      await expect(deciding, claim.kind).rejects.toMatchObject({ code: "AC060" });
    }
    expect(await read(id)).toMatchObject({ state: "approval" });
  });

  it("ends where it is refused or withdrawn, and forgets the person", async () => {
    const refused = await askAndSearch();
    expect(await as(second, decide, [refused, false])).toMatchObject([{ state: "refused", approved: false }]);
    const admin = await member("admin");
    const withdrawn = await askAndSearch(admin);
    const withdraw = "select state from data.withdraw_erasure($1)";
    await expect(asOwner(withdraw, [withdrawn])).rejects.toMatchObject({ code: "42501" });
    expect(await as(admin, withdraw, [withdrawn])).toEqual([{ state: "refused" }]);
    await expect(as(second, decide, [withdrawn, true])).rejects.toMatchObject({ code: "RT013" });
    for (const id of [refused, withdrawn]) {
      expect(await subjects(id)).toBe(0);
      expect(await run(id)).toBe("nothing");
    }
    expect(await events(withdrawn)).toEqual(["erasure.request", "erasure.found", "erasure.withdraw"]);
    expect(await versions()).toBe(3);
  });

  it("ends by itself where nobody approves within 30 days", async () => {
    const id = await askAndSearch();
    const { rows } = await sealed.bench.db.admin.query<{ days: number }>(
      "select round(extract(epoch from expires_at - now()) / 86400)::int as days from data.erasures where id = $1",
      [id],
    );
    expect(rows).toEqual([{ days: 30 }]);
    await sealed.bench.db.admin.query("update data.erasures set expires_at = now() where id = $1", [id]);
    await expect(as(second, decide, [id, true])).rejects.toMatchObject({ code: "RT013" });
    expect(await run(id)).toBe("nothing");
    expect(await read(id)).toMatchObject({ state: "refused", approved: null, error: { code: "RT014" } });
    expect(await subjects(id)).toBe(0);
    expect((await events(id)).at(-1)).toBe("erasure.expire");
  });

  it("meets a hold that was placed meanwhile", async () => {
    const id = await askAndSearch();
    const [whole] = await asOwner<{ id: string }>("select id from data.place_hold('case 7', $1)", [dataset]);
    await expect(as(second, decide, [id, true])).rejects.toMatchObject({ code: "RT001" });
    await asOwner("select data.release_hold($1, 'closed')", [whole!.id]);
    await as(second, decide, [id, true]);
    await asOwner("select data.place_hold('case 8', $1, '[{\"id\": 1}]')", [dataset]);
    expect(await run(id)).toBe("failed");
    expect(await read(id)).toMatchObject({ state: "failed", error: { code: "RT001" } });
    expect(await versions()).toBe(3);
  });

  it("cannot be gone around: neither row by row nor in the table itself", async () => {
    const erase = "select data.erase_row($1, '{\"id\": 1}', 'alone')";
    await expect(asOwner(erase, [dataset])).rejects.toMatchObject({ code: "RT012" });
    // Another person's request that still waits is no approval either.
    const id = await askAndSearch(second);
    await expect(asOwner(erase, [dataset])).rejects.toMatchObject({ code: "RT012" });
    await expect(
      sealed.bench.db.admin.query("update data.erasures set dry_run = false where id = $1", [id]),
    ).rejects.toMatchObject({ code: "23514" });
    // Searches are as free as before.
    const search = await ask(owner, true);
    expect(await run(search)).toBe("succeeded");
    expect(await read(search)).toMatchObject({ state: "succeeded", needs_approval: false });
  });
});

describe("the setting", () => {
  it("is the owners', and counts a day longer than it is switched on, of which those who approve are told", async () => {
    for (const role of ["admin", "steward", "viewer"])
      expect(await as(await member(role), setting, [false]), role).toEqual([]);
    await asOwner(setting, [false]);
    const [told] = await as<{ n: number }>(
      second,
      "select count(*)::int as n from ops.notifications where event_kind = 'erasure.alone'",
    );
    expect(told!.n).toBe(1);
    const id = await ask();
    expect(await read(id)).toMatchObject({ needs_approval: true, dry_run: true });
    // On again, and off again a day ago.
    await asOwner(setting, [true]);
    expect(await asOwner("select erasures_alone_from as at from tenancy.organizations")).toEqual([
      { at: null },
    ]);
    await asOwner(setting, [false]);
    await sealed.bench.db.admin.query(
      "update tenancy.organizations set erasures_alone_from = now() where id = $1",
      [owner.orgId],
    );
    const alone = await ask();
    expect(await read(alone)).toMatchObject({ needs_approval: false, dry_run: false });
    expect(await run(alone)).toBe("succeeded");
    expect(await versions()).toBe(0);
  });
});
