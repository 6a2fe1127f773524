/**
 * Retention and archives: a version is in history or in an archive whatever dies when; what comes back is what left, bit for
 * bit; as-of is never silently wrong; the trail verifies archived versions too; holds stand above; erasure reaches archives.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ObjectStore } from "../../lib/stores/object/index.ts";
import { runErasure } from "../../worker/retention/erase.ts";
import { attach, retain } from "../../worker/retention/retain.ts";
import { sweepObjects } from "../../worker/tasks/data__sweep.ts";
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
  stored,
} from "./archive-support.ts";

beforeAll(openArchives);
afterAll(() => sealed.close());

describe("archives", () => {
  it("take versions out of history and bring them back, bit for bit; as-of is refused meanwhile", async () => {
    const id = await make("things");
    await sealed.seal();
    const before = await stored("things");
    const times = await moments("things");
    const then = await Promise.all(times.map((at) => asOf("things", at)));
    await setRetention(id, null, 0, "archive");
    expect(await retain(context(), owner.orgId, id)).toMatchObject({ archived: 7, archives: 1, more: false });
    // The last version of a deleted row stays: numbers go on behind it.
    expect(await stored("things")).toHaveLength(1);
    const now = await Promise.all(times.map((at) => asOf("things", at)));
    for (const [i, said] of now.entries()) expect([then[i], "error RT005"]).toContain(said);
    expect(now.filter((said) => said === "error RT005").length).toBeGreaterThan(3);
    expect(now.at(-1)).toBe(then.at(-1));
    // A difference that begins or ends there is refused too, not answered with what is left.
    const from = times[now.indexOf("error RT005")];
    await expect(sealed.bench.query("select * from org_acme.things_diff($1)", [from])).rejects.toMatchObject({
      code: "RT005",
    });
    // Nor are rows brought back to what is not known.
    await expect(
      asOwner("select data.undo_rows($1, '[{\"id\": 1}]', $2, true)", [id, from]),
    ).rejects.toMatchObject({ code: "RT005" });
    await sealed.seal();
    expect(await sealed.verify()).toMatchObject({ ok: true, problems: [], removed: 0 });
    await attachAll(id);
    expect(await stored("things")).toEqual(before);
    expect(await Promise.all(times.map((at) => asOf("things", at)))).toEqual(then);
    await sealed.seal();
    expect(await sealed.verify()).toMatchObject({ ok: true, problems: [] });
    // What was attached stays for as long as it was asked for.
    expect(await retain(context(), owner.orgId, id)).toMatchObject({ archived: 0, refused: "attached" });
  });

  it("find their fields again after the contract has changed", async () => {
    const id = await make("changing");
    await sealed.seal();
    await setRetention(id, 1, null, "archive");
    expect(await retain(context(), owner.orgId, id)).toMatchObject({ archives: 1 });
    const { bench } = sealed;
    const changes = [
      { op: "rename", name: "name", to: "title" },
      { op: "widen", name: "amount", type: "numeric(20,4)" },
      { op: "add", field: { name: "extra" } },
      { op: "retire", name: "ok" },
    ];
    await bench.query("select data.alter_dataset($1, $2)", [id, JSON.stringify(changes)]);
    await attachAll(id);
    expect(
      await bench.query(
        "select id, title, amount::text as amount, extra from org_acme.changing_history where version = 1 order by id",
      ),
    ).toEqual([
      { id: 1, title: "Ann", amount: "1.5000", extra: null },
      { id: 2, title: 'tab\tline\n"quote"', amount: "NaN", extra: null },
      { id: 3, title: null, amount: null, extra: null },
    ]);
    await sealed.seal();
    expect(await sealed.verify()).toMatchObject({ ok: true, problems: [] });
  });

  it("lose nothing, whatever breaks off: the store, the file, the worker", async () => {
    const id = await make("fragile");
    await sealed.seal();
    const before = await stored("fragile");
    await setRetention(id, 1, null, "archive");
    const { bench } = sealed;
    const broken = (part: Partial<ObjectStore>): ObjectStore => ({ ...bench.store, ...part });
    const stores = [
      broken({ put: () => Promise.reject(new Error("the store died")) }),
      broken({ open: () => Promise.reject(new Error("the store died")) }),
      // It says that it has stored the file, and has another one.
      broken({
        put: async (key, body, options) => {
          const parts: Buffer[] = [];
          for await (const part of body) parts.push(part as Buffer);
          const bytes = Buffer.concat(parts);
          const good = await bench.store.put(
            key,
            (await import("node:stream")).Readable.from([bytes]),
            options,
          );
          const bad = Buffer.from(bytes);
          bad[40] = bad[40]! ^ 1;
          await bench.store.put(key, (await import("node:stream")).Readable.from([bad]), options);
          return good;
        },
      }),
    ];
    for (const store of stores) {
      await expect(retain(context(store), owner.orgId, id)).rejects.toThrow();
      expect(await stored("fragile")).toEqual(before);
    }
    for (let stop = 1; stop <= 4; stop++) {
      let left = stop;
      const pool = new Proxy(bench.db.worker, {
        get(target, name) {
          if (name === "connect" && left-- <= 0) return () => Promise.reject(new Error("killed"));
          const value = Reflect.get(target, name) as unknown;
          return typeof value === "function" ? (value.bind(target) as unknown) : value;
        },
      });
      await retain({ ...context(), pool }, owner.orgId, id).catch((error: unknown) =>
        expect(String(error)).toContain("killed"),
      );
      const ids = await archiveIds(id);
      if (ids.length === 0) expect(await stored("fragile")).toEqual(before);
      await attachAll(id);
      expect(await stored("fragile")).toEqual(before);
      await bench.db.admin.query("update data.archives set attached_until = null");
    }
    // Files of tries that came to nothing go.
    await bench.db.admin.query("update private.dead_objects set since = now()");
    await retain(context(), owner.orgId, id);
    await sweepObjects(context());
    const { rows } = await bench.db.admin.query<{ n: number }>(
      "select count(*)::int as n from private.dead_objects",
    );
    expect(rows[0]!.n).toBe(0);
  });

  it("are proven: a file that was changed, or is gone, is found", async () => {
    const id = await make("proven");
    await sealed.seal();
    await setRetention(id, 1, null, "archive");
    await retain(context(), owner.orgId, id);
    await sealed.seal();
    const { bench } = sealed;
    const { rows } = await bench.db.admin.query<{ object_key: string; id: string }>(
      "select id, object_key from data.archives where dataset_id = $1",
      [id],
    );
    const parts: Buffer[] = [];
    for await (const part of await bench.store.open(rows[0]!.object_key)) parts.push(part as Buffer);
    const bytes = Buffer.concat(parts);
    const { Readable } = await import("node:stream");
    const put = (content: Buffer) =>
      bench.store.put(rows[0]!.object_key, Readable.from([content]), { maxBytes: 1e9 });
    const bad = Buffer.from(bytes);
    bad[bytes.indexOf("Ann")] = "E".charCodeAt(0);
    await put(bad);
    const verdict = await sealed.verify();
    expect(verdict.ok).toBe(false);
    expect(verdict.problems).toContainEqual(expect.objectContaining({ kind: "archive", name: rows[0]!.id }));
    expect(verdict.problems.filter(({ kind }) => kind === "version").length).toBeGreaterThan(0);
    await expect(attach(context(), owner.orgId, rows[0]!.id)).rejects.toMatchObject({ code: "RT009" });
    await put(bytes);
    expect(await sealed.verify()).toMatchObject({ ok: true, problems: [] });
  });

  it("give up a person's versions too", async () => {
    const id = await make("personal");
    await sealed.seal();
    await setRetention(id, 1, null, "archive");
    await retain(context(), owner.orgId, id);
    const [request] = await asOwner<{ id: string }>(
      "select id from data.request_erasure($1, 'asked', false)",
      [JSON.stringify([{ dataset: "personal", values: { name: "Ann" } }])],
    );
    expect(await runErasure(context(), owner.orgId, request!.id)).toBe("succeeded");
    const [done] = await asOwner<{ found: unknown }>("select found from data.erasures where id = $1", [
      request!.id,
    ]);
    expect(done!.found).toMatchObject({ archives: 1, archivedVersions: 2 });
    await sweepObjects(context());
    await sealed.seal();
    expect(await sealed.verify()).toMatchObject({ ok: true, problems: [] });
    await attachAll(id);
    expect(await sealed.bench.query("select from org_acme.personal_history where id = 1")).toEqual([]);
    expect(await sealed.bench.query("select distinct id from org_acme.personal_history order by 1")).toEqual([
      { id: 2 },
      { id: 3 },
    ]);
  });
});

it("removal says what is not known any more, and the trail accounts for it; what else is missing is found", async () => {
  const id = await make("removed");
  await sealed.seal();
  const times = await moments("removed");
  const then = await Promise.all(times.map((at) => asOf("removed", at)));
  await setRetention(id, 2, null, "remove");
  expect(await retain(context(), owner.orgId, id, { rows: 2, batches: 10 })).toMatchObject({ removed: 4 });
  for (const [i, at] of times.entries())
    expect([then[i], "error RT006"]).toContain(await asOf("removed", at));
  expect(await asOf("removed", times.at(-1)!)).toBe(then.at(-1));
  await sealed.seal();
  expect(await sealed.verify()).toMatchObject({ ok: true, problems: [], removed: 4 });
  await sealed.tamper(
    "alter table store_acme.removed_history disable trigger all",
    "create table public.saved as select * from store_acme.removed_history where id = 1",
    "delete from store_acme.removed_history where id = 1",
  );
  expect((await sealed.verify()).problems.map(({ what }) => what)).toEqual(["missing"]);
  await sealed.tamper(
    "insert into store_acme.removed_history (org_id, id, name, amount, big, ok, born, at, time_of, note, list, code, file_id, version, change_type, change_mask, valid_from, valid_to, changed_by, run_id, source_line, change_reason) select org_id, id, name, amount, big, ok, born, at, time_of, note, list, code, file_id, version, change_type, change_mask, valid_from, valid_to, changed_by, run_id, source_line, change_reason from public.saved",
    "alter table store_acme.removed_history enable always trigger history__refuse",
    "drop table public.saved",
  );
  expect(await sealed.verify()).toMatchObject({ ok: true, problems: [] });
  // A row that comes back is numbered behind what is not there any more.
  await sealed.bench.query("insert into org_acme.removed (id) values (2)");
  expect(await sealed.bench.query("select version from org_acme.removed where id = 2")).toEqual([
    { version: 5 },
  ]);
});

it("a legal hold stands above retention, erasure and the dataset's end, on the organization, a dataset or a row", async () => {
  const id = await make("held");
  await sealed.seal();
  const before = await stored("held");
  const erase = () =>
    asOwner('select data.request_erasure(\'[{"dataset": "held", "key": {"id": 1}}]\', \'asked\')');
  const drop = () => asOwner("select data.drop_dataset($1)", [id]);
  await setRetention(id, 1, null, "remove");
  for (const [dataset, keys] of [
    [null, null],
    [id, null],
    [id, '[{"id": "01"}]'],
  ] as const) {
    const [hold] = await asOwner<{ id: string }>("select id from data.place_hold('case 7', $1, $2)", [
      dataset,
      keys,
    ]);
    await expect(erase()).rejects.toMatchObject({
      code: "RT001",
      message: expect.stringContaining("owner@acme.example") as string,
    });
    await expect(drop()).rejects.toMatchObject({ code: "RT001" });
    await expect(asOwner("select data.erase_row($1, '{\"id\": 1}', 'asked')", [id])).rejects.toMatchObject({
      code: "RT001",
    });
    await expect(sealed.bench.db.admin.query("delete from data.legal_holds")).rejects.toMatchObject({
      code: "RT001",
    });
    if (keys === null) {
      expect(await retain(context(), owner.orgId, id)).toMatchObject({ removed: 0, refused: "held" });
      expect(await stored("held")).toEqual(before);
    } else {
      expect(await retain(context(), owner.orgId, id)).toMatchObject({ removed: 5 });
      expect((await stored("held")).length).toBe(before.length - 5);
      expect(
        await sealed.bench.query("select version from org_acme.held_history where id = 1 order by 1"),
      ).toHaveLength(3);
    }
    await expect(
      sealed.bench.query("select data.release_hold($1, 'over')", [hold!.id]),
    ).rejects.toMatchObject({ code: "42501" });
    await asOwner("select data.release_hold($1, 'over')", [hold!.id]);
  }
  // Of several rows that fit a description one is held: nothing of it is begun.
  const [hold] = await asOwner<{ id: string }>("select id from data.place_hold('case 8', $1, $2)", [
    id,
    '[{"id": 3}]',
  ]);
  const [request] = await asOwner<{ id: string }>("select id from data.request_erasure($1, 'asked')", [
    JSON.stringify([
      { dataset: "held", values: { name: "Ann!?" } },
      { dataset: "held", values: { name: "!?" } },
    ]),
  ]);
  const left = await stored("held");
  expect(await runErasure(context(), owner.orgId, request!.id)).toBe("failed");
  expect(
    await asOwner("select state, error ->> 'code' as code from data.erasures where id = $1", [request!.id]),
  ).toEqual([{ state: "failed", code: "RT001" }]);
  expect(await stored("held")).toEqual(left);
  await expect(asOwner("select keys from data.legal_holds")).rejects.toMatchObject({ code: "42501" });
  await asOwner("select data.release_hold($1, 'over')", [hold!.id]);
  await erase();
  expect(await drop()).toHaveLength(1);
});
