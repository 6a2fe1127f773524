/** Legal holds with an end: told seven days before at least, on record when it comes, and protecting until then. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { retain } from "../../worker/retention/retain.ts";
import { sweepHolds } from "../../worker/tasks/data__sweep_holds.ts";
import { addMember, asMember } from "../support/database.ts";
import { asOwner, context, make, openArchives, owner, sealed, setRetention } from "./archive-support.ts";

interface Member {
  orgId: string;
  userId: string;
}

interface HoldRow {
  id: string;
  ends_at: Date | null;
  noticed_at: Date | null;
  released_at: Date | null;
  released_by: string | null;
  release_reason: string | null;
  lapsed: boolean;
}

const as = <R extends object>(who: Member, text: string, values: unknown[] = []): Promise<R[]> =>
  asMember(sealed.bench.db, who, async (client) => (await client.query(text, values)).rows as R[]);
const member = async (role: string): Promise<Member> => {
  const { db, org } = sealed.bench;
  const email = `${role}-${Math.random().toString(36).slice(2)}@acme.example`;
  return { orgId: org.id, userId: await addMember(db, org.id, email, role) };
};
const place = async (dataset: string | null, days: number | null): Promise<string> => {
  const [row] = await asOwner<{ id: string }>(
    "select id from data.place_hold('case 7', $1, until => now() + make_interval(days => $2))",
    [dataset, days],
  );
  return row!.id;
};
const read = async (id: string): Promise<HoldRow> =>
  (
    await asOwner<HoldRow>(
      "select id, ends_at, noticed_at, released_at, released_by, release_reason, lapsed from data.legal_holds where id = $1",
      [id],
    )
  )[0]!;
/** Days pass for one hold. */
const pass = (id: string, days: number) =>
  sealed.bench.db.admin.query(
    "update data.legal_holds set ends_at = ends_at - make_interval(days => $2), noticed_at = noticed_at - make_interval(days => $2) where id = $1",
    [id, days],
  );
const told = async (who: Member, kind: string): Promise<string[]> =>
  (
    await as<{ title: string }>(
      who,
      "select title from ops.notifications where event_kind = $1 order by id",
      [kind],
    )
  ).map(({ title }) => title);
const sweep = () => sweepHolds(context());

beforeAll(openArchives);
afterAll(() => sealed.close());

