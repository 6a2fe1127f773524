/**
 * A person's data is gone from everywhere that it was: rows, history, files of every format, rejected rows, raw records,
 * events, samples; everything else is as it was, lineage too, the same file is still known again, and the trail verifies.
 */
import { randomBytes } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLogger } from "../../lib/log.ts";
import { runErasure } from "../../worker/retention/erase.ts";
import { sweepObjects } from "../../worker/tasks/data__sweep.ts";
import { addMember, asMember } from "../support/database.ts";
import { createSealed, type Sealed } from "./audit-support.ts";
import { declare } from "./support.ts";

let sealed: Sealed;
let owner: { orgId: string; userId: string };
beforeAll(async () => {
  sealed = await createSealed();
  const { bench } = sealed;
  owner = {
    orgId: bench.org.id,
    userId: await addMember(bench.db, bench.org.id, "owner@acme.example", "owner"),
  };
});
afterAll(() => sealed.close());

const context = () => {
  const { db, store } = sealed.bench;
  return { pool: db.worker, claimKey: db.claimKey, store, log: createLogger("fatal") };
};

interface ErasureRow {
  id: string;
  state: string;
  found: Record<string, number>;
  notes: { file: string; note: string }[];
  error: { code: string; message: string } | null;
}

async function request(subject: unknown, dryRun = false): Promise<string> {
  return asMember(sealed.bench.db, owner, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      "select id from data.request_erasure($1, 'asked to be forgotten', $2)",
      [JSON.stringify(subject), dryRun],
    );
    return rows[0]!.id;
  });
}

async function erase(subject: unknown, dryRun = false): Promise<ErasureRow> {
  const id = await request(subject, dryRun);
  await runErasure(context(), sealed.bench.org.id, id);
  await sweepObjects(context());
  return asMember(sealed.bench.db, owner, async (client) => {
    const { rows } = await client.query<ErasureRow>(
      "select id, state, found, notes, error from data.erasures where id = $1",
      [id],
    );
    return rows[0]!;
  });
}

