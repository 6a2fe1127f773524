/**
 * What the back office asks before it acts: what a rule would move is what a run moves, and who or what stands against it;
 * where a value is, for whom, and that the trail keeps none of it; the organization's own time zone.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { retain } from "../../worker/retention/retain.ts";
import { addMember, asMember } from "../support/database.ts";
import { asOwner, context, make, openArchives, owner, sealed, setRetention } from "./archive-support.ts";

interface Preview {
  versions: number;
  more: boolean;
  unit: string;
  timeZone: string;
  spans: { from: string; versions: number }[];
  held: { reason: string; placedBy: string; whole: boolean } | null;
  heldRows: number;
  attachedUntil: string | null;
}

const preview = async (id: string, versions: number | null, days: number | null): Promise<Preview> => {
  const [row] = await asOwner<{ said: Preview }>("select data.preview_retention($1, $2, $3) as said", [
    id,
    versions,
    days,
  ]);
  return row!.said;
};
const asRole = async (role: string, text: string, values: unknown[]): Promise<unknown> => {
  const { db, org } = sealed.bench;
  const email = `${role}-${Math.random().toString(36).slice(2)}@acme.example`;
  const member = { orgId: org.id, userId: await addMember(db, org.id, email, role) };
  return asMember(db, member, async (client) => (await client.query(text, values)).rows);
};

beforeAll(openArchives);
afterAll(() => sealed.close());

describe("the preview of a rule", () => {
  it("counts what a run then moves, for each kind of rule", async () => {
    const rules: [string, number | null, number | null][] = [
      ["one", 1, null],
      ["two", 2, null],
      ["none_old", null, 30],
      ["all", null, 0],
      ["both", 2, 0],
    ];
    for (const [name, versions, days] of rules) {
      const id = await make(`preview_${name}`);
      await sealed.seal();
      const told = await preview(id, versions, days);
      expect(told).toMatchObject({ more: false, held: null, heldRows: 0, attachedUntil: null });
      expect(told.spans.reduce((sum, span) => sum + span.versions, 0)).toBe(told.versions);
      await setRetention(id, versions, days, "archive");
      expect(await retain(context(), owner.orgId, id), name).toMatchObject({ archived: told.versions });
      expect((await preview(id, versions, days)).versions, name).toBe(0);
    }
  });

  it("says which hold stands against it, and leaves out the rows that are held one by one", async () => {
    const id = await make("preview_held");
    await sealed.seal();
    const free = await preview(id, 1, null);
    const [rows] = await asOwner<{ id: string }>(
      "select id from data.place_hold('case 7', $1, '[{\"id\": 1}]')",
      [id],
    );
    const spared = await preview(id, 1, null);
    expect(spared).toMatchObject({ held: null, heldRows: 1 });
    expect(spared.versions).toBeLessThan(free.versions);
    await asOwner("select data.release_hold($1, 'closed')", [rows!.id]);
    const [hold] = await asOwner<{ id: string }>("select id from data.place_hold('case 8', $1)", [id]);
    expect(await preview(id, 1, null)).toMatchObject({
      versions: free.versions,
      held: { reason: "case 8", placedBy: "owner@acme.example", whole: false },
    });
    await asOwner("select data.release_hold($1, 'closed')", [hold!.id]);
  });

  it("refuses a rule that keeps everything or is out of bounds, and whoever does not see compliance", async () => {
    const id = await make("preview_refused");
    await expect(preview(id, null, null)).rejects.toMatchObject({ code: "22023" });
    await expect(preview(id, 0, null)).rejects.toMatchObject({ code: "22023" });
    await expect(preview(id, null, 36501)).rejects.toMatchObject({ code: "22023" });
    const ask = "select data.preview_retention($1, 1)";
    await asRole("steward", ask, [id]);
    for (const role of ["editor", "analyst", "viewer", "client"])
      await expect(asRole(role, ask, [id]), role).rejects.toMatchObject({ code: "42501" });
  });
});

describe("where a value is", () => {
  const locate = "select data.locate_value($1, $2) as said";

  it("is told field by field, in force and in history, whatever the type writes", async () => {
    const id = await make("located");
    const said = async (value: string) =>
      (await asOwner<{ said: object[] }>(locate, [id, value])).map((row) => row.said)[0];
    // Row 1 was Ann, then Ann!, and is Ann!? now.
    expect(await said("Ann!?")).toEqual([{ field: "name", isKey: false, rows: 1, versions: 0 }]);
    expect(await said(" Ann ")).toEqual([{ field: "name", isKey: false, rows: 0, versions: 1 }]);
    expect(await said("02.50")).toEqual([{ field: "amount", isKey: false, rows: 0, versions: 1 }]);
    expect(await said("003")).toEqual([{ field: "id", isKey: true, rows: 1, versions: 2 }]);
    expect(await said("nowhere")).toEqual([]);
    // Neither a boolean nor a document is a person's value, and no value is SQL.
    expect(await said("true")).toEqual([]);
    expect(await said("'; drop table x; --")).toEqual([]);
    await expect(said(" ")).rejects.toMatchObject({ code: "22023", column: "value" });
  });

  it("is for whoever may erase there, and the trail has how often it was asked but not what", async () => {
    const id = await make("located_by");
    for (const role of ["manager", "steward", "editor", "viewer"])
      await expect(asRole(role, locate, [id, "Ann"]), role).rejects.toMatchObject({ code: "42501" });
    await asRole("admin", locate, [id, "Ann!?"]);
    const { rows } = await sealed.bench.db.admin.query<{ detail: unknown; event: string }>(
      "select e.detail, e::text as event from audit.events e where e.action = 'erasure.locate' and e.object_id = $1",
      [id],
    );
    expect(rows.map(({ detail }) => detail)).toEqual([{ fields: expect.any(Number), found: ["name"] }]);
    expect(rows[0]!.event).not.toContain("Ann!?");
  });
});

describe("the organization's time zone", () => {
  const set = "update tenancy.organizations set time_zone = $1 returning time_zone";

  it("is an IANA name, set by whoever may change the organization's settings", async () => {
    const id = await make("zoned");
    expect(await asOwner(set, ["Europe/Paris"])).toEqual([{ time_zone: "Europe/Paris" }]);
    expect((await preview(id, 1, null)).timeZone).toBe("Europe/Paris");
    for (const wrong of ["Europe/Atlantis", "CET", "+02:00", "utc; drop"])
      await expect(asOwner(set, [wrong]), wrong).rejects.toMatchObject({ code: "TN004", column: "timeZone" });
    // Others change nothing: the row is not theirs to write.
    expect(await asRole("editor", set, ["UTC"])).toEqual([]);
  });

  it("is the one of new schedules that name none, and of their preview", async () => {
    const next = "select min(t) as t from ingest.next_times('0 12 * * *', since => '2026-01-01T00:00Z') t";
    await asOwner(set, ["Asia/Tokyo"]);
    expect(await asOwner(next)).toEqual([{ t: new Date("2026-01-01T03:00:00Z") }]);
    expect(await asOwner(set, [""])).toEqual([{ time_zone: null }]);
    expect(await asOwner(next)).toEqual([{ t: new Date("2026-01-01T12:00:00Z") }]);
  });
});
