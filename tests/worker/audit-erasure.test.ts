/**
 * What was erased is gone, nothing that is left lets a guess be tried, and the chain verifies and says so; what merely
 * disappears is found. Also a dataset deleted with its rows, and exports: whole, cut off, changed, without values.
 */
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { verifyFile, writeLines } from "../../lib/audit/file.ts";
import { loadAuditKeys, rotateAuditKeys } from "../../lib/audit/keys.ts";
import { withLines } from "../../lib/audit/online.ts";
import { addMember, asMember } from "../support/database.ts";
import { createSealed, type Sealed } from "./audit-support.ts";

let sealed: Sealed;
let owner: { orgId: string; userId: string };
let dataset = "";

beforeAll(async () => {
  sealed = await createSealed();
  const { bench } = sealed;
  owner = {
    orgId: bench.org.id,
    userId: await addMember(bench.db, bench.org.id, "owner@acme.example", "owner"),
  };
  const lines = Array.from({ length: 6000 }, (_, i) => `${i + 1},person ${i + 1}`);
  await bench.load("people", `id,name\n${lines.join("\n")}\n`, { key: ["id"] });
  await bench.query("update org_acme.people set name = 'somebody' where id in (41, 42, 43)");
  await sealed.seal();
  const [row] = await bench.query<{ id: string }>("select id from data.datasets where name = 'people'");
  dataset = row!.id;
});
afterAll(() => sealed.close());

const erase = (id: number) =>
  asMember(sealed.bench.db, owner, async (client) => {
    const { rows } = await client.query<{ n: number }>(
      "select data.erase_row($1, $2, 'asked to be forgotten') as n",
      [dataset, JSON.stringify({ id })],
    );
    return rows[0]!.n;
  });

async function exportTo(name: string, values = true): Promise<string> {
  const file = path.join(sealed.home, name);
  const { db, org } = sealed.bench;
  const trail = { pool: db.worker, claimKey: db.claimKey };
  await withLines(trail, { org: { id: org.id, slug: org.slug }, values }, (all) => writeLines(all, file));
  return file;
}

const keys = () => loadAuditKeys({ home: sealed.home, auditKeysFile: null });

it("an erased row is gone with the salts of its versions; the others' stay, and everything verifies", async () => {
  expect(await erase(42)).toBe(2);
  await sealed.seal();
  const verdict = await sealed.verify();
  expect(verdict).toMatchObject({ ok: true, problems: [], erased: 2 });
  // A second one of the same changes, which have no seed any more.
  expect(await erase(43)).toBe(2);
  await expect(erase(43)).rejects.toMatchObject({ code: "DS013" });
  await sealed.seal();
  expect(await sealed.verify()).toMatchObject({ ok: true, problems: [], erased: 4 });
  const { rows } = await sealed.bench.db.admin.query<{ n: number }>(
    `select (select count(*) from store_acme.people where id in (42, 43)) + (select count(*) from store_acme.people_history where id in (42, 43))
          + (select count(*) from private.change_secrets where seed is not null and change_id in (select id from audit.data_changes where dataset_id = $1 and commitments is null))
          + (select count(*) from private.change_secrets where array_to_string(names, ' ') ~ '"4[23]"')
          + (select count(*) from private.kept_salts k join audit.data_changes c on c.id = k.change_id where c.commitments is null and k.entry in (43, 44)) as n`,
    [dataset],
  );
  expect(Number(rows[0]!.n)).toBe(0);
});

it("history is closed again after an erasure, and only who may erase can", async () => {
  const { bench } = sealed;
  await expect(
    bench.query("select data.erase_row($1, '{\"id\": 1}', 'because')", [dataset]),
  ).rejects.toMatchObject({
    code: "42501",
  });
  const { rows } = await bench.db.admin.query<{ tgenabled: string }>(
    "select tgenabled from pg_trigger where not tgisinternal and tgrelid in ('store_acme.people'::regclass, 'store_acme.people_history'::regclass)",
  );
  expect(new Set(rows.map((row) => row.tgenabled))).toEqual(new Set(["A"]));
  await expect(bench.db.admin.query("delete from store_acme.people_history")).rejects.toMatchObject({
    code: "42501",
  });
});

it("salts and rows that vanish without an event that says so are missing, not erased", async () => {
  await sealed.tamper(
    "alter table store_acme.people disable trigger all",
    "create table public.saved as select org_id, id, name, file_id, version, change_type, change_mask, valid_from, changed_by, run_id, source_line from store_acme.people where id = 50",
    "delete from store_acme.people where id = 50",
  );
  const verdict = await sealed.verify();
  expect(verdict.problems.map(({ what, name }) => `${what} ${name}`)).toEqual([
    "missing line 51 of people.csv",
  ]);
  await sealed.tamper(
    "insert into store_acme.people (org_id, id, name, file_id, version, change_type, change_mask, valid_from, changed_by, run_id, source_line) select * from public.saved",
    "alter table store_acme.people enable trigger all",
  );
  expect((await sealed.verify()).problems).toEqual([]);
});

