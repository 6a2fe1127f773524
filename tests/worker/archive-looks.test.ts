/**
 * Moments whose versions are archived: one click brings them back for whoever may read the rows, for a while; and as-of is
 * the same before archival and after attaching, whatever was written in between.
 */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { attach, retain } from "../../worker/retention/retain.ts";
import { addMember, asMember, createOrg } from "../support/database.ts";
import {
  archiveIds,
  asOf,
  asOwner,
  attachAll,
  context,
  make,
  moments,
  openArchives,
  owner,
  sealed,
  setRetention,
} from "./archive-support.ts";
import { declare } from "./support.ts";

beforeAll(openArchives);
afterAll(() => sealed.close());

describe("a look at an archived moment", () => {
  const look = (who: typeof owner, id: string, at: string, retry = false) =>
    asMember(sealed.bench.db, who, async (client) => {
      const { rows } = await client.query<{ said: { waiting: number; error: { code: string } | null } }>(
        "select data.look_at_moment($1, $2, $3) as said",
        [id, at, retry],
      );
      return rows[0]!.said;
    });
  const until = async (id: string): Promise<number[]> => {
    const { rows } = await sealed.bench.db.admin.query<{ minutes: number }>(
      "select round(extract(epoch from attached_until - clock_timestamp()) / 60)::int as minutes from data.archives where dataset_id = $1 and state = 'attached'",
      [id],
    );
    return rows.map(({ minutes }) => minutes);
  };
  let id: string;
  let at: string;
  let viewer: typeof owner;
  const rowsOf = (who: typeof owner) =>
    asMember(sealed.bench.db, who, async (client) => {
      const { rows } = await client.query("select id, name from org_acme.looked_as_of($1) order by id", [at]);
      return rows as { id: number; name: string | null }[];
    });

  beforeAll(async () => {
    id = await make("looked");
    at = (await moments("looked")).at(4)!;
    viewer = {
      orgId: owner.orgId,
      userId: await addMember(sealed.bench.db, owner.orgId, "looker@acme.example", "viewer"),
    };
    for (const [kind, condition, mask] of [
      ["row_filter", { lt: [{ row: "id" }, 2] }, null],
      ["mask", null, { kind: "null", fields: ["name"] }],
    ] as const)
      await asOwner(
        "select access.create_policy(name => $1, kind => $1, condition => $2, mask => $3, datasets => array[$4::uuid], roles => '{viewer}')",
        [kind, condition && JSON.stringify(condition), mask && JSON.stringify(mask), id],
      );
    await sealed.seal();
    await setRetention(id, null, 0, "archive");
  });

  it("shows whoever may read the rows what the view would: filter and mask bind then as now", async () => {
    const then = { all: await rowsOf(owner), seen: await rowsOf(viewer) };
    expect(then.seen.length).toBeGreaterThan(0);
    expect(then.seen.length).toBeLessThan(then.all.length);
    expect(then.seen.every(({ name }) => name === null)).toBe(true);
    expect(await retain(context(), owner.orgId, id)).toMatchObject({ archives: 1 });
    await expect(rowsOf(viewer)).rejects.toMatchObject({ code: "RT005" });
    expect(await look(viewer, id, at)).toMatchObject({ waiting: 1, error: null });
    // Asked again it only tells.
    expect(await look(viewer, id, at)).toMatchObject({ waiting: 1, error: null });
    const events = await asOwner<{ n: number }>(
      "select count(*)::int as n from audit.events where action = 'history.look' and object_id = $1",
      [id],
    );
    expect(events).toEqual([{ n: 1 }]);
    for (const archive of await archiveIds(id)) await attach(context(), owner.orgId, archive);
    expect(await look(viewer, id, at)).toMatchObject({ waiting: 0 });
    expect(await rowsOf(viewer)).toEqual(then.seen);
    expect(await rowsOf(owner)).toEqual(then.all);
  });

  it("is over by itself: the versions are archived again, no sooner than the last look allows", async () => {
    expect(await until(id)).toEqual([60]);
    const { admin } = sealed.bench.db;
    expect(await retain(context(), owner.orgId, id)).toMatchObject({ refused: "attached" });
    // Due when the look is over, not tomorrow.
    const due = await asOwner<{ soon: boolean }>(
      "select next_run_at < clock_timestamp() + interval '61 minutes' as soon from data.retention_rules where dataset_id = $1",
      [id],
    );
    expect(due).toEqual([{ soon: true }]);
    const set = (text: string) => admin.query(`update data.archives set ${text} where dataset_id = $1`, [id]);
    await set("attached_until = clock_timestamp() + interval '10 minutes'");
    await look(viewer, id, at);
    expect(await until(id)).toEqual([60]);
    // However often somebody looks, after a day it ends.
    await set(
      "attached_at = clock_timestamp() - interval '23.5 hours', attached_until = clock_timestamp() + interval '10 minutes'",
    );
    await look(viewer, id, at);
    expect(await until(id)).toEqual([30]);
    await set("attached_until = clock_timestamp()");
    await look(viewer, id, at);
    expect(await retain(context(), owner.orgId, id)).toMatchObject({ archives: 1, refused: null });
    await expect(rowsOf(viewer)).rejects.toMatchObject({ code: "RT005" });
    await sealed.seal();
    expect(await sealed.verify()).toMatchObject({ ok: true, problems: [] });
  });

  it("tells of an archive that cannot be read, and tries again when asked to", async () => {
    await look(viewer, id, at);
    await sealed.bench.db.admin.query(
      `update data.archives set attach_error = '{"code": "RT009", "message": "damaged"}', attach_asked_at = null where dataset_id = $1 and state = 'archived'`,
      [id],
    );
    expect(await look(viewer, id, at)).toMatchObject({ waiting: 1, error: { code: "RT009" } });
    expect(await look(viewer, id, at, true)).toMatchObject({ waiting: 1, error: null });
  });

  it("is refused to whoever may not read the rows, and to other organizations", async () => {
    const { bench } = sealed;
    const client = {
      orgId: owner.orgId,
      userId: await addMember(bench.db, owner.orgId, "client@acme.example", "client"),
    };
    await expect(look(client, id, at)).rejects.toMatchObject({ code: "42501" });
    const other = await createOrg(bench.db, "elsewhere");
    const stranger = {
      orgId: other.id,
      userId: await addMember(bench.db, other.id, "owner@elsewhere.example", "owner"),
    };
    expect(await look(stranger, id, at).catch((error: { code: string }) => error.code)).toMatch(
      /42501|DS001/,
    );
  });
});