describe("a hold with an end", () => {
  it("is told of before, protects until its lapse is on record, and then no longer", async () => {
    const dataset = await make("held_until");
    await sealed.seal();
    await setRetention(dataset, 1, null, "archive");
    const ceo = await member("ceo");
    const steward = await member("steward");
    // No rule for notifications is asked.
    await sealed.bench.db.admin.query("delete from ops.notification_rules where org_id = $1", [owner.orgId]);
    const id = await place(dataset, 20);
    expect(await sweep()).toEqual({ noticed: 0, lapsed: 0 });
    await pass(id, 13);
    expect(await sweep()).toEqual({ noticed: 1, lapsed: 0 });
    expect(await sweep()).toEqual({ noticed: 0, lapsed: 0 });
    const ending = await told(ceo, "hold.ending");
    expect(ending).toEqual([expect.stringMatching(/^The legal hold on held_until ends on \d{4}-\d\d-\d\d$/)]);
    expect(await told(steward, "hold.ending")).toEqual([]);
    await pass(id, 8);
    // The date has come, the record has not.
    expect(await retain(context(), owner.orgId, dataset)).toMatchObject({ refused: "held" });
    expect(await sweep()).toEqual({ noticed: 0, lapsed: 1 });
    expect(await read(id)).toMatchObject({
      lapsed: true,
      released_by: null,
      release_reason: "it ended on its date",
      released_at: expect.any(Date) as Date,
    });
    expect(await told(ceo, "hold.lapsed")).toEqual(["The legal hold on held_until has ended"]);
    const moved = await retain(context(), owner.orgId, dataset);
    expect(moved).not.toHaveProperty("refused", "held");
    const { rows } = await sealed.bench.db.admin.query<{ action: string; actor_kind: string }>(
      "select action, actor_kind from audit.events where object_kind = 'hold' and object_id = $1 and org_id = $2 order by id",
      [id, owner.orgId],
    );
    expect(rows.map(({ action }) => action)).toEqual(["hold.place", "hold.notice", "hold.lapse"]);
    await sealed.seal();
    expect(await sealed.verify()).toMatchObject({ ok: true, problems: [] });
  });

  it("waits for its notice: where nothing looked for weeks, it ends seven days after it was told", async () => {
    const dataset = await make("held_unseen");
    const id = await place(dataset, 30);
    await pass(id, 60);
    expect(await sweep()).toEqual({ noticed: 1, lapsed: 0 });
    const { ends_at: ends } = await read(id);
    expect((ends!.getTime() - Date.now()) / 86_400_000).toBeCloseTo(7, 1);
    expect(await sweep()).toEqual({ noticed: 0, lapsed: 0 });
    await pass(id, 7);
    expect(await sweep()).toEqual({ noticed: 0, lapsed: 1 });
  });

  it("forgets the keys of its rows when it lapses, as by a release", async () => {
    const dataset = await make("held_rows_until");
    const [row] = await asOwner<{ id: string }>(
      "select id from data.place_hold('case 9', $1, '[{\"id\": 1}]', now() + interval '9 days')",
      [dataset],
    );
    await pass(row!.id, 2);
    await sweep();
    await pass(row!.id, 8);
    expect(await sweep()).toEqual({ noticed: 0, lapsed: 1 });
    const { rows } = await sealed.bench.db.admin.query("select keys from data.legal_holds where id = $1", [
      row!.id,
    ]);
    expect(rows).toEqual([{ keys: null }]);
  });

  it("has an end that is far enough ahead to be told before", async () => {
    for (const days of [-1, 0, 7, 36_600])
      await expect(place(null, days), String(days)).rejects.toMatchObject({ code: "22023", column: "until" });
    const id = await place(null, null);
    expect(await read(id)).toMatchObject({ ends_at: null });
    await asOwner("select data.release_hold($1, 'closed')", [id]);
  });

  it("gets a later end from who may place holds, a sooner one from who may release them, and is told of anew", async () => {
    const dataset = await make("held_longer");
    const end =
      "select ends_at, noticed_at from data.set_hold_end($1, now() + make_interval(days => $2), 'the case goes on')";
    const steward = await member("steward");
    const id = await place(dataset, 9);
    await pass(id, 2);
    await sweep();
    expect((await read(id)).noticed_at).not.toBeNull();
    expect(await as(steward, end, [id, 90])).toMatchObject([{ noticed_at: null }]);
    await pass(id, 83);
    expect(await sweep()).toEqual({ noticed: 1, lapsed: 0 });
    await as(steward, end, [id, null]);
    expect(await read(id)).toMatchObject({ ends_at: null, noticed_at: null });
    await expect(as(steward, end, [id, 30])).rejects.toMatchObject({ code: "42501" });
    await asOwner(end, [id, 30]);
    for (const role of ["editor", "analyst", "viewer"])
      await expect(as(await member(role), end, [id, 90]), role).rejects.toMatchObject({ code: "42501" });
    await asOwner("select data.release_hold($1, 'closed')", [id]);
    await expect(asOwner(end, [id, 90])).rejects.toMatchObject({ code: "RT002" });
    await expect(asOwner("select data.set_hold_end($1, null, ' ')", [id])).rejects.toMatchObject({
      code: "22023",
    });
  });

  it("tells in a refusal when it ends", async () => {
    const dataset = await make("held_told");
    const id = await place(dataset, 30);
    const day = (await read(id)).ends_at!.toISOString().slice(0, 10);
    await expect(
      asOwner("select data.request_erasure($1, 'asked')", [
        JSON.stringify([{ dataset: "held_told", key: { id: 1 } }]),
      ]),
    ).rejects.toMatchObject({ code: "RT001", hint: expect.stringContaining(`It ends on ${day}.`) as string });
  });
});