it("an export verifies with the public keys alone, after a change of keys too, packed or not, with values or without", async () => {
  await rotateAuditKeys({ home: sealed.home, auditKeysFile: null });
  await erase(44);
  await sealed.seal();
  const { jwks } = await keys();
  expect(jwks.keys).toHaveLength(2);
  for (const name of ["whole.ndjson", "whole.ndjson.gz"]) {
    const verdict = await verifyFile(await exportTo(name), { jwks });
    expect(verdict).toMatchObject({ ok: true, problems: [], erased: 5 });
    expect(verdict.versions).toBeGreaterThan(5900);
  }
  const bare = await exportTo("bare.ndjson", false);
  expect(await verifyFile(bare, { jwks })).toMatchObject({ ok: true, versions: 0 });
  expect(await readFile(bare, "utf8")).not.toContain("person 1");
  await expect(exportTo("whole.ndjson")).rejects.toMatchObject({ code: "NOT_A_FILE" });
  // With the newest key alone, what the one before it has signed is not to be believed.
  const half = await verifyFile(bare, { jwks: { keys: jwks.keys.slice(0, 1) } });
  expect(half.problems.every(({ what }) => what === "unsigned")).toBe(true);
  expect(half.problems.length).toBeGreaterThan(0);
});

it("whatever is changed in an export is found", async () => {
  const { jwks } = await keys();
  const lines = (await readFile(path.join(sealed.home, "whole.ndjson"), "utf8")).trimEnd().split("\n");
  const at = (type: string, nth = 0) =>
    lines.map((line, i) => [line, i] as const).filter(([line]) => line.startsWith(`{"t":"${type}"`))[nth]![1];
  const judge = async (changed: string[]) => {
    const file = path.join(sealed.home, "changed.ndjson");
    await writeFile(file, `${changed.join("\n")}\n`);
    return verifyFile(file, { jwks });
  };
  const row = at("row", 10);
  const event = at("event", 2);
  const cases: [string, string[], string][] = [
    ["a row", lines.with(row, lines[row]!.replace("person", "parson")), "version altered"],
    ["a row left out", lines.toSpliced(row, 1), "version missing"],
    [
      "an event",
      lines.with(event, lines[event]!.replace("acme.example", "evil.example").replace("done", "gone")),
      "event altered",
    ],
    ["an event left out", lines.toSpliced(event, 1), "leaf missing"],
    ["a checkpoint left out", lines.toSpliced(at("checkpoint"), 1), "checkpoint unchained"],
    ["the end left out", lines.slice(0, -5), "export cut off"],
  ];
  for (const [name, changed, found] of cases) {
    const verdict = await judge(changed);
    expect(verdict.ok, name).toBe(false);
    expect(
      verdict.problems.map(({ kind, what }) => `${kind} ${what}`),
      name,
    ).toContain(found);
  }
  await expect(judge(["no export"])).rejects.toMatchObject({ code: "BAD_INPUT" });
  // Any single character of what is proven (names of rows and files are labels: the text has the key).
  const proven = ["text", "salt", "hash", "commitments", "jws", "root"] as const;
  const pick = (limit: number, seed: string): number =>
    createHash("sha256").update(seed).digest().readUInt32BE() % limit;
  for (let i = 0; i < 60; i++) {
    const number = 1 + pick(lines.length - 2, `line ${i}`);
    const line = JSON.parse(lines[number]!) as Record<string, unknown>;
    const field = proven.filter((name) => typeof line[name] === "string")[pick(2, `field ${i}`)] ?? "hash";
    const value = line[field];
    if (typeof value !== "string") continue;
    const place = pick(value.length, `place ${i}`);
    const other = value[place] === "a" ? "b" : "a";
    const changed = JSON.stringify({
      ...line,
      [field]: value.slice(0, place) + other + value.slice(place + 1),
    });
    const verdict = await judge(lines.with(number, changed)).catch(() => ({ ok: false }));
    expect(verdict.ok, `${field} of line ${number + 1} at ${place}: ${changed.slice(0, 300)}`).toBe(false);
  }
});

it("a dataset deleted with its rows is accounted for by its event", async () => {
  const { bench } = sealed;
  await bench.load("short", "id\n1\n2\n3\n", { key: ["id"] });
  await sealed.seal();
  const [row] = await bench.query<{ id: string }>("select id from data.datasets where name = 'short'");
  await asMember(bench.db, owner, (client) => client.query("select data.drop_dataset($1)", [row!.id]));
  await sealed.seal();
  expect(await sealed.verify()).toMatchObject({ ok: true, problems: [], dropped: 3 });
});

it("datasets from before versions were committed to are committed to as they are, and from then on like all others", async () => {
  const older = await createSealed();
  try {
    const { bench } = older;
    await bench.load("items", "id,name\n1,a\n2,b\n3,c\n", { key: ["id"] });
    await bench.query("update org_acme.items set name = 'd' where id = 2");
    await older.tamper(
      "drop trigger versions__history_insert on store_acme.items",
      "alter table audit.data_changes disable trigger all",
      "truncate audit.data_changes",
      "alter table audit.data_changes enable trigger all",
    );
    await older.seal();
    await bench.query("insert into org_acme.items (id, name) values (4, 'e')");
    await older.seal();
    expect(await older.verify()).toMatchObject({ ok: true, problems: [], changes: 2, versions: 5 });
  } finally {
    await older.close();
  }
});