async function bytesOf(fileId: string): Promise<Buffer> {
  const [row] = await sealed.bench.query<{ object_key: string }>(
    "select object_key from ingest.files where id = $1",
    [fileId],
  );
  const parts: Buffer[] = [];
  for await (const part of await sealed.bench.store.open(row!.object_key)) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** Everything that the database says in any table, as text. */
async function everything(): Promise<string> {
  const { admin } = sealed.bench.db;
  const { rows: tables } = await admin.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'r' and n.nspname !~ '^(pg_|information_schema)'`,
  );
  const parts: string[] = [];
  for (const { name } of tables) {
    const { rows } = await admin.query<{ said: string | null }>(
      `select string_agg(t::text, E'\n') as said from ${name} t`,
    );
    if (rows[0]!.said) parts.push(`${name}: ${rows[0]!.said}`);
  }
  return parts.join("\n");
}

const placesOf = (all: string, word: string): string[] =>
  all
    .split("\n")
    .filter((line) => line.includes(word))
    .map((line) => line.slice(0, 120));

const PEOPLE = [
  "id,name,born",
  "1,Ann Example,1980-01-01",
  '42,"Forty ""Two"" of\nElsewhere",1977-07-07',
  "43,Next Person,1981-01-01",
  "044,Wrong Date,1981-13-01",
];

describe("a person of a keyed dataset", () => {
  let first = "";
  let again = "";
  let others: unknown[];
  const people = `${PEOPLE.join("\r\n")}\r\n`;

  it("is found first, without anything removed", async () => {
    const { bench } = sealed;
    const fields = [{ name: "id", type: "integer" }, { name: "name" }, { name: "born", type: "date" }];
    await declare(bench, "people", fields, ["id"]);
    const run = await bench.load("people", people);
    expect(run.error).toBeNull();
    expect(run).toMatchObject({ status: "succeeded", rejected: 1 });
    first = run.file_id;
    // A later edition has the row again, unchanged: no version tells of it, the file does.
    const second = await bench.load("people", people.replace("Ann Example", "Anna Example"));
    again = second.file_id;
    expect(second).toMatchObject({ updated: 1, unchanged: 2 });
    await bench.query("update org_acme.people set name = 'Zacharias Fortytwo' where id = 42");
    await bench.query("update org_acme.people set name = 'Next One' where id = 43");
    const [dataset] = await bench.query<{ id: string }>("select id from data.datasets where name = 'people'");
    await bench.query("select data.restore_row($1, '{\"id\": 42}', 1)", [dataset!.id]);
    others = await bench.query("select * from org_acme.people_history where id <> 42 order by id, version");
    await sealed.seal();
    const found = await erase([{ dataset: "people", key: { id: "42" } }], true);
    expect(found).toMatchObject({
      state: "succeeded",
      found: { rows: 1, versions: 3, files: 2, fileLines: 2 },
    });
    expect((await bytesOf(first)).toString()).toBe(people);
  });

  it("is gone from rows, history, files and the feed; the rest is as it was and the trail verifies", async () => {
    const { bench } = sealed;
    const done = await erase([{ dataset: "people", values: { name: "Zacharias Fortytwo" } }]);
    expect(done).toMatchObject({
      state: "succeeded",
      error: null,
      found: { rows: 1, versions: 3, files: 2, fileLines: 2 },
    });
    expect(
      await bench.query("select * from org_acme.people_history where id <> 42 order by id, version"),
    ).toEqual(others);
    expect(await bench.query("select from org_acme.people_history where id = 42")).toEqual([]);
    const left = await everything();
    expect(placesOf(left, "Fortytwo")).toEqual([]);
    expect(placesOf(left, "Forty ")).toEqual([]);
    expect(placesOf(left, "1977-07-07")).toEqual([]);
    await sealed.seal();
    expect(await sealed.verify()).toMatchObject({ ok: true, problems: [], erased: 3 });
    const [about] = await bench.db.admin
      .query<{ n: number }>(
        "select (select count(*) from private.erasure_subjects)::int + (select count(*) from private.erasure_files)::int as n",
      )
      .then(({ rows }) => rows);
    expect(about!.n).toBe(0);
  });

  it("leaves every other line of a file where it is, and the same file is known again", async () => {
    const { bench } = sealed;
    expect((await bytesOf(first)).toString()).toBe(
      `${PEOPLE[0]}\r\n${PEOPLE[1]}\r\n\n\n${PEOPLE[3]}\r\n${PEOPLE[4]}\r\n`,
    );
    expect((await bytesOf(again)).toString()).not.toContain("Forty");
    const [row] = await bench.query<{ line: string }>(
      "select source_line as line from org_acme.people_history where id = 43 and version = 1",
    );
    expect((await bytesOf(first)).toString().split("\n")[Number(row!.line) - 1]).toBe(`${PEOPLE[3]}\r`);
    const duplicate = await bench.load("people", people);
    expect(duplicate).toMatchObject({ status: "duplicate" });
    // Nor do its bytes stay.
    await sweepObjects(context());
    expect((await bytesOf(duplicate.file_id)).equals(await bytesOf(first))).toBe(true);
    // Loaded again nevertheless, what is left of it changes nothing.
    const [file] = await bench.query<{ erased_lines: number }>(
      "select erased_lines from ingest.files where id = $1",
      [first],
    );
    expect(file!.erased_lines).toBe(2);
  });

  it("is gone from what was rejected, by its values and by the line", async () => {
    const { bench } = sealed;
    expect(placesOf(await everything(), "Wrong Date").length).toBeGreaterThan(0);
    const done = await erase([{ dataset: "people", values: { id: "44" } }]);
    expect(done).toMatchObject({ state: "succeeded", found: { rejectedRows: expect.any(Number) as number } });
    expect(placesOf(await everything(), "Wrong Date")).toEqual([]);
    expect(placesOf(await everything(), "1981-13-01")).toEqual([]);
    await sealed.seal();
    expect(await sealed.verify()).toMatchObject({ ok: true, problems: [] });
    expect(await bench.query("select status from ingest.rejected_rows where status = 'open'")).toEqual([]);
  });
});

describe("files of other formats", () => {
  const records = [
    { id: "1", name: "Ann" },
    { id: "2", name: "Gone Person" },
    { id: "3", name: "Carl" },
  ];
  const xml = `<people>${records.map((r) => `<person><id>${r.id}</id><name>${r.name}</name></person>`).join("")}</people>`;
  const parquet = Buffer.from(
    parquetWriteBuffer({
      columnData: [
        { name: "id", data: records.map((r) => Number(r.id)), type: "INT32" },
        { name: "name", data: records.map((r) => r.name), type: "STRING" },
      ],
    }),
  );
  const csv = `id,name\n${records.map((r) => `${r.id},${r.name}`).join("\n")}\n`;
  const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(csv, "utf16le")]);

  it.each([
    ["ndjson", Buffer.from(`${records.map((r) => JSON.stringify(r)).join("\n")}\n`), "same"],
    ["json", Buffer.from(JSON.stringify(records)), "ndjson"],
    ["xml", Buffer.from(xml), "ndjson"],
    ["parquet", parquet, "ndjson"],
    ["gzip", gzipSync(csv), "same"],
    ["utf16", utf16, "same"],
  ])("%s: the record goes, the others are found by their lines, and load again", async (name, bytes, as) => {
    const { bench } = sealed;
    const dataset = `of_${name}`;
    const run = await bench.load(dataset, bytes, { key: ["id"] });
    expect(run).toMatchObject({ status: "succeeded", inserted: 3 });
    await sealed.seal();
    const done = await erase([{ dataset, values: { name: "Gone Person" } }]);
    expect(done).toMatchObject({ state: "succeeded", found: { rows: 1, files: 1, fileLines: 1 } });
    const [file] = await bench.query<{ rewritten_as: string }>(
      "select rewritten_as from ingest.files where id = $1",
      [run.file_id],
    );
    expect(file!.rewritten_as).toBe(as);
    const left = await bytesOf(run.file_id);
    const text = name === "gzip" ? gunzipSync(left) : left;
    for (const encoding of ["utf8", "utf16le"] as const)
      expect(text.toString(encoding)).not.toContain("Gone");
    if (as === "ndjson") {
      expect(done.notes).toMatchObject([{ file: run.file_id }]);
      for (const { id, line } of await bench.query<{ id: number; line: string }>(
        `select id, source_line as line from org_acme.${dataset}`,
      ))
        expect(JSON.parse(text.toString().split("\n")[Number(line) - 1]!)).toMatchObject({ id: String(id) });
    }
    // What is left of the file reads as before: nothing differs from the rows in force.
    const reload = await bench.load(dataset, left, { force: true });
    expect(reload).toMatchObject({ status: "succeeded", read: 2, unchanged: 2, rejected: 0 });
    expect(placesOf(await everything(), "Gone Person")).toEqual([]);
  });
});

it("rows of an append-only dataset are erased by their values", async () => {
  const { bench } = sealed;
  await bench.load("visits", "who,at\nperson a,2026-01-01\nperson b,2026-01-02\nperson a,2026-01-03\n", {
    mode: "append",
  });
  await sealed.seal();
  const done = await erase([{ dataset: "visits", values: { who: "person a" } }]);
  expect(done).toMatchObject({ error: null, state: "succeeded", found: { rows: 2, files: 1, fileLines: 2 } });
  expect(await bench.query("select who from org_acme.visits")).toEqual([{ who: "person b" }]);
  expect(placesOf(await everything(), "person a")).toEqual([]);
  await sealed.seal();
  expect(await sealed.verify()).toMatchObject({ ok: true, problems: [] });
});

it("an erasure that was stopped anywhere is taken up again and ends the same", async () => {
  const { bench } = sealed;
  for (const stop of [1, 2, 3, 4, 5, 6, 8, 10, 12, 15]) {
    const dataset = `stopped_${stop}`;
    const secret = `secret ${randomBytes(6).toString("hex")}`;
    const run = await bench.load(dataset, `id,name\n1,Ann\n2,${secret}\n3,Carl\n`, { key: ["id"] });
    await sealed.seal();
    const id = await request([{ dataset, key: { id: 2 } }]);
    let left = stop;
    // The worker's connection is lost at its n-th transaction.
    const pool = new Proxy(bench.db.worker, {
      get(target, name) {
        if (name === "connect" && left-- <= 0) return () => Promise.reject(new Error("killed"));
        const value = Reflect.get(target, name) as unknown;
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
    await runErasure({ ...context(), pool }, bench.org.id, id).catch((error: unknown) =>
      expect(String(error)).toContain("killed"),
    );
    await runErasure(context(), bench.org.id, id);
    await sweepObjects(context());
    const [row] = await bench.db.admin
      .query<ErasureRow>("select state, found from data.erasures where id = $1", [id])
      .then((r) => r.rows);
    expect(row).toMatchObject({
      state: "succeeded",
      found: { rows: 1, versions: 1, files: 1, fileLines: 1 },
    });
    expect((await bytesOf(run.file_id)).toString()).toBe("id,name\n1,Ann\n\n3,Carl\n");
    expect(placesOf(await everything(), secret)).toEqual([]);
  }
  await sealed.seal();
  expect(await sealed.verify()).toMatchObject({ ok: true, problems: [] });
});

it("who may not erase cannot ask for it; a description that is none is refused, and no value is told", async () => {
  const { bench } = sealed;
  await expect(
    bench.query('select data.request_erasure(\'[{"dataset": "people", "key": {"id": 1}}]\', \'why\')'),
  ).rejects.toMatchObject({ code: "42501" });
  for (const [subject, code] of [
    [[], "RT003"],
    [[{ dataset: "nothing", key: { id: 1 } }], "DS001"],
    [[{ dataset: "people", key: {} }], "DS005"],
    [[{ dataset: "people", values: {} }], "RT003"],
    [[{ dataset: "people", values: { id: "secret" } }], "RT003"],
    [[{ dataset: "people", values: { other: "secret" } }], "DS011"],
  ] as const) {
    const refused = await request(subject).catch(
      (error: unknown) => error as { code: string; message: string },
    );
    expect(refused).toMatchObject({ code });
    expect(String((refused as { message: string }).message)).not.toContain("secret");
  }
});

it("an erasure waits for a load of the dataset that a person still has to decide about", async () => {
  const { bench } = sealed;
  const rows = Array.from({ length: 200 }, (_, i) => `${i},${i % 2 ? "x" : ""}`).join("\n");
  await bench.load("held_back", "id,name\n1,Ann\n", { key: ["id"] });
  await bench.query(
    'select data.alter_dataset(id, \'[{"op": "rules", "name": "name", "field": {"required": true}}, {"op": "gate", "maxRejectedShare": 0.1}]\') from data.datasets where name = \'held_back\'',
  );
  const held = await bench.load("held_back", `id,name\n${rows}\n`);
  expect(held.status).toBe("held");
  const waiting = await erase([{ dataset: "held_back", key: { id: 1 } }]);
  expect(waiting).toMatchObject({ state: "waiting", error: { code: "RT004" } });
  await bench.query("select ingest.reject_run($1)", [held.id]);
  await runErasure(context(), bench.org.id, waiting.id);
  expect(await bench.query("select from org_acme.held_back where id = 1")).toEqual([]);
});