it("as-of any moment before archival is as-of after attaching, whatever was written in between", async () => {
  let count = 0;
  const step = fc.oneof(
    fc.record({ do: fc.constantFrom("update", "delete", "insert"), id: fc.integer({ min: 1, max: 6 }) }),
    fc.record({ do: fc.constantFrom("archive", "attach", "load"), id: fc.integer({ min: 1, max: 3 }) }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 4, maxLength: 14 }),
      fc.constantFrom(1, 2),
      async (steps, keep) => {
        const { bench } = sealed;
        const name = `random_${++count}`;
        const id = await declare(bench, name, [{ name: "id", type: "integer" }, { name: "name" }], ["id"]);
        await setRetention(id, keep, null, "archive");
        const seen: [string, string][] = [];
        for (const { do: what, id: row } of steps) {
          if (what === "update")
            await bench.query(`update org_acme.${name} set name = name || 'x' where id <= $1`, [row]);
          else if (what === "delete") await bench.query(`delete from org_acme.${name} where id = $1`, [row]);
          else if (what === "insert")
            await bench
              .query(`insert into org_acme.${name} (id, name) values ($1, 'new') on conflict do nothing`, [
                row,
              ])
              .catch(() => undefined);
          else if (what === "load")
            await bench.load(name, `id,name\n${row},loaded ${count}\n4,again\n`, { force: true });
          else if (what === "archive") {
            await bench.db.admin.query("update data.archives set attached_until = null");
            await retain(context(), owner.orgId, id, { rows: 3, batches: 20 });
          } else await attachAll(id);
          const { rows } = await bench.db.admin.query<{ at: string }>("select clock_timestamp()::text as at");
          const at = rows[0]!.at;
          seen.push([at, await asOf(name, at)]);
        }
        for (const [at, said] of seen) expect([said, "error RT005"]).toContain(await asOf(name, at));
        await sealed.seal();
        expect((await sealed.verify()).problems).toEqual([]);
        await attachAll(id);
        for (const [at, said] of seen) expect(await asOf(name, at)).toBe(said);
      },
    ),
    { numRuns: 8, endOnFailure: true },
  );
});
